"""Videos to predictions: decoded once, in a child process, with the frames that ingest would store."""

from collections import Counter, defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from components.annotations.records.reasons import Problem, Reason
from components.annotations.records.record import Segment
from components.storage.paths import files_below
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.magic import is_video_file
from components.video.queues import Windows
from components.video.reader import VideoError
from components.video.tasks import Clip, Ending, Span
from components.video.times import broken_promise
from components.video_example_gen.masks import MaskReader
from components.video_example_gen.problems import find_problem
from components.video_example_gen.spans import spans_of
from models.labelling import Labelling
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.config import SegmentsConfig
from pipeline.prediction.reading import OnProgress, WindowReading, require_video
from pipeline.prediction.records import Snapshot, VideoPrediction
from pipeline.prediction.segments import ActionSegment, Levels, best_moment, best_of_clip, find_segments, segments_of
from pipeline.prediction.timeline import Timeline, TimelineBuilder, WindowScores, smooth

VIDEO_SUFFIXES = (".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm", ".wmv")


@dataclass(frozen=True)
class LongVideos:
    """How the actions in long videos are found; `levels`: of the classes that have thresholds of their own."""

    windows: Windows
    segments: SegmentsConfig
    levels: Mapping[str, Levels] = field(default_factory=dict)


class VideoPredictor:
    """Predictions for one video after the other. What is wrong with one is said in its prediction and costs no other."""

    def __init__(
        self, classifier: Classifier, decoder: Decoder, labelling: Labelling | None = None, *, num_snapshots: int = 0
    ) -> None:
        """`labelling`: by default the model's own; `num_snapshots`: frames to keep of a video, evenly spread."""
        self._classifier = classifier
        self._labelling = labelling or classifier.labelling
        self._decoder = decoder
        self._num_snapshots = num_snapshots

    def predict_clip(self, path: Path, span: Span) -> VideoPrediction:
        """The labels of a video, or a span of it, that is one clip; by the mean over its views."""
        try:
            require_video(path)
            found = list(self._decoder.read_clips(path, [span], self._sampling))
            clips = [clip for clip in found if clip.jpegs]
            if not clips:
                raise VideoError(*_why_no_frame(span, found))
        except VideoError as error:
            return VideoPrediction(str(path), reason=error.code, message=str(error))
        prediction, last = self._ask(path, clips), clips[-1]
        message = (
            broken_promise(last.missing_seconds, last.video.promised_seconds, self._sampling) if last.is_open else ""
        )
        return replace(prediction, reason="video_incomplete", message=message) if message else prediction

    def predict_rows(self, path: Path, segments: Sequence[Segment], root: Root) -> list[VideoPrediction]:
        """The labels of each of a video's annotated segments, cut around their actors if the model was trained so.

        `root`: below which masks lie.
        """
        spans, broken = spans_of(segments, MaskReader(root, self._decoder, self._sampling), self._sampling)
        problems = dict(broken)
        predictions: dict[int, VideoPrediction] = {}
        clips: dict[int, list[Clip]] = defaultdict(list)
        num_seen: Counter[int] = Counter()
        try:
            require_video(path)
            for clip in self._decoder.read_clips(path, spans, self._sampling):
                number = clip.span
                problem = broken.get(number) or find_problem(segments[number], clip, self._sampling)
                if problem:
                    problems[number] = problem
                else:
                    clips[number].append(clip)
                num_seen[number] += 1
                if num_seen[number] == clip.num_clips and clips[number]:
                    predictions[number] = self._ask(path, clips.pop(number))
            unseen = Problem(Reason.SEGMENT_TOO_SHORT, "no frame of the video lies in it")
        except VideoError as error:
            unseen = Problem(Reason(error.code), str(error))
        found = []
        for number, segment in enumerate(segments):
            reason, message = problems.get(number, unseen)
            nothing = VideoPrediction(str(path), reason=reason.value, message=message)
            found.append(replace(predictions.get(number, nothing), row=str(segment.source)))
        return found

    def _ask(self, path: Path, clips: Sequence[Clip]) -> VideoPrediction:
        """The labels of a span by the mean over its clips."""
        mean = self._classifier.probabilities([clip.jpegs for clip in clips]).mean(axis=0).tolist()
        start, end = min(clip.start_seconds for clip in clips), max(clip.end_seconds for clip in clips)
        segments = tuple(segments_of(mean, self._labelling, start, end))
        best = best_of_clip(mean, self._labelling, start, end)
        return VideoPrediction(str(path), segments, end, best=best)

    def predict_segments(
        self, path: Path, config: LongVideos, on_progress: OnProgress = lambda done, total: None
    ) -> VideoPrediction:
        """The actions in a video of any length, and when they happen."""
        step_seconds = config.windows.step_seconds
        scores = _Scores(self._classifier, step_seconds, self._num_snapshots)
        reading = WindowReading(scores.add, step_seconds, on_progress)
        problem: VideoError | None = None
        try:
            require_video(path)
            reading.read(self._decoder.read_windows(path, config.windows, self._sampling))
            reading.check_end(self._sampling)
        except VideoError as error:
            problem = error
        reason, message = (problem.code, str(problem)) if problem else ("", "")
        reading.close()
        if not reading.end_seconds:
            return VideoPrediction(str(path), reason=reason, message=message)
        timeline = self._smooth(scores.build(reading.end_seconds), config.segments)
        found = find_segments(timeline, self._classifier.classes, config.segments, config.levels)
        segments = tuple(_from(segment, reading.start_seconds) for segment in found)
        best = best_moment(timeline, self._labelling, config.segments.background)
        return VideoPrediction(
            str(path), segments, timeline.end_seconds, reason, message, timeline, tuple(scores.snapshots), best
        )

    def predict_scores(self, path: Path, config: LongVideos, stretch: tuple[float, float]) -> Timeline:
        """Probabilities over time as `predict_segments` has them, in a stretch of the video (seconds); elsewhere they are none.

        Raises:
          VideoError: the video cannot be read up to there.
        """
        step_seconds = config.windows.step_seconds
        scores = _Scores(self._classifier, step_seconds, num_snapshots=0)
        reading = WindowReading(scores.add, step_seconds, lambda done, total: None)
        require_video(path)
        reading.read(_within(self._decoder.read_windows(path, config.windows, self._sampling), config.windows, stretch))
        reading.close()
        if not reading.end_seconds:
            raise VideoError("segment_too_short", f"it shows nothing from {stretch[0]:g} s to {stretch[1]:g} s")
        return self._smooth(scores.build(reading.end_seconds), config.segments)

    def _smooth(self, timeline: Timeline, config: SegmentsConfig) -> Timeline:
        sums_to_one = not self._labelling.has_several
        return smooth(timeline, config.smoothing, config.smoothing_seconds, sums_to_one=sums_to_one)

    @property
    def _sampling(self) -> SamplingConfig:
        return self._classifier.sampling


