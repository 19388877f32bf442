"""From records to work: which video is opened for which segments, and what is left out before any is opened."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from components.annotations.paths import resolve_inside
from components.annotations.reasons import Reason
from components.annotations.records import Record, Reject, Segment
from components.video.magic import is_video_file

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
    rejects: list[Reject] = []
    segments: dict[str, list[Segment]] = defaultdict(list)
    paths: dict[str, Path] = {}
    seen: set[tuple[str, str, float, float | None]] = set()
    num_rows = 0
    for record in records:
        num_rows += 1
        if isinstance(record, Reject):
            rejects.append(record)
            continue
        problem = _problem(record, root, paths, seen, classes)
        if problem:
            reason, message = problem
            value = record.label if reason is Reason.LABEL_UNKNOWN else record.video
            rejects.append(Reject(reason, message, record.source, record.video, record.label, value))
        else:
            segments[_relative(paths[record.video], root)].append(record)

    unused = [path for path in _video_files_below(root) if _relative(path, root) not in segments]
    for path in unused:
        rejects.append(
            Reject(Reason.VIDEO_UNANNOTATED, "no usable annotation row names this video", video=_relative(path, root))
        )
    return Manifest(
        segments_by_video={video: tuple(segments[video]) for video in sorted(segments)},
        rejects=tuple(rejects),
        ties=_identical_files(root, sorted(segments)),
        num_rows=num_rows,
        num_videos=len(segments) + len(unused),
    )


def segment_id(video: str, segment: Segment) -> str:
    """A stable name: the same video, times and label give the same id, wherever the row stands."""
    text = f"{video}\n{segment.start_seconds!r}\n{segment.end_seconds!r}\n{segment.label}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _problem(
    segment: Segment,
    root: Path,
    paths: dict[str, Path],
    seen: set[tuple[str, str, float, float | None]],
    classes: tuple[str, ...] | None,
) -> tuple[Reason, str] | None:
    if classes is not None and segment.label not in classes:
        return Reason.LABEL_UNKNOWN, "the label is none of model.classes"
    if segment.video not in paths:
        try:
            path = resolve_inside(root, segment.video)
        except ValueError as error:
            return Reason.PATH_INVALID, str(error)
        if not path.is_file():
            return Reason.VIDEO_MISSING, f"no file {segment.video} below {root.name}/"
        if not is_video_file(path):
            return Reason.NOT_A_VIDEO, "the first bytes are those of no video container"
        paths[segment.video] = path
    key = (str(paths[segment.video]), segment.label, segment.start_seconds, segment.end_seconds)
    if key in seen:
        return Reason.DUPLICATE_ROW, "the same video, label and times stand in an earlier row"
    seen.add(key)
    return None


def _video_files_below(root: Path) -> list[Path]:
    files = (path for path in root.rglob("*") if not path.name.startswith(".") and path.is_file())
    return sorted(path for path in files if not path.is_symlink() and is_video_file(path))


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def _identical_files(root: Path, videos: list[str]) -> tuple[tuple[str, ...], ...]:
    by_size: dict[int, list[str]] = defaultdict(list)
    for video in videos:
        by_size[(root / video).stat().st_size].append(video)
    by_digest: dict[str, list[str]] = defaultdict(list)
    for same_size in by_size.values():
        if len(same_size) > 1:
            for video in same_size:
                by_digest[_digest(root / video)].append(video)
    return tuple(tuple(same) for same in by_digest.values() if len(same) > 1)


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_SIZE):
            digest.update(block)
    return digest.hexdigest()
