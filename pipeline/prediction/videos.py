"""Videos to predictions: decoded once, in a child process, with the frames that ingest would store."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from components.storage.paths import files_below
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.faults import sorted_out
from components.video.magic import is_video_file, read_head, why_no_video
from components.video.queues import Windows
from components.video.reader import VideoError, VideoInfo
from components.video.tasks import Clip, Ending, Span
from components.video.times import broken_promise
from pipeline.prediction.classifier import BATCH_SIZE, Classifier
from pipeline.prediction.config import SegmentsConfig
from pipeline.prediction.records import Snapshot, VideoPrediction
from pipeline.prediction.segments import ActionSegment, find_segments
from pipeline.prediction.timeline import Timeline, TimelineBuilder, WindowScores, smooth

# (seconds read, seconds in all)
OnProgress = Callable[[float, float], None]
# Moments of a timeline; ten days at five a second.
_MOST_CELLS = 5_000_000
_VIDEO_SUFFIXES = (".avi", ".flv", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm", ".wmv")


@dataclass(frozen=True)
class LongVideos:
    """How the actions in long videos are found."""

    windows: Windows
    segments: SegmentsConfig


class VideoPredictor:
    """Predictions for one video after the other. What is wrong with one is said in its prediction and costs no other."""

    def __init__(self, classifier: Classifier, decoder: Decoder, *, num_snapshots: int = 0) -> None:
        """`num_snapshots`: frames to keep of a video, evenly spread."""
        self._classifier = classifier
        self._decoder = decoder
        self._num_snapshots = num_snapshots

    def predict_clip(self, path: Path, span: Span) -> VideoPrediction:
        """The action in a video, or a span of it, that shows one: the mean over its clips."""
        try:
            _check(path)
            found = list(self._decoder.read_clips(path, [span], self._sampling))
            clips = [clip for clip in found if clip.jpegs]
            if not clips:
                raise VideoError(*_why_no_frame(span, found))
        except VideoError as error:
            return VideoPrediction(str(path), reason=error.code, message=str(error))
        mean = self._classifier.probabilities([clip.jpegs for clip in clips]).mean(axis=0)
        label = self._classifier.classes[int(mean.argmax())]
        start, end = min(clip.start_seconds for clip in clips), max(clip.end_seconds for clip in clips)
        segment = ActionSegment(label, start, end, float(mean.max()), tuple(mean.tolist()))
        last = clips[-1]
        message = (
            broken_promise(last.missing_seconds, last.video.promised_seconds, self._sampling) if last.is_open else ""
        )
        return VideoPrediction(str(path), (segment,), end, "video_incomplete" if message else "", message)

    def predict_segments(
        self, path: Path, config: LongVideos, on_progress: OnProgress = lambda done, total: None
    ) -> VideoPrediction:
        """The actions in a video of any length, and when they happen."""
        reading = _Reading(self._classifier, config.windows.step_seconds, self._num_snapshots, on_progress)
        problem: VideoError | None = None
        try:
            _check(path)
            reading.read(self._decoder.read_windows(path, config.windows, self._sampling))
            reading.check_end(self._sampling)
        except VideoError as error:
            problem = error
        reason, message = (problem.code, str(problem)) if problem else ("", "")
        timeline = reading.close()
        if timeline is None:
            return VideoPrediction(str(path), reason=reason, message=message)
        timeline = smooth(timeline, config.segments.smoothing, config.segments.smoothing_seconds)
        found = find_segments(timeline, self._classifier.classes, config.segments)
        segments = tuple(_from(segment, reading.start_seconds) for segment in found)
        return VideoPrediction(
            str(path), segments, timeline.end_seconds, reason, message, timeline, tuple(reading.snapshots)
        )

    def predict_scores(self, path: Path, config: LongVideos, stretch: tuple[float, float]) -> Timeline:
        """Probabilities over time as `predict_segments` has them, in a stretch of the video (seconds); elsewhere they are none.

        Raises:
          VideoError: the video cannot be read up to there.
        """
        reading = _Reading(self._classifier, config.windows.step_seconds, 0, lambda done, total: None)
        _check(path)
        reading.read(_within(self._decoder.read_windows(path, config.windows, self._sampling), config.windows, stretch))
        timeline = reading.close()
        if timeline is None:
            raise VideoError("segment_too_short", f"it shows nothing from {stretch[0]:g} s to {stretch[1]:g} s")
        return smooth(timeline, config.segments.smoothing, config.segments.smoothing_seconds)

    @property
    def _sampling(self) -> SamplingConfig:
        return self._classifier.sampling


class _Reading:
    """Clips to scores over time, many at a time, while a video goes by."""

    def __init__(
        self, classifier: Classifier, step_seconds: float, num_snapshots: int, on_progress: OnProgress
    ) -> None:
        self._classifier = classifier
        self._step_seconds = step_seconds
        self._builder = TimelineBuilder(len(classifier.classes), step_seconds)
        self._num_snapshots = num_snapshots
        self._on_progress = on_progress
        self._waiting: list[Clip] = []
        self._video: VideoInfo | None = None
        self._end_seconds = 0.0
        self.snapshots: list[Snapshot] = []

    @property
    def start_seconds(self) -> float:
        """When the first picture is shown."""
        return self._video.start_seconds if self._video else 0.0

    def read(self, clips: Generator[Clip, None, Ending]) -> None:
        """Take all clips of a video, and where it ends."""
        while True:
            try:
                self.add(next(clips))
            except StopIteration as stop:
                ending: Ending = stop.value
                self._end_seconds = max(self._end_seconds, ending.seconds)
                return

    def add(self, clip: Clip) -> None:
        """A clip in the order of their ends."""
        if clip.read_seconds > _MOST_CELLS * self._step_seconds:
            raise VideoError(
                "video_too_large", f"its frames go on to {clip.read_seconds:.0f} s; its time stamps may be wrong"
            )
        self._end_seconds = max(self._end_seconds, clip.read_seconds)
        self._video = clip.video
        self._keep_snapshot(clip)
        self._waiting.append(clip)
        if len(self._waiting) == BATCH_SIZE:
            self._score()

    def check_end(self, sampling: SamplingConfig) -> None:
        """Nothing, if the video has as many seconds as its header promises, or nearly.

        Raises:
          VideoError: it has fewer, or no frame at all.
        """
        if not self._video:
            raise VideoError("segment_too_short", "it holds no frame")
        promised_seconds = self._video.promised_seconds
        if message := broken_promise(promised_seconds - self._end_seconds, promised_seconds, sampling):
            raise VideoError("video_incomplete", message)

    def close(self) -> Timeline | None:
        """The scores over time; None if there is no frame."""
        self._score()
        return self._builder.build(self._end_seconds) if self._end_seconds else None

    def _score(self) -> None:
        if not self._waiting:
            return
        probabilities = self._classifier.probabilities([clip.jpegs for clip in self._waiting])
        for clip, values in zip(self._waiting, np.asarray(probabilities).tolist(), strict=True):
            end = clip.end_seconds - clip.missing_seconds
            self._builder.add(WindowScores(clip.start_seconds, end, tuple(values)))
        self._on_progress(self._end_seconds, self._video.duration_seconds if self._video else 0.0)
        self._waiting.clear()

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


def _check(path: Path) -> None:
    if not path.is_file():
        raise VideoError("video_missing", "there is no such file")
    with sorted_out(path):
        head = read_head(path)
    if objection := why_no_video(head):
        raise VideoError("not_a_video", objection)


def videos_of(paths: Sequence[Path]) -> Iterator[Path]:
    """The paths; of a folder the files below it that begin like a video or are named like one, in order of their names.

    What is named like a video and is none stays in, so that its prediction can say so.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(files_below(path)):
            if file.suffix.lower() in _VIDEO_SUFFIXES or is_video_file(file):
                yield file
