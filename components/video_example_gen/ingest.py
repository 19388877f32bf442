"""One video to its Examples, rejects and account. Plain code: Beam calls it, and so can anything else."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from components.annotations.config import NegativesConfig
from components.annotations.files.manifest import segment_id
from components.annotations.records.label_sets import with_label_of_each_field, with_label_sets
from components.annotations.records.reasons import Problem, Reason
from components.annotations.records.record import Reject, Segment, Source, TimeUnit
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.faults import sorted_out
from components.video.reader import VideoError
from components.video.tasks import Clip
from components.video.times import FrameIndex
from components.video_example_gen.alignment import frame_times
from components.video_example_gen.background import background_spans
from components.video_example_gen.examples import make_example
from components.video_example_gen.masks import MaskError, MaskReader, MaskTrack
from components.video_example_gen.metadata import MetadataFeatures
from components.video_example_gen.problems import find_problem
from components.video_example_gen.spans import spans_of


@dataclass(frozen=True)
class VideoTask:
    """A video (path below the root), its segments and its group's split; `group`: where no segment names one.

    `version`: what of the video is meant, where it lies at an address (see `FileEntry`).
    """

    video: str
    segments: tuple[Segment, ...]
    split: str
    group: str | None = None
    version: str = ""


@dataclass(frozen=True)
class IngestedClip:
    """An Example, ready to be written."""

    example: bytes


@dataclass(frozen=True)
class Accepted:
    """A row of a segment of which all `num_clips` Examples have been given."""

    row: Segment
    segment: Segment
    video: str
    group: str
    split: str
    num_clips: int
    is_background: bool

    def as_ledger_entry(self) -> dict[str, Any]:
        """The row as a JSON object; times are in the annotation's own unit.

        `labels`: all of the clip's, if it has several; `known_labels`: of which it is known whether it has them, if not of all.
        """
        return {
            "kind": "background" if self.is_background else "row",
            "reason": None,
            "segment_id": segment_id(self.video, self.segment),
            **asdict(self.row.source),
            "video": self.video,
            "label": self.row.label,
            **({"labels": self.segment.labels} if self.segment.same_span or self.segment.further_labels else {}),
            **({"known_labels": self.segment.known_labels} if self.segment.looked_for is not None else {}),
            "start": self.segment.start,
            "end": self.segment.end,
            "time_unit": self.segment.time_unit.value,
            "group": self.group,
            "split": self.split,
            "clips": self.num_clips,
        }


Result = IngestedClip | Accepted | Reject


class VideoIngest:
    """Turns one video after the other into Examples; decoding happens in a child process."""

    def __init__(
        self,
        root: Root,
        sampling: SamplingConfig,
        negatives: NegativesConfig | None,
        decoder: Decoder,
        metadata: MetadataFeatures | None = None,
        min_cover: float | None = None,
        classes_of_fields: Sequence[str] = (),
    ) -> None:
        """`metadata`: None if the data have no columns of numbers.

        `min_cover`: see `with_label_sets`, and `classes_of_fields`: see `with_label_of_each_field`; where a clip has one label,
        there is neither.
        """
        self._root = root
        self._sampling = sampling
        self._negatives = negatives
        self._decoder = decoder
        self._metadata = metadata
        self._min_cover = min_cover
        self._classes_of_fields = classes_of_fields
        self._masks = MaskReader(root, decoder, sampling)

    def ingest(self, task: VideoTask) -> Iterator[Result]:
        """The Examples of a video, and exactly one Accepted or Reject for each of the task's rows.

        One Reject more is for the video itself if nothing of it is used. A row counts as soon as all of its clips are
        there: what breaks a video later does not take them back.

        Raises:
          MachineError: the video cannot be read, or no decoder started, for a reason that lies with the machine.
        """
        account = _Account(task := replace(task, segments=self._with_labels(task.segments)))
        try:
            with sorted_out(task.video), self._root.local_copy(task.video, task.version) as path:
                if self._negatives:
                    times = self._decoder.read_times(path, self._sampling)
                    background = tuple(background_segments(task, times, self._negatives))
                    account = _Account(task, self._with_labels(background))
                yield from self._clips(path, account)
        except VideoError as error:
            yield from account.close_broken(error)

    def _with_labels(self, segments: tuple[Segment, ...]) -> tuple[Segment, ...]:
        """The segments that give clips, with all labels of these."""
        if self._classes_of_fields:
            return with_label_of_each_field(segments, self._classes_of_fields, self._sampling.cuts_clips)
        if self._min_cover is not None:
            sets = with_label_sets(segments, self._min_cover, self._sampling.cuts_clips)
            # Whatever shows an action is no background, though nobody has to look for that.
            background = (self._negatives.label,) if self._negatives else ()
            return tuple(
                each if each.looked_for is None else replace(each, looked_for=each.looked_for + background)
                for each in sets
            )
        # Of a clip with one label that is all there is to know.
        return tuple(each if each.looked_for is None else replace(each, looked_for=None) for each in segments)

    def _clips(self, path: Path, account: "_Account") -> Iterator[Result]:
        spans, broken = spans_of(account.segments, self._masks, self._sampling)
        for clip in self._decoder.read_clips(path, spans, self._sampling):
            segment = account.segments[clip.span]
            problem = broken.get(clip.span) or find_problem(segment, clip, self._sampling)
            if problem is None:
                try:
                    example = self._example(segment, account.video, clip)
                except MaskError as error:
                    problem = Problem(Reason.MASK_INVALID, str(error))
                else:
                    yield IngestedClip(example)
            yield from account.enter(clip, problem)
        yield from account.close()

    def _example(self, segment: Segment, video: str, clip: Clip) -> bytes:
        masks = MaskTrack()
        if segment.masks:
            masks = self._masks.track(segment.masks, *frame_times(segment, clip), clip.height, clip.width, clip.crop)
        numbers = self._metadata.features_of(segment.metadata) if self._metadata else {}
        return make_example(segment, video, clip, masks, numbers)


def background_segments(task: VideoTask, times: FrameIndex, negatives: NegativesConfig) -> list[Segment]:
    """Segments of the unannotated time of a video."""
    annotated = []
    for segment in task.segments:
        seconds_at = times.seconds_at if segment.time_unit is TimeUnit.FRAMES else float
        end = times.end_seconds if segment.end is None else seconds_at(segment.end)
        annotated.append((seconds_at(segment.start), end))
    group = next((segment.group for segment in task.segments if segment.group), task.group)
    shown = (times.start_seconds, times.end_seconds)
    return [
        Segment(task.video, negatives.label, Source(task.video, 0), start, end, group=group)
        for start, end in background_spans(annotated, shown, task.video, negatives)
    ]


class _Account:
    """Sees to it that each row of a video is accounted for once."""

    def __init__(self, task: VideoTask, background: Sequence[Segment] = ()) -> None:
        self.video = task.video
        self.split = task.split
        self.segments = [*task.segments, *background]
        self._num_rows = len(task.segments)
        self._open = set(range(len(self.segments)))
        self._num_seen: Counter[int] = Counter()
        self._num_good: Counter[int] = Counter()
        self._is_used = False

    def enter(self, clip: Clip, problem: Problem | None) -> Iterator[Accepted | Reject]:
        """What follows from a clip: an answer if it was the last one of its segment."""
        number = clip.span
        self._num_seen[number] += 1
        self._num_good[number] += problem is None
        self._is_used |= problem is None
        if self._num_seen[number] == clip.num_clips:
            yield from self._settle(number, problem)

    def close(self) -> Iterator[Accepted | Reject]:
        """The video has been read: what has given no clip has none."""
        for number in sorted(self._open):
            yield from self._settle(number, Problem(Reason.SEGMENT_TOO_SHORT, "no frame of the video lies in it"))
        if not self._is_used:
            message = f"none of its {self._num_rows} segments could be used"
            yield Reject(Reason.VIDEO_UNANNOTATED, message, video=self.video)

    def close_broken(self, error: VideoError) -> Iterator[Accepted | Reject]:
        """The video cannot be read any further."""
        problem = Problem(Reason(error.code), str(error))
        if not self._is_used:
            yield Reject(problem.reason, problem.message, video=self.video)
        for number in sorted(self._open):
            yield from self._settle(number, problem)

    def _settle(self, number: int, problem: Problem | None) -> Iterator[Accepted | Reject]:
        self._open.discard(number)
        segment = self.segments[number]
        is_background = number >= self._num_rows
        num_clips, group = self._num_good[number], segment.group or self.video
        for row in segment.rows:
            if num_clips:
                yield Accepted(row, segment, self.video, group, self.split, num_clips, is_background)
            elif problem and not is_background:
                value = f"{segment.start:g} to {'end' if segment.end is None else f'{segment.end:g}'}"
                yield Reject(problem.reason, problem.message, row.source, self.video, row.label, value)
