"""Videos to clips: one pass, front to back, for all segments of a video.

A second pass is made only where the first cannot know what it needs: the number of frames in a segment whose bounds are
seconds, or the end of a video whose header lies about it.
"""

from array import array
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack
from pathlib import Path

from components.video.capture import open_video
from components.video.config import SamplingConfig
from components.video.images import Frame, encode_jpeg, scale_short_side, thumbnail
from components.video.queues import ListedTasks, TaskQueue, Windows, WindowTasks, in_seconds
from components.video.reader import FrameReader, VideoError, VideoInfo
from components.video.sampling import FrameIndex
from components.video.tasks import Clip, ClipTask, Ending, Span, StoredFrame, make_tasks, needs_index

_LONGEST_JPEG_SIDE = 65_500


def probe(path: Path) -> VideoInfo:
    """Size, nominal frame rate and duration of a video.

    Raises:
      VideoError: it cannot be opened.
    """
    with open_video(path, num_threads=1) as reader:
        return reader.info


def read_index(
    path: Path, sampling: SamplingConfig, *, num_threads: int = 1, on_frame: Callable[[], None] = lambda: None
) -> FrameIndex:
    """The presentation time of every frame; arguments and errors are those of `read_clips`."""
    with open_video(path, num_threads) as reader:
        check_size(reader.info, sampling)
        return _read_index(reader, sampling, on_frame)


def read_clips(
    path: Path,
    spans: Sequence[Span],
    sampling: SamplingConfig,
    *,
    num_threads: int = 1,
    on_frame: Callable[[], None] = lambda: None,
) -> Generator[Clip, None, Ending]:
    """The clips of each span, each as soon as its last frame was read; returns where reading stopped.

    Frames are scaled so that the shorter side has `sampling.short_side` pixels. Memory depends on how many spans overlap,
    not on the video's length. `on_frame` is called for each frame that is read.

    Raises:
      VideoError: the file cannot be opened, yields no frame, or exceeds a limit. Clips may have come before.
    """
    with ExitStack() as stack:
        reader = stack.enter_context(open_video(path, num_threads))
        info = reader.info
        check_size(info, sampling)
        need_index = [needs_index(span, sampling, info) for span in spans]
        index = None
        if any(need_index):
            index = _read_index(reader, sampling, on_frame)
            reader = stack.enter_context(open_video(path, num_threads))

        def tasks_of(number: int, end_of_video: float) -> list[ClipTask]:
            own_index = index if need_index[number] else None
            return make_tasks(number, spans[number], sampling, info, own_index, end_of_video)

        tasks = [task for number in range(len(spans)) for task in tasks_of(number, info.duration_seconds)]
        ending = yield from _carry_out(ListedTasks(tasks), reader, sampling, on_frame)
        at_the_end = [task for task in tasks if task.ends_with_video]
        # An end that is off by less than a frame changes nothing that can be seen.
        if at_the_end and abs(info.duration_seconds - ending.seconds) > 1.5 * info.frame_seconds:
            reader = stack.enter_context(open_video(path, num_threads))
            numbers = sorted({task.span for task in at_the_end})
            at_the_end = [task for number in numbers for task in tasks_of(number, ending.seconds)]
            yield from _carry_out(ListedTasks(at_the_end), reader, sampling, on_frame)
        yield from (task.clip(ending, info) for task in at_the_end)
        return ending


def read_windows(
    path: Path,
    windows: Windows,
    sampling: SamplingConfig,
    *,
    num_threads: int = 1,
    on_frame: Callable[[], None] = lambda: None,
) -> Generator[Clip, None, Ending]:
    """The clips of overlapping windows that cover the video, each as soon as its last frame was read, in one pass.

    A window has the frames that `read_clips` gives for a span of its bounds. Of those that the video's end cuts off, the first
    one of each length is kept, and its clip holds the last frame. Memory depends on the longest window, not on the video.
    Other arguments, and errors, are those of `read_clips`.
    """
    with open_video(path, num_threads) as reader:
        info = reader.info
        check_size(info, sampling)
        in_one_pass = in_seconds(sampling, info)
        if needs_index(Span(0.0, 1.0), in_one_pass, info):
            raise VideoError(
                "video_unreadable", "its header states no frame rate, and the model's frames are a step apart"
            )
        queue = WindowTasks(windows, in_one_pass, info)
        clips = _carry_out(queue, reader, in_one_pass, on_frame)
        while True:
            try:
                clip = next(clips)
            except StopIteration as stop:
                ending: Ending = stop.value
                return ending
            if clip.jpegs and (clip.missing_seconds <= windows.step_seconds or not clip.start_seconds):
                yield clip


