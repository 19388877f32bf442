"""What makes a sampled clip of a segment unusable."""

from components.annotations.records.reasons import Problem, Reason
from components.annotations.records.record import Segment
from components.video.config import SamplingConfig
from components.video.tasks import Clip
from components.video.times import broken_promise, other_length


def find_problem(segment: Segment, clip: Clip, sampling: SamplingConfig) -> Problem | None:
    """What makes a clip of a segment unusable."""
    if message := _what_broke_off(clip, sampling):
        return Problem(Reason.VIDEO_INCOMPLETE, message)
    if message := other_length(segment.file_seconds, clip.video.duration_seconds, sampling):
        return Problem(Reason.LENGTH_DIFFERS, message)
    if clip.missing_seconds and not clip.jpegs and clip.start_seconds >= clip.read_seconds:
        message = f"starts at {clip.start_seconds:g} s; the video ends at {clip.read_seconds:.2f} s"
        return Problem(Reason.SEGMENT_PAST_END, message)
    if not clip.is_open and clip.missing_seconds > sampling.end_tolerance_seconds:
        message = f"ends {clip.missing_seconds:.2f} s after the video, which ends at {clip.read_seconds:.2f} s"
        return Problem(Reason.SEGMENT_PAST_END, message)
    needed = sampling.num_frames if sampling.short == "error" else min(sampling.min_frames, sampling.num_frames)
    if clip.num_distinct < needed:
        return Problem(Reason.SEGMENT_TOO_SHORT, f"{clip.num_distinct} distinct frames; at least {needed} are needed")
    if sampling.cuts_clips and clip.crop is None:
        message = f"no box of the actor from {clip.start_seconds:g} to {clip.end_seconds:g} s to cut the clip around"
        return Problem(Reason.BOX_MISSING, message)
    return None


def _what_broke_off(clip: Clip, sampling: SamplingConfig) -> str:
    """What to say of a clip of which a part is missing since the video was cut off; nothing if that is not the reason."""
    promised_seconds, missing_seconds = clip.video.promised_seconds, clip.missing_seconds
    tolerance = sampling.end_tolerance_seconds
    if clip.is_open:
        is_promised = clip.start_seconds < promised_seconds
    else:
        is_promised = missing_seconds > tolerance >= clip.read_seconds + missing_seconds - promised_seconds
        missing_seconds = promised_seconds - clip.read_seconds
    return broken_promise(missing_seconds, promised_seconds, sampling) if is_promised else ""
