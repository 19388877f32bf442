"""From records to work: which video is opened for which segments, and what is left out before any is opened."""

import hashlib
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from components.annotations.paths import files_below, resolve_inside
from components.annotations.reasons import Reason
from components.annotations.records import Record, Reject, Segment
from components.video.magic import is_video_file, is_video_head, read_head

_READ_SIZE = 1 << 20


@dataclass(frozen=True)
class Manifest:
    """Videos (paths below the root) with their segments, and the rejects so far.

    `ties` are sets of videos with the same bytes: they must share a split. `num_rows` and `num_videos` count what was
    found, for the account at the end.
    """

    segments_by_video: dict[str, tuple[Segment, ...]]
    rejects: tuple[Reject, ...]
    ties: tuple[tuple[str, ...], ...]
    num_rows: int
    num_videos: int


def build_manifest(records: Iterable[Record], root: Path, classes: tuple[str, ...] | None = None) -> Manifest:
    """Check each record against the files below `root`; labels outside `classes`, if given, are rejected."""
    root = root.resolve()
    known = None if classes is None else frozenset(classes)
    rejects: list[Reject] = []
    segments: dict[str, list[Segment]] = defaultdict(list)
    found: dict[str, str | _Problem] = {}
    seen: set[tuple[str, str, float, float | None]] = set()
    num_rows = 0
    for record in records:
        num_rows += 1
        if isinstance(record, Reject):
            rejects.append(record)
            continue
        if known is not None and record.label not in known:
            rejects.append(_reject(record, Reason.LABEL_UNKNOWN, "the label is none of model.classes", record.label))
            continue
        video = found.get(record.video)
        if video is None:
            video = found[record.video] = _find_video(record.video, root)
        if isinstance(video, _Problem):
            rejects.append(_reject(record, video.reason, video.message, record.video))
            continue
        key = (video, record.label, record.start, record.end)
        if key in seen:
            message = "the same video, label and times stand in an earlier row"
            rejects.append(_reject(record, Reason.DUPLICATE_ROW, message, record.video))
            continue
        seen.add(key)
        segments[video].append(record)

    unused = sorted(_videos_below(root, segments))
    for video in unused:
        rejects.append(Reject(Reason.VIDEO_UNANNOTATED, "no usable annotation row names this video", video=video))
    return Manifest(
        segments_by_video={video: tuple(segments[video]) for video in sorted(segments)},
        rejects=tuple(rejects),
        ties=_identical_files(root, sorted(segments)),
        num_rows=num_rows,
        num_videos=len(segments) + len(unused),
    )


def segment_id(video: str, segment: Segment) -> str:
    """A stable name: the same video, times and label give the same id, wherever the row stands."""
    text = f"{video}\n{segment.start!r}\n{segment.end!r}\n{segment.label}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class _Problem:
    reason: Reason
    message: str


def _reject(segment: Segment, reason: Reason, message: str, value: str) -> Reject:
    return Reject(reason, message, segment.source, segment.video, segment.label, value)


def _find_video(name: str, root: Path) -> str | _Problem:
    """The path below `root` of the video that a row calls `name`: the same for all spellings of one file."""
    try:
        path = resolve_inside(root, name)
    except ValueError as error:
        return _Problem(Reason.PATH_INVALID, str(error))
    try:
        if not path.is_file():
            return _Problem(Reason.VIDEO_MISSING, f"no file {name} below {root.name}/")
        head = read_head(path)
    except OSError as error:
        return _Problem(Reason.VIDEO_UNREADABLE, f"the file cannot be read: {error.strerror}")
    if not is_video_head(head):
        return _Problem(Reason.NOT_A_VIDEO, "the first bytes are those of no video container")
    return path.relative_to(root).as_posix()


def _videos_below(root: Path, known: Container[str]) -> Iterator[str]:
    """Videos below `root` that are not `known`, hidden or links."""
    for path in files_below(root):
        video = path.relative_to(root).as_posix()
        if video not in known and not path.name.startswith(".") and not path.is_symlink() and is_video_file(path):
            yield video


def _identical_files(root: Path, videos: list[str]) -> tuple[tuple[str, ...], ...]:
    """Sets of equal files; one that cannot be read to its end is in none, and ingest will reject it."""
    by_size: dict[int, list[str]] = defaultdict(list)
    for video in videos:
        with suppress(OSError):
            by_size[(root / video).stat().st_size].append(video)
    by_digest: dict[str, list[str]] = defaultdict(list)
    for same_size in by_size.values():
        if len(same_size) > 1:
            for video in same_size:
                with suppress(OSError):
                    by_digest[_digest(root / video)].append(video)
    return tuple(tuple(same) for same in by_digest.values() if len(same) > 1)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_SIZE):
            digest.update(block)
    return digest.hexdigest()
