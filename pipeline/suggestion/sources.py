"""The videos that are looked at, and what of each is annotated."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from components.annotations.files.video_finder import VideoFinder
from components.annotations.records.group_names import group_pattern
from components.annotations.records.reasons import Problem
from components.annotations.records.record import FindBy, Record, Segment, TimeUnit
from components.storage.paths import is_clutter
from components.storage.root import Root
from pipeline.prediction.videos import VIDEO_SUFFIXES
from pipeline.suggestion.looking import VideoPart
from pipeline.suggestion.windows import Bounds


@dataclass(frozen=True)
class Annotated:
    """What annotations say, and the folder that their paths are below."""

    root: Root
    records: Collection[Record] = ()
    pattern: str | None = None


@dataclass(frozen=True)
class Sources:
    """The videos to look at.

    Attributes:
      parts: those below the folder of the videos, and annotated ones elsewhere, in the order of their names.
      broken: why files that are called like videos are none, by name.
      num_annotated: rows by label; of those that state that no action happens, the label is empty.
      num_unused: rows that cannot be read, or whose video is not there: what they speak of may be suggested.
    """

    parts: tuple[VideoPart, ...]
    broken: Mapping[str, str]
    num_annotated: Mapping[str, int]
    num_unused: int = 0


def find_sources(root: Root, annotated: Annotated | None) -> Sources:
    """The videos below `root` with what of them is annotated.

    The group of a video is what its rows say, or `data.group_pattern`.

    Args:
      root: of the videos that may be suggested.
      annotated: rows in seconds; None if there are none.

    Raises:
      UserError: a root cannot be listed.
    """
    finder = VideoFinder(root)
    names = finder.videos()
    rows, num_unused = _rows_by_address(annotated, finder, root) if annotated else ({}, 0)
    group_of = group_pattern(annotated.pattern).group_of if annotated and annotated.pattern else lambda path: None

    def part(of: Root, name: str, segments: Sequence[Segment], is_wanted: bool) -> VideoPart:
        told = next((segment.group for segment in segments if segment.group), None)
        group = told or group_of(name) or ""
        bounds = (Bounds(each.start, float("inf") if each.end is None else each.end) for each in segments)
        return VideoPart(of, name, group, tuple(sorted(bounds)), is_wanted)

    parts = [part(root, name, rows.pop((root.uri, name), ()), True) for name in sorted(names)]
    if annotated:
        parts += [part(annotated.root, name, segments, False) for (_, name), segments in sorted(rows.items())]
    labels = Counter(record.label for record in (annotated.records if annotated else ()) if isinstance(record, Segment))
    return Sources(tuple(parts), _broken(finder, names), labels, num_unused)


def _rows_by_address(
    annotated: Annotated, finder: VideoFinder, root: Root
) -> tuple[dict[tuple[str, str], list[Segment]], int]:
    """Rows by the folder and the name of their video: below `root` where it lies there, wherever rows say that it is."""
    own = finder if annotated.root.uri == root.uri else VideoFinder(annotated.root)
    segments = [record for record in annotated.records if isinstance(record, Segment)]
    own.expect(segment.video for segment in segments if segment.find_by is FindBy.PATH)
    rows: dict[tuple[str, str], list[Segment]] = defaultdict(list)
    num_unused = len(annotated.records) - len(segments)
    for segment in segments:
        name = own.find(segment.video, segment.find_by)
        if isinstance(name, Problem) or segment.time_unit is not TimeUnit.SECONDS:
            num_unused += 1
            continue
        address = f"{annotated.root.uri.rstrip('/')}/{name}"
        folder = f"{root.uri.rstrip('/')}/"
        is_below = address.startswith(folder)
        rows[(root.uri, address[len(folder) :]) if is_below else (annotated.root.uri, name)].append(segment)
    return rows, num_unused


def _broken(finder: VideoFinder, videos: set[str]) -> dict[str, str]:
    """What is called like a video and is none."""
    called = [
        name
        for name, entry in finder.entries.items()
        if name not in videos and not entry.is_link and PurePosixPath(name).suffix.lower() in VIDEO_SUFFIXES
    ]
    found = {name: finder.find(name) for name in sorted(called) if not is_clutter(name)}
    return {name: f"{why.reason.value}: {why.message}" for name, why in found.items() if isinstance(why, Problem)}
