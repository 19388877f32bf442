"""The checks of what is reviewed: run, or recalled from the last time if nothing has changed since."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.measuring.headers import OnVideo, inputs_of, manifest_of
from components.annotations.records.record import Annotations
from components.storage.root import Root
from pipeline.checks import make_inspection
from pipeline.config import Config
from pipeline.review.clips import Answer, Catalogue, make_catalogue
from pipeline.review.kept import Checked, file_of, keep, key_of, recall
from pipeline.review.loading import check_all


def check_or_recall(
    settings: Config,
    root: Root,
    annotations: Annotations,
    answers: Mapping[str, Answer],
    *,
    frames: bool,
    progress: Callable[[str], OnVideo],
    say: Callable[[str], None],
) -> Catalogue:
    """The catalogue with what `clipgate check` would find.

    Raises:
      UserError: see `components.annotation_validator.look.look`.
    """
    path, key = file_of(settings, frames=frames), key_of(settings, annotations.records, frames=frames)
    if key and (kept := recall(path, key)):
        say("nothing has changed since the last check; its findings are shown")
        catalogue = make_catalogue(_inputs(settings, root, annotations, kept), answers, kept.findings)
        return replace(catalogue, map=kept.map, curves=kept.curves)
    catalogue = check_all(settings, root, annotations, answers, frames=frames, progress=progress)
    if key:
        findings = [known.finding for known in catalogue.findings]
        keep(path, key, Checked(catalogue.inputs.videos, findings, catalogue.map, catalogue.curves))
    return catalogue


def _inputs(settings: Config, root: Root, annotations: Annotations, kept: Checked) -> CheckInputs:
    """The clips that were checked: those of videos whose headers could be read."""
    inspection = make_inspection(settings)
    manifest = manifest_of(annotations.records, root, inspection)
    readable = {video: rows for video, rows in manifest.segments_by_video.items() if video in kept.facts}
    return inputs_of(replace(manifest, segments_by_video=readable), kept.facts, inspection)