def _carry_out(
    queue: TaskQueue, reader: FrameReader, sampling: SamplingConfig, on_frame: Callable[[], None]
) -> Generator[Clip, None, Ending]:
    """One pass over the video. Clips that end with the video are not yielded: their end has to be checked first."""
    active: list[ClipTask] = []
    info = reader.info
    clock = Clock(info.frame_seconds, sampling.max_frames)
    for seconds, retrieve in reader.frames():
        index = clock.advance(seconds)
        on_frame()
        active += queue.begin(index, seconds)
        takers = [task for task in active if task.wants(index, seconds)]
        if takers:
            frame = _store(retrieve(), seconds, index, sampling)
            for task in takers:
                task.frames.append(frame)
        finished = [task for task in active if task.is_done(index, seconds)]
        if finished:
            active = [task for task in active if not task.is_done(index, seconds)]
            so_far = Ending(clock.end_seconds, clock.num_frames, is_end_of_video=False)
            yield from (task.clip(so_far, info) for task in finished)
        if not active and queue.is_empty():
            return Ending(clock.end_seconds, clock.num_frames, is_end_of_video=False)
    ending = Ending(clock.end_seconds, clock.num_frames, is_end_of_video=True)
    unfinished = [*active, *queue.rest()]
    yield from (task.clip(ending, info) for task in unfinished if not task.ends_with_video)
    return ending


class Clock:
    """Counts frames, and knows when the last one ends: after its nominal length, or as long as the one before it."""

    def __init__(self, frame_seconds: float, max_frames: int) -> None:
        self._frame_seconds = frame_seconds
        self._max_frames = max_frames
        self._seconds = 0.0
        self.num_frames = 0
        self.end_seconds = 0.0

    def advance(self, seconds: float) -> int:
        """The index of the frame shown from `seconds` on."""
        if self.num_frames == self._max_frames:
            raise VideoError("video_too_large", f"more than {self._max_frames} frames")
        self.end_seconds = seconds + (self._frame_seconds or (seconds - self._seconds if self.num_frames else 0.0))
        self._seconds = seconds
        self.num_frames += 1
        return self.num_frames - 1


def _read_index(reader: FrameReader, sampling: SamplingConfig, on_frame: Callable[[], None]) -> FrameIndex:
    clock = Clock(reader.info.frame_seconds, sampling.max_frames)
    times = array("d")
    for seconds, _ in reader.frames():
        clock.advance(seconds)
        on_frame()
        times.append(seconds)
    return FrameIndex(times, clock.end_seconds)


def _store(frame: Frame, seconds: float, index: int, sampling: SamplingConfig) -> StoredFrame:
    small = scale_short_side(frame, sampling.short_side)
    jpeg = encode_jpeg(small, sampling.jpeg_quality)
    height, width = small.shape[:2]
    return StoredFrame(jpeg, thumbnail(small), seconds, index, (height, width))


def check_size(info: VideoInfo, sampling: SamplingConfig) -> None:
    size = f"{info.width}x{info.height} frames"
    if info.width * info.height > sampling.max_pixels:
        raise VideoError("video_too_large", f"{size}; the limit is {sampling.max_pixels} pixels a frame")
    if max(info.width, info.height) > _LONGEST_JPEG_SIDE:
        raise VideoError("video_too_large", f"{size}; a JPEG's side has {_LONGEST_JPEG_SIDE} at the most")
