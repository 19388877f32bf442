"""Videos to clips: one pass, front to back, for all segments of a video.

Frames are decoded twice only where one pass cannot know what it needs: the number of frames in a segment whose bounds are
seconds, or the end of a video whose header lies about it.
"""

from array import array
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from components.video.capture import open_video
from components.video.config import SamplingConfig
from components.video.cropping import Rectangle, cut
from components.video.images import Frame, encode_jpeg, scale_short_side, thumbnail
from components.video.queues import ListedTasks, TaskQueue, Windows, WindowTasks, in_seconds
from components.video.reader import FrameReader, ShownFrame, VideoError, VideoInfo
from components.video.tasks import Clip, ClipTask, Ending, Span, StoredFrame, make_tasks, needs_index
from components.video.times import FrameIndex

_LONGEST_JPEG_SIDE = 65_500


def probe(path: Path, *, on_frame: Callable[[], None] = lambda: None) -> VideoInfo:
    """Size, nominal frame rate, and where the video ends as its packets say; `on_frame` is called for each of these.

    Raises:
      VideoError: it cannot be opened.
    """
    with open_video(path, num_threads=1) as reader:
        return _measured(reader, on_frame)


def read_times(path: Path, *, on_frame: Callable[[], None] = lambda: None) -> FrameIndex:
    """When each frame is shown as the packets say, without decoding any; in a damaged file `read_index` may find fewer.

    Raises:
      VideoError: it cannot be opened.
    """
    with open_video(path, num_threads=1) as reader:
        return reader.read_times(on_frame)


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

    Frames are cut around the actor where `sampling.crop_to_boxes` says so and the span has boxes of one, and scaled so that
    the shorter side has `sampling.short_side` pixels. Memory depends on how many spans overlap,
    not on the video's length. `on_frame` is called for each frame that is read.

    Raises:
      VideoError: the file cannot be opened, yields no frame, or exceeds a limit. Clips may have come before.
    """
    with ExitStack() as stack:
        reader = stack.enter_context(open_video(path, num_threads))
        check_size(reader.info, sampling)
        info = reader.info
        if any(span.end is None for span in spans):
            # Windows are begun before it can turn out that the header lies.
            info = _measured(reader, on_frame) if sampling.window_seconds else known_end(reader, on_frame)
        need_index = [needs_index(span, sampling, info) for span in spans]
        index = None
        if any(need_index):
            index = _read_index(reader, sampling, on_frame)
            reader = stack.enter_context(open_video(path, num_threads))

        def tasks_of(number: int, info: VideoInfo) -> list[ClipTask]:
            return make_tasks(number, spans[number], sampling, info, index if need_index[number] else None)

        tasks = [task for number in range(len(spans)) for task in tasks_of(number, info)]
        ending = yield from _carry_out(ListedTasks(tasks), reader, info, sampling, on_frame)
        at_the_end = [task for task in tasks if task.ends_with_video]
        # An end that is off by less than half a frame changes nothing that can be seen.
        if at_the_end and abs(info.duration_seconds - ending.seconds) > 0.5 * info.frame_seconds:
            reader = stack.enter_context(open_video(path, num_threads))
            info = replace(info, duration_seconds=ending.seconds)
            at_the_end = [
                task for number in sorted({task.span for task in at_the_end}) for task in tasks_of(number, info)
            ]
            yield from _carry_out(ListedTasks(at_the_end), reader, info, sampling, on_frame)
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
        check_size(reader.info, sampling)
        info = _measured(reader, on_frame)
        in_one_pass = in_seconds(sampling, info)
        if needs_index(Span(0.0, 1.0), in_one_pass, info):
            raise VideoError(
                "video_unreadable", "its header states no frame rate, and the model's frames are a step apart"
            )
        queue = WindowTasks(windows, in_one_pass, info)
        clips = _carry_out(queue, reader, info, in_one_pass, on_frame)
        while True:
            try:
                clip = next(clips)
            except StopIteration as stop:
                ending: Ending = stop.value
                return ending
            if clip.jpegs and (clip.missing_seconds <= windows.step_seconds or not clip.start_seconds):
                yield clip


def _carry_out(
    queue: TaskQueue, reader: FrameReader, info: VideoInfo, sampling: SamplingConfig, on_frame: Callable[[], None]
) -> Generator[Clip, None, Ending]:
    """One pass over the video. Clips that end with the video are not yielded: their end has to be checked first."""
    active: list[ClipTask] = []
    end_seconds, num_frames = 0.0, 0
    for index, frame in counted(reader, sampling, on_frame):
        end_seconds, num_frames = frame.end_seconds, index + 1
        active += queue.begin(index, frame.seconds)
        takers = [task for task in active if task.wants(index, frame)]
        if takers:
            image = frame.retrieve()
            stored = {crop: _store(image, crop, frame, index, sampling) for crop in {task.crop for task in takers}}
            for task in takers:
                task.frames.append(stored[task.crop])
        finished = [task for task in active if task.is_done(index, frame.seconds)]
        if finished:
            active = [task for task in active if not task.is_done(index, frame.seconds)]
            so_far = Ending(end_seconds, num_frames, is_end_of_video=False)
            yield from (task.clip(so_far, info) for task in finished)
        if not active and queue.is_empty():
            return Ending(end_seconds, num_frames, is_end_of_video=False)
    ending = Ending(end_seconds, num_frames, is_end_of_video=True)
    unfinished = [*active, *queue.rest()]
    yield from (task.clip(ending, info) for task in unfinished if not task.ends_with_video)
    return ending


def counted(
    reader: FrameReader, sampling: SamplingConfig, on_frame: Callable[[], None]
) -> Iterator[tuple[int, ShownFrame]]:
    """The frames with their numbers; `on_frame` is called for each.

    Raises:
      VideoError: they are more than the limit.
    """
    for index, frame in enumerate(reader.frames()):
        if index == sampling.max_frames:
            raise VideoError("video_too_large", f"more than {sampling.max_frames} frames")
        on_frame()
        yield index, frame


def known_end(reader: FrameReader, on_packet: Callable[[], None]) -> VideoInfo:
    """What the header says; where it does not say for sure when the picture ends, that of the packets."""
    return reader.info if reader.info.duration_seconds else _measured(reader, on_packet)


def _measured(reader: FrameReader, on_packet: Callable[[], None]) -> VideoInfo:
    times = reader.read_times(on_packet)
    return replace(reader.info, duration_seconds=times.end_seconds, promised_seconds=times.promised_seconds)


def _read_index(reader: FrameReader, sampling: SamplingConfig, on_frame: Callable[[], None]) -> FrameIndex:
    times = array("d")
    end_seconds = 0.0
    for _, frame in counted(reader, sampling, on_frame):
        times.append(frame.seconds)
        end_seconds = frame.end_seconds
    return FrameIndex(times, end_seconds, reader.info.promised_seconds)


def _store(
    image: Frame, crop: Rectangle | None, frame: ShownFrame, index: int, sampling: SamplingConfig
) -> StoredFrame:
    small = scale_short_side(cut(image, crop) if crop else image, sampling.short_side)
    jpeg = encode_jpeg(small, sampling.jpeg_quality)
    height, width = small.shape[:2]
    return StoredFrame(jpeg, thumbnail(small), frame.seconds, index, (height, width))


def check_size(info: VideoInfo, sampling: SamplingConfig) -> None:
    size = f"{info.width}x{info.height} frames"
    if info.width * info.height > sampling.max_pixels:
        raise VideoError("video_too_large", f"{size}; the limit is {sampling.max_pixels} pixels a frame")
    if max(info.width, info.height) > _LONGEST_JPEG_SIDE:
        raise VideoError("video_too_large", f"{size}; a JPEG's side has {_LONGEST_JPEG_SIDE} at the most")
