"""Annotated rows as clips to ask a model about, each with its span, its actor, and the frames that ingest would store."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.manifest import build_manifest
from components.annotations.records.label_sets import with_label_sets
from components.annotations.records.record import Reject, Segment
from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from foundation.messages.errors import UserError
from pipeline.prediction.records import VideoPrediction


@dataclass(frozen=True)
class Rows:
    """The clips that rows stand for, by path of their video, and what cannot be asked about, as predictions that say why."""

    root: LocalRoot
    clips: Mapping[Path, tuple[Segment, ...]]
    left_out: tuple[VideoPrediction, ...]


def read_rows(annotations: Path, folder: Path, sampling: SamplingConfig) -> Rows:
    """The rows of a file of any format that name videos below `folder`. Of one span and actor is one clip, whatever its labels.

    Raises:
      UserError: the annotations cannot be read, or no row names a clip.
    """
    if not annotations.exists():
        raise UserError(f"--annotations: {annotations} does not exist")
    data = DataConfig(annotations=str(annotations), videos=str(folder))
    root = LocalRoot(folder)
    records = load_annotations(data).records
    manifest = build_manifest(records, root, negatives=NegativesConfig(), needs_boxes=sampling.cuts_clips)
    # Of videos that no row names nobody wants to know.
    named = {video: segments for video, segments in manifest.segments_by_video.items() if segments}
    if not named:
        raise UserError(f"--annotations: {manifest.why_empty()}")
    clips = {
        folder / video: with_label_sets(segments, 1.0, by_actor=sampling.cuts_clips)
        for video, segments in named.items()
    }
    return Rows(root, clips, tuple(_left_out(manifest.rejects, folder)))


def _left_out(rejects: Iterable[Reject], folder: Path) -> Iterator[VideoPrediction]:
    for reject in rejects:
        if reject.source:
            yield VideoPrediction(
                str(folder / reject.video), reason=reject.reason.value, message=reject.message, row=str(reject.source)
            )