class _Scores:
    """Windows to scores over time, with snapshots on the way."""

    def __init__(self, classifier: Classifier, step_seconds: float, num_snapshots: int) -> None:
        self._classifier = classifier
        self._builder = TimelineBuilder(len(classifier.classes), step_seconds)
        self._num_snapshots = num_snapshots
        self.snapshots: list[Snapshot] = []

    def add(self, clips: Sequence[Clip]) -> None:
        """Windows in the order of their ends."""
        probabilities = self._classifier.probabilities([clip.jpegs for clip in clips])
        for clip, values in zip(clips, np.asarray(probabilities).tolist(), strict=True):
            end = clip.end_seconds - clip.missing_seconds
            self._builder.add(WindowScores(clip.start_seconds, end, tuple(values)))
            self._keep_snapshot(clip)

    def build(self, end_seconds: float) -> Timeline:
        return self._builder.build(end_seconds)

    def _keep_snapshot(self, clip: Clip) -> None:
        if not self._num_snapshots:
            return
        apart = clip.video.duration_seconds / self._num_snapshots
        for seconds, jpeg in zip(clip.frame_seconds, clip.jpegs, strict=True):
            if not self.snapshots or seconds >= self.snapshots[-1].seconds + max(apart, 1e-3):
                self.snapshots.append(Snapshot(seconds, jpeg))


def _within(
    clips: Generator[Clip, None, Ending], windows: Windows, stretch: tuple[float, float]
) -> Generator[Clip, None, Ending]:
    """The windows that show something of a stretch; the video is read no further than these need."""
    first, last = stretch
    try:
        while True:
            clip = next(clips)
            if clip.end_seconds > last + max(windows.lengths_seconds):
                clips.close()
                return Ending(last, 0, is_end_of_video=False)
            if clip.end_seconds > first and clip.start_seconds < last:
                yield clip
    except StopIteration as stop:
        ending: Ending = stop.value
        return ending


def _why_no_frame(span: Span, clips: Sequence[Clip]) -> tuple[str, str]:
    """Reason code and message for a span without a frame."""
    first = clips[0].video.start_seconds if clips else 0.0
    if span.end is not None and span.end <= first and not span.in_frames:
        return "segment_too_short", f"the picture begins at {first:.2f} s, after the span"
    return "segment_past_end", f"no frame from {span.start:g} s on"


def _from(segment: ActionSegment, start_seconds: float) -> ActionSegment:
    """A segment as far as there is a picture."""
    return replace(segment, start_seconds=min(max(segment.start_seconds, start_seconds), segment.end_seconds))


def videos_of(paths: Sequence[Path]) -> Iterator[Path]:
    """The paths; of a folder the files below it that begin like a video or are named like one, in order of their names.

    What is named like a video and is none stays in, so that its prediction can say so.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(files_below(path)):
            if file.suffix.lower() in VIDEO_SUFFIXES or is_video_file(file):
                yield file
