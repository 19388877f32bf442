"""What a format has no place for: rows that are left out, and parts of rows, each to be said."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Segment
from components.annotations.writers.content import SCORE, Content, is_negative_video, only
from components.annotations.writers.writer import Part, Writer


def sort_out(content: Content, writer: Writer, name: str) -> tuple[Content, list[Reject]]:
    """The content without segments that the format `name` cannot hold, and a reject for each of these."""
    kept: list[Segment] = []
    rejects: list[Reject] = []
    for segment in content.segments:
        problem = _problem(segment, content, writer, name)
        if problem:
            reason, message = problem
            rejects.append(Reject(reason, message, segment.source, segment.video, segment.label))
        else:
            kept.append(segment)
    return replace(content, segments=tuple(kept)), rejects


def without_place(content: Content, writer: Writer) -> str:
    """What of the segments is not in the file, with the number of segments; empty if all is."""
    counts: Counter[str] = Counter()
    for segments in content.by_video.values():
        keeps = _kept_of_video(segments, writer)
        counts.update(part for segment in segments for part in _lost_parts(segment, keeps, bool(content.model)))
    return ", ".join(f"{part} of {count}" for part, count in counts.items())


def _problem(segment: Segment, content: Content, writer: Writer, name: str) -> tuple[Reason, str] | None:
    if segment.is_negative and Part.NEGATIVE not in writer.keeps:
        if Part.NEGATIVE_VIDEO not in writer.keeps:
            return Reason.NEGATIVE_UNUSED, f"{name} has no place for a row which states that no action happens"
        if not is_negative_video(segment, content):
            message = f"{name} can say that no action happens of whole videos only, and of those without other rows"
            return Reason.NEGATIVE_UNUSED, message
    frames = content.frames.get(segment.video)
    if frames and segment.start >= frames.times.end_seconds:
        message = f"it starts at {segment.start:g} s; the video ends at {frames.times.end_seconds:g} s"
        return Reason.SEGMENT_PAST_END, message
    return None


def _kept_of_video(segments: Sequence[Segment], writer: Writer) -> frozenset[Part]:
    """What a writer keeps of the segments of a video; what it says once must be the same for all of them."""
    agreed = {
        part
        for part, of_video, values in (
            (Part.GROUP, Part.GROUP_OF_VIDEO, [segment.group for segment in segments]),
            (Part.SPLIT, Part.SPLIT_OF_VIDEO, [segment.split for segment in segments]),
        )
        if of_video in writer.keeps and only(values)
    }
    return writer.keeps | agreed


def _lost_parts(segment: Segment, keeps: frozenset[Part], is_predicted: bool) -> Iterator[str]:
    for part, value in (
        (Part.GROUP, segment.group),
        (Part.SPLIT, segment.split),
        (Part.BOXES, segment.boxes),
        (Part.MASKS, segment.masks),
        (Part.LOOKED_FOR, segment.looked_for is not None),
    ):
        if value and part not in keeps:
            yield part.value
    if Part.NUMBERS not in keeps:
        keeps_score = Part.SCORE in keeps or is_predicted and Part.PREDICTED_SCORE in keeps
        yield from sorted(set(segment.metadata) - ({SCORE} if keeps_score else set()))
