"""What is asked of a video (spans), what is to be done for it (tasks), and what comes out (clips)."""

import math
from dataclasses import dataclass, field

from components.annotations.records.actors import Actor
from components.annotations.records.boxes import Edges
from components.video.config import SamplingConfig
from components.video.cropping import Rectangle, crop_around
from components.video.images import Frame, brightness, motion_energy
from components.video.reader import ShownFrame, VideoInfo
from components.video.sampling import ClipPlan, Selector, plan_clips, windows
from components.video.times import FrameIndex


@dataclass(frozen=True)
class Span:
    """A stretch of a video: from `start` to before `end` (None: to the end), in seconds or in frames from 0.

    `actor`: around whom its clips are cut if `sampling.crop_to_boxes` says so. Without a box of the actor they are not.
    """

    start: float = 0.0
    end: float | None = None
    in_frames: bool = False
    actor: Actor | None = None


@dataclass(frozen=True)
class Clip:
    """Sampled frames of one span.

    Attributes:
      video: what was known of the video before it was read.
      span: the position of the span among those asked for.
      number, num_clips: which of the span's clips it is (windows and views make several), from 0.
      jpegs: `num_frames` JPEGs of one size (repeats are the same object); none when the span holds no frame.
      frame_seconds: presentation time of each, in seconds from the start of the file.
      frame_indices: how many frames of the video come before each.
      start_seconds, end_seconds: the bounds of what was sampled.
      is_open: whether the span has no end, and what was sampled ends with the video.
      missing_seconds: how far the end lies beyond that of the video; for an open span, the end that the header promises.
      read_seconds: how much of the video had been read, which is all of it where something is missing.
      num_distinct: how many different frames there are.
      motion, brightness: means over the frames, 0 to 1.
      height, width: of the stored frames, in pixels.
      crop: what they show of the video's frames, as shares of these; None if all.
    """

    video: VideoInfo
    span: int
    number: int
    num_clips: int
    jpegs: tuple[bytes, ...]
    frame_seconds: tuple[float, ...]
    frame_indices: tuple[int, ...]
    start_seconds: float
    end_seconds: float
    is_open: bool
    missing_seconds: float
    read_seconds: float
    num_distinct: int
    motion: float
    brightness: float
    height: int
    width: int
    crop: Edges | None = None


@dataclass(frozen=True)
class Ending:
    """Where reading stopped: after how many frames, when the last of them ends, and whether the video holds no more."""

    seconds: float
    num_frames: int
    is_end_of_video: bool


@dataclass(frozen=True)
class StoredFrame:
    """A frame to be in a clip: its JPEG, of `size` (height, width), and which of the video's frames it is, shown when."""

    jpeg: bytes
    thumbnail: Frame
    seconds: float
    index: int
    size: tuple[int, int]


@dataclass
class ClipTask:
    """A plan that is being carried out.

    Attributes:
      is_open: whether the span has no end.
      ends_with_video: whether the plan's end is where the video is believed to end, which only reading it can tell.
      crop: what is kept of the frames; None if all.
    """

    span: int
    plan: ClipPlan
    in_frames: bool
    is_open: bool
    ends_with_video: bool = False
    crop: Rectangle | None = None
    number: int = 0
    num_clips: int = 1
    frames: list[StoredFrame] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.selector = Selector(self.plan)
        self.start_seconds = None if self.in_frames else self.plan.start
        self.end_seconds = None if self.in_frames else self.plan.end

    def wants(self, index: int, frame: ShownFrame) -> bool:
        """Whether the frame is to be kept; meanwhile bounds that are frames become seconds."""
        if not self.in_frames:
            return self.selector.wants(frame.seconds, frame.end_seconds)
        if self.start_seconds is None and index >= self.plan.start:
            self.start_seconds = frame.seconds
        if self.end_seconds is None and index >= self.plan.end:
            self.end_seconds = frame.seconds
        return self.selector.wants(index, index + 1)

    def is_done(self, index: int, seconds: float) -> bool:
        """Whether the plan's end has come; where that is the video's end, nothing but the video can tell."""
        return not self.ends_with_video and (index if self.in_frames else seconds) >= self.plan.end

    def clip(self, ending: Ending, video: VideoInfo) -> Clip:
        """What was sampled; where the video ended first, its end stands for bounds that were not reached."""
        # What is to end with the video may still begin after it.
        bound = self.plan.start if self.ends_with_video else self.plan.end
        beyond = (bound - ending.num_frames) * video.frame_seconds if self.in_frames else bound - ending.seconds
        missing = max(0.0, beyond) if ending.is_end_of_video else 0.0
        if self.is_open:
            end_of_video = ending.seconds if ending.is_end_of_video else video.duration_seconds
            missing = max(missing, video.promised_seconds - end_of_video)
        start, end = self.start_seconds, ending.seconds if self.ends_with_video else self.end_seconds
        frames = [self.frames[position] for position in self.selector.samples()]
        distinct = list({frame.index: frame for frame in frames}.values())
        height, width = frames[0].size if frames else (0, 0)
        return Clip(
            video=video,
            span=self.span,
            number=self.number,
            num_clips=self.num_clips,
            jpegs=tuple(frame.jpeg for frame in frames),
            frame_seconds=tuple(frame.seconds for frame in frames),
            frame_indices=tuple(frame.index for frame in frames),
            start_seconds=ending.seconds if start is None else start,
            end_seconds=ending.seconds if end is None else end,
            is_open=self.is_open,
            missing_seconds=missing,
            read_seconds=ending.seconds,
            num_distinct=len(distinct),
            motion=motion_energy([frame.thumbnail for frame in distinct]),
            brightness=sum(brightness(frame.thumbnail) for frame in frames) / max(1, len(frames)),
            height=height,
            width=width,
            crop=self.crop.as_edges(video.width, video.height) if self.crop else None,
        )


