"""The stretches of a video that segments annotate, with their actors where clips are cut around these."""

from collections.abc import Sequence

from components.annotations.records.reasons import Problem, Reason
from components.annotations.records.record import Segment
from components.video.config import SamplingConfig
from components.video.tasks import Span
from components.video_example_gen.alignment import actor_of, span_of
from components.video_example_gen.masks import MaskError, MaskReader


def spans_of(
    segments: Sequence[Segment], masks: MaskReader, sampling: SamplingConfig
) -> tuple[list[Span], dict[int, Problem]]:
    """The span of each segment, and what is wrong with masks of some, by their positions.

    Masks are read only where clips are cut, since the place of an actor has to be known before a frame is stored.
    """
    if not sampling.cuts_clips:
        return [span_of(segment) for segment in segments], {}
    spans: list[Span] = []
    problems: dict[int, Problem] = {}
    for number, segment in enumerate(segments):
        try:
            actor = actor_of(segment, masks.boxes(segment.masks))
        except MaskError as error:
            actor = None
            problems[number] = Problem(Reason.MASK_INVALID, str(error))
        spans.append(span_of(segment, actor))
    return spans, problems
