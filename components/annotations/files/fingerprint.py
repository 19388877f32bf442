"""Quick facts about the inputs for a pipeline's plan: a digest and the class names."""

import hashlib
import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import format_of, load_annotations, local_annotations
from components.annotations.readers.catalogue import READERS
from components.annotations.readers.detect import annotation_files, explain_os_errors
from components.annotations.records.record import Segment
from components.annotations.splits.config import SplitsConfig
from components.storage.opening import local_file, open_root
from components.storage.paths import is_clutter
from components.storage.root import is_remote
from foundation.messages.errors import UserError


def fingerprint_inputs(
    data: DataConfig, splits: SplitsConfig, beam_args: Sequence[str] = (), *, output_dir: str | None = None
) -> str:
    """Digest of the bytes of the annotations and of an earlier assignment, and of the videos' names, sizes and times.

    What systems leave beside files does not change it, nor does what a run writes into `output_dir`, if that lies there too.

    Raises:
      UserError: one of these files or folders cannot be read.
    """
    digest = hashlib.sha256()
    _add_listing(digest, data.videos, "data.videos", beam_args, output_dir)
    with local_annotations(data, beam_args) as local:
        for path in annotation_files(local):
            with explain_os_errors(path):
                digest.update(path.read_bytes())
        if Path(local.annotations).is_dir():
            _add_listing(digest, data.annotations, "data.annotations", beam_args, output_dir)
    if splits.assignment:
        with local_file(splits.assignment, "splits.assignment", beam_args) as path:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def find_labels(data: DataConfig, negatives: NegativesConfig | None = None, beam_args: Sequence[str] = ()) -> list[str]:
    """The labels of the annotations by name. The label of background clips is among them if there can be any."""
    segments = [record for record in load_annotations(data, beam_args).records if isinstance(record, Segment)]
    labels = {segment.label for segment in segments if not segment.is_negative}
    if negatives and (negatives.clips_per_video or any(segment.is_negative for segment in segments)):
        labels.add(negatives.label)
    return sorted(labels)


def require_background(data: DataConfig, negatives: NegativesConfig | None, beam_args: Sequence[str] = ()) -> None:
    """Check that background clips, if they are wanted, may be taken from time that no annotation covers.

    Raises:
      UserError: the format does not say what such time shows.
    """
    if negatives is None or not negatives.clips_per_video or negatives.unlabelled_is_background:
        return
    with local_annotations(data, beam_args) as local:
        name = format_of(local)
    if not READERS[name].is_exhaustive:
        raise UserError(
            f"negatives.clips_per_video: in the format {name} it is unknown what time without a label shows. Where every "
            "action is labelled, set negatives.unlabelled_is_background: true; else set clips_per_video: 0"
        )


def _add_listing(digest: "hashlib._Hash", uri: str, key: str, beam_args: Sequence[str], output_dir: str | None) -> None:
    root = open_root(uri, key, beam_args)
    inside = None
    if output_dir and not is_remote(uri):
        with suppress(ValueError):
            inside = f"{Path(output_dir).resolve().relative_to(Path(uri).resolve()).as_posix()}/"
    entries = (
        entry
        for entry in root.entries()
        if not is_clutter(entry.name) and not (inside and entry.name.startswith(inside))
    )
    for entry in sorted(entries, key=lambda entry: entry.name):
        digest.update(os.fsencode(f"{uri}/{entry.name}\0{entry.size}\0{entry.modified_seconds!r}\n"))
