"""The manifest: the videos to open, their segments, and the rejects that are known before any video is opened."""

import hashlib
import heapq
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import chain, groupby
from operator import itemgetter

from components.annotations.config import NegativesConfig
from components.annotations.files.video_finder import VideoFinder
from components.annotations.readers.text import LONGEST_PATH, text_problem
from components.annotations.records.group_names import group_pattern
from components.annotations.records.packing import SEGMENTS, PackedSegment, packed_segment, unpacked_segment
from components.annotations.records.reasons import Problem, Reason
from components.annotations.records.record import Assumption, FindBy, Record, Reject, Segment
from components.storage.root import FileEntry, Root
from foundation.large import Ordered, Shelf, kept


@dataclass(frozen=True)
class Manifest:
    """Videos (paths below the root) with their segments, and the rejects so far.

    A video without segments gives background clips. `ties` are sets of videos with the same bytes, which must share a split.
    `groups` are those of videos without segments, as far as `data.group_pattern` says them. `num_rows` and `num_videos` count
    all rows and videos that were found, for the account at the end. `assumptions`: what was taken for granted to find them.
    `versions` are those that videos at an address had when they were listed.
    """

    segments_by_video: Mapping[str, tuple[Segment, ...]]
    rejects: Collection[Reject]
    ties: tuple[tuple[str, ...], ...]
    num_rows: int
    num_videos: int
    groups: Mapping[str, str] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)

    def why_empty(self) -> str:
        """Why no row became a segment, as a sentence that counts the reasons and names the first row."""
        reasons = Counter(reject.reason.value for reject in self.rejects if reject.source)
        if not reasons:
            return "the annotations have no rows"
        first = next(reject for reject in self.rejects if reject.source).as_ledger_entry()
        counts = ", ".join(f"{reason} {count}" for reason, count in reasons.most_common())
        return (
            f"none of the {self.num_rows} annotation rows can be used ({counts}); the first is {first['file']}, "
            f"row {first['row']}, {first['video']}: {first['reason']}, {first['message']}. {first['remedy']}"
        )


def build_manifest(
    records: Collection[Record],
    root: Root,
    classes: Sequence[str] | None = None,
    negatives: NegativesConfig | None = None,
    pattern: str | None = None,
    needs_boxes: bool = False,
) -> Manifest:
    """Check each record against the files below `root`.

    Args:
      records: of all annotation files.
      root: of the videos.
      classes: other labels are rejected; None allows all labels.
      negatives: says what to do with rows that state a negative and with videos that no row names; None rejects them.
      pattern: `data.group_pattern`, for videos that no row names; records have their groups.
      needs_boxes: rows without a box or mask are rejected, since clips are cut around these.

    Raises:
      UserError: the root cannot be listed.
    """
    finder = VideoFinder(root)
    rows = _Rows()
    rows.sort_out(records, finder.called, classes, negatives, needs_boxes)
    rows.find_others(finder)
    assumptions = finder.assumptions()
    unnamed = {video: _reject_of_unnamed(video, finder, negatives) for video in sorted(finder.videos() - rows.videos)}
    without_rows = [video for video, reject in unnamed.items() if not reject]
    segments_by_video = rows.by_video(without_rows)
    return Manifest(
        segments_by_video=segments_by_video,
        rejects=kept(chain(rows.rejects(), filter(None, unnamed.values()))),
        ties=_identical_files(root, finder.entries, segments_by_video),
        num_rows=len(records),
        num_videos=len(rows.videos) + len(unnamed),
        groups=_groups_of(without_rows, pattern),
        assumptions=assumptions,
        versions={video: version for video in segments_by_video if (version := finder.entries[video].version)},
    )


def manifest_without_videos(
    records: Collection[Record],
    classes: Sequence[str] | None = None,
    negatives: NegativesConfig | None = None,
    needs_boxes: bool = False,
) -> Manifest:
    """Build a manifest as `build_manifest` does, but without the videos: every video that a record names counts as found."""
    rows = _Rows()
    rows.sort_out(records, None, classes, negatives, needs_boxes)
    by_video = rows.by_video()
    return Manifest(by_video, kept(rows.rejects()), ties=(), num_rows=len(records), num_videos=len(by_video))


