"""Quick facts about the inputs for a pipeline's plan: a digest and the class names."""

import hashlib
import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import format_of, local_annotations
from components.annotations.files.video_finder import VideoFinder
from components.annotations.readers.catalogue import READERS
from components.annotations.readers.detect import annotation_files, explain_os_errors
from components.annotations.records.reasons import Problem
from components.annotations.records.record import FindBy, Record, Segment
from components.annotations.splits.config import SplitsConfig
from components.storage.known_digests import KnownDigests
from components.storage.opening import local_file, open_root
from components.storage.paths import is_clutter
from components.storage.root import FileEntry, Root, add_content, is_remote
from foundation.messages.errors import UserError


def fingerprint_inputs(
    data: DataConfig,
    splits: SplitsConfig,
    records: Collection[Record],
    beam_args: Sequence[str] = (),
    known: KnownDigests | None = None,
) -> str:
    """Digest of what ingest reads, wherever it lies: the annotations, an earlier assignment, and the videos.

    Videos of this machine count with their paths below the root and their content, and so do PNGs of masks; at an address every
    file counts, with its size, time and version. What lies beside them does not count, unless a row means it.

    Args:
      records: what the annotations say.
      known: digests of files that were read before.

    Raises:
      UserError: one of these files or folders cannot be read.
      MachineError: a video cannot be read for a reason that lies with the machine.
    """
    root = open_root(data.videos, "data.videos", beam_args)
    digest = hashlib.sha256()
    with local_annotations(data, beam_args) as local:
        for path in annotation_files(local):
            with explain_os_errors(path), path.open("rb") as file:
                add_content(digest, file)
    if splits.assignment:
        with local_file(splits.assignment, "splits.assignment", beam_args) as path, path.open("rb") as file:
            add_content(digest, file)
    facts = _listing(root) if is_remote(data.videos) else _content(root, records, known or KnownDigests())
    for fact in facts:
        digest.update(os.fsencode("\0".join(map(str, fact)) + "\n"))
    return digest.hexdigest()


def find_labels(records: Iterable[Record], negatives: NegativesConfig | None = None) -> list[str]:
    """The labels of the annotations by name. The label of background clips is among them if there can be any."""
    found = {(record.label, record.is_negative) for record in records if isinstance(record, Segment)}
    labels = {label for label, is_negative in found if not is_negative}
    if negatives and (negatives.clips_per_video or any(is_negative for _, is_negative in found)):
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


def _listing(root: Root) -> Iterable[tuple[object, ...]]:
    """What is known of files at an address without reading them."""
    entries = (entry for entry in root.entries() if not is_clutter(entry.name))
    return sorted((root.uri, entry.name, entry.size, entry.modified_seconds, entry.version) for entry in entries)


def _content(root: Root, records: Iterable[Record], known: KnownDigests) -> Iterator[tuple[object, ...]]:
    """What the records come to beside the files that lie there, and the content of those that ingest may read."""
    names: dict[tuple[str, FindBy], int] = {}
    masks: set[str] = set()
    for record in records:
        if isinstance(record, Segment):
            masks.update(mask.png for mask in record.masks if mask.png)
            # Of some formats, the names of the files decide these. Names are only numbered: they may be of a folder for copies.
            number = names.setdefault((record.video, record.find_by), len(names))
            yield number, record.label, record.group, record.split
    finder = VideoFinder(root)
    finder.expect(name for name, find_by in names if find_by is FindBy.PATH)
    meant = [finder.find(*name) for name in names]
    # Messages name folders, and reasons do not.
    yield from ((found.reason.value if isinstance(found, Problem) else found,) for found in meant)
    read = finder.videos().union(found for found in meant if isinstance(found, str))
    digests = known.of(root, [finder.entries[name] for name in sorted(read | _files(root, masks, finder.entries))])
    yield from sorted(digests.items())


def _files(root: Root, names: Iterable[str], entries: Mapping[str, FileEntry]) -> set[str]:
    """Those of the files that are there, by their names in the listing."""
    found = set()
    for name in names:
        with suppress(ValueError, OSError):
            found.add(root.canonical(name))
    return found & entries.keys()