def needs_index(span: Span, sampling: SamplingConfig, info: VideoInfo) -> bool:
    """Whether the span's samples depend on what only decoding the video to its end can tell."""
    if span.in_frames:
        return span.end is None or sampling.window_seconds is not None or sampling.step_seconds is not None
    return _frame_step(sampling) is not None or (span.end is None and not info.duration_seconds)


def _frame_step(sampling: SamplingConfig) -> int | None:
    return 1 if sampling.method == "dense" else sampling.step_frames


def make_tasks(
    number: int, span: Span, sampling: SamplingConfig, info: VideoInfo, index: FrameIndex | None
) -> list[ClipTask]:
    """The clips to be made of a span, which begins with the first picture and ends with the last one if its end is open."""
    frame_step = _frame_step(sampling)
    is_open = span.end is None
    if span.in_frames and span.end is not None and index is None:
        plans = plan_clips(span.start, span.end, sampling, step=frame_step, frame_length=1)
        tasks = [ClipTask(number, plan, in_frames=True, is_open=False) for plan in plans]
        return _numbered(tasks, span, sampling, info, index)
    seconds_at = index.seconds_at if span.in_frames and index else float
    start, end = seconds_at(span.start), index.end_seconds if index else info.duration_seconds
    if span.end is None:
        start = max(start, info.start_seconds)
    else:
        end = seconds_at(span.end)
    if start >= end:
        # Read to the end all the same, so that the message can say where that is.
        end = start + 1.0
    ends_with_video = is_open and index is None and sampling.window_seconds is None
    tasks = []
    length = sampling.window_seconds or end - start
    for first, last in windows(start, end, length, sampling.window_stride_seconds or length):
        if index and frame_step is not None:
            bounds = index.frame_at(first), index.frame_at(last)
            plans = plan_clips(*bounds, sampling, step=frame_step, frame_length=1) if bounds[0] < bounds[1] else []
            tasks += [ClipTask(number, plan, in_frames=True, is_open=is_open) for plan in plans]
        else:
            plans = plan_clips(first, last, sampling, step=sampling.step_seconds, frame_length=info.frame_seconds)
            tasks += [ClipTask(number, plan, False, is_open, ends_with_video) for plan in plans]
    return _numbered(tasks, span, sampling, info, index)


def _numbered(
    tasks: list[ClipTask], span: Span, sampling: SamplingConfig, info: VideoInfo, index: FrameIndex | None
) -> list[ClipTask]:
    for number, task in enumerate(tasks):
        task.number, task.num_clips = number, len(tasks)
        if span.actor and sampling.crop_to_boxes is not None:
            reach = _reach_in_unit_of(span, task, index)
            task.crop = _crop_around(span.actor, *reach, span.in_frames, sampling.crop_to_boxes, sampling, info)
    return tasks


def _reach_in_unit_of(span: Span, task: ClipTask, index: FrameIndex | None) -> tuple[float, float]:
    """From where to where the frames of a task are, in the unit of the span's bounds and boxes."""
    first, last = task.plan.reach
    if task.in_frames == span.in_frames or index is None:
        return first, last
    if span.in_frames:
        return index.frame_at(first), index.frame_at(last)
    return index.seconds_at(math.floor(first)), index.seconds_at(math.ceil(last))


def _crop_around(
    actor: Actor, first: float, last: float, in_frames: bool, margin: float, sampling: SamplingConfig, info: VideoInfo
) -> Rectangle | None:
    # A frame may have begun to show before the time that it stands for, and the box next to a frame is that frame's.
    frame = 1.0 if in_frames else info.likely_frame_seconds
    edges = actor.enclosing(first - frame, last + frame, frame / 2, info.width, info.height)
    return crop_around(edges, info.width, info.height, margin, sampling.crop_aspect) if edges else None