class _Rows:
    """Rows on their way to their videos, with their numbers; and those that are left out.

    Attributes:
      videos: that usable rows name.
    """

    def __init__(self) -> None:
        self.videos: set[str] = set()
        self._usable = Ordered[tuple[str, int, PackedSegment]](key=itemgetter(0))
        # Their videos are not called as they say; the paths are also those of rows that are left out.
        self._paths_of_others: set[str] = set()
        self._others = Ordered[tuple[int, Segment]](key=itemgetter(0))
        self._rejects = Ordered[tuple[int, Reject]](key=itemgetter(0))

    def sort_out(
        self,
        records: Iterable[Record],
        called: Callable[[str], str | Problem] | None,
        classes: Sequence[str] | None,
        negatives: NegativesConfig | None,
        needs_boxes: bool,
    ) -> None:
        """`called` gives the video of a path, as `VideoFinder.called` does; without it, every name is that of a video."""
        known = None if classes is None else frozenset(classes)
        for number, record in enumerate(records):
            segment = record if isinstance(record, Reject) else _usable(record, known, negatives, needs_boxes)
            video = self._called(record, called) if isinstance(record, Segment) else None
            if isinstance(segment, Reject):
                self._rejects.add((number, segment))
            elif video is not None:
                self._put(video, number, segment)
            else:
                self._others.add((number, segment))

    def find_others(self, finder: VideoFinder) -> None:
        """Look for the videos of rows that do not name them as they are called; what all rows say tells what is meant."""
        finder.expect(self._paths_of_others)
        for number, segment in self._others:
            video = finder.find(segment.video, segment.find_by)
            if isinstance(video, Problem):
                self._rejects.add((number, _reject(segment, video.reason, video.message, segment.video)))
            else:
                self._put(video, number, segment)

    def _called(self, segment: Segment, called: Callable[[str], str | Problem] | None) -> str | None:
        """The video that is called as the row says, if there is one."""
        if not called:
            return segment.video
        if segment.find_by is not FindBy.PATH:
            return None
        video = called(segment.video)
        if isinstance(video, str):
            return video
        self._paths_of_others.add(segment.video)
        return None

    def _put(self, video: str, number: int, segment: Segment) -> None:
        self.videos.add(video)
        self._usable.add((video, number, packed_segment(segment)))

    def by_video(self, without_rows: Iterable[str] = ()) -> Mapping[str, tuple[Segment, ...]]:
        """All videos with their segments, in the order of their names; `without_rows`: sorted."""
        named = groupby(self._usable, key=itemgetter(0))
        shelf = Shelf[str, tuple[Segment, ...]](SEGMENTS)
        for video, rows in heapq.merge(named, ((video, ()) for video in without_rows), key=itemgetter(0)):
            shelf.put(video, self._distinct(video, rows))
        return shelf

    def rejects(self) -> Iterator[Reject]:
        """In the order of the rows."""
        return (reject for _, reject in self._rejects)

    def _distinct(self, video: str, rows: Iterable[tuple[str, int, PackedSegment]]) -> tuple[Segment, ...]:
        """The segments of a video in the order of their rows; of rows that say the same, the first."""
        distinct = []
        # All that rows say is compared only where they have a span and a label in common, which is rare.
        firsts: dict[tuple[float, float | None, str], Segment] = {}
        said: dict[tuple[float, float | None, str], set[str]] = {}
        for _, number, packed in sorted(rows, key=itemgetter(1)):
            segment = unpacked_segment(packed)
            span = segment.start, segment.end, segment.label
            first = firsts.setdefault(span, segment)
            if first is not segment:
                texts = said.setdefault(span, {_said(video, first)})
                if (text := _said(video, segment)) in texts:
                    message = "the same video, label, times and boxes stand in an earlier row"
                    self._rejects.add((number, _reject(segment, Reason.DUPLICATE_ROW, message, segment.video)))
                    continue
                texts.add(text)
            distinct.append(segment)
        return tuple(distinct)


def _usable(
    segment: Segment, known: frozenset[str] | None, negatives: NegativesConfig | None, needs_boxes: bool
) -> Segment | Reject:
    """The segment with the label that training would use."""
    if segment.is_negative:
        if negatives is None:
            message = "the row states a negative, and there is no section `negatives`"
            return _reject(segment, Reason.NEGATIVE_UNUSED, message, segment.video)
        segment = replace(segment, label=negatives.label, is_negative=False)
    if known is not None and segment.label not in known:
        return _reject(segment, Reason.LABEL_UNKNOWN, "the label is none of model.classes", segment.label)
    if needs_boxes and not (segment.boxes or segment.masks):
        message = "the row has no box or mask, and sampling.crop_to_boxes cuts clips around these"
        return _reject(segment, Reason.BOX_MISSING, message, "")
    return segment


def segment_id(video: str, segment: Segment) -> str:
    """A stable id: it depends on video, labels, times and boxes, not on the place of the row."""
    return hashlib.sha256(_said(video, segment).encode()).hexdigest()[:16]


def _said(video: str, segment: Segment) -> str:
    """All that an id depends on."""
    parts = [video, repr(segment.start), repr(segment.end), segment.time_unit, *segment.labels]
    # Boxes are part of the id because two actors may do the same at the same time.
    if segment.boxes or segment.masks:
        parts += [segment.space_unit.value, repr(segment.boxes), repr(segment.masks)]
    return "\n".join(parts)


def _reject(segment: Segment, reason: Reason, message: str, value: str) -> Reject:
    return Reject(reason, message, segment.source, segment.video, segment.label, value)


def _reject_of_unnamed(video: str, finder: VideoFinder, negatives: NegativesConfig | None) -> Reject | None:
    """The reject of a video that no usable row names; None if background clips are to be taken from it."""
    if negatives is None or not negatives.unannotated_videos:
        return Reject(Reason.VIDEO_UNANNOTATED, "no usable annotation row names this video", video=video)
    # Ingest opens only videos that a row could name.
    problem = text_problem(video, LONGEST_PATH)
    if problem:
        return Reject(Reason.TEXT_INVALID, f"the path {problem}", video=video)
    found = finder.find(video)
    if isinstance(found, Problem):
        return Reject(found.reason, found.message, video=video)
    if found != video:
        return Reject(Reason.PATH_INVALID, f"the path is another spelling of {found}", video=video)
    return None


def _groups_of(videos: Iterable[str], pattern: str | None) -> dict[str, str]:
    """The groups of videos whose paths tell them."""
    if pattern is None:
        return {}
    group_of = group_pattern(pattern).group_of
    return {video: group for video in videos if (group := group_of(video))}


def _identical_files(
    root: Root, entries: Mapping[str, FileEntry], videos: Iterable[str]
) -> tuple[tuple[str, ...], ...]:
    """Sets of equal files. A file that cannot be read to its end is in none of them; ingest will reject it."""
    by_size: dict[int, list[str]] = defaultdict(list)
    for video in videos:
        by_size[entries[video].size].append(video)
    by_digest: dict[str, list[str]] = defaultdict(list)
    for same_size in by_size.values():
        if len(same_size) > 1:
            for video in same_size:
                with suppress(OSError):
                    by_digest[root.digest(video)].append(video)
    return tuple(tuple(same) for same in by_digest.values() if len(same) > 1)
