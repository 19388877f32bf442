"""What a format has no place for: rows that are left out, and parts of rows, each to be said."""

from collections import Counter
from collections.abc import Iterator
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
    counts = Counter(part for segment in content.segments for part in _lost_parts(segment, content, writer))
    return ", ".join(f"{part} of {count}" for part, count in counts.items())


def _problem(segment: Segment, content: Content, writer: Writer, name: str) -> tuple[Reason, str] | None:
    if segment.is_negative and Part.NEGATIVE not in writer.keeps:
        if Part.NEGATIVE_VIDEO not in writer.keeps:
            return Reason.NEGATIVE_UNUSED, f"{name} has no place for a row which states that no action happens"
        if not is_negative_video(segment, content):
            message = f"{name} can say that no action happens of whole videos only, and of those without other rows"
            return Reason.NEGATIVE_UNUSED, message
    frames = content.frames.get(segment.video)
    if frames and frames.nearest(segment.start) >= len(frames.times.seconds):
        message = f"it starts at {segment.start:g} s; the video ends at {frames.times.end_seconds:g} s"
        return Reason.SEGMENT_PAST_END, message
    return None


def _lost_parts(segment: Segment, content: Content, writer: Writer) -> Iterator[str]:
    others = content.by_video[segment.video]
    groups, splits = [other.group for other in others], [other.split for other in others]
    for part, of_video, value, values in (
        (Part.GROUP, Part.GROUP_OF_VIDEO, segment.group, groups),
        (Part.SPLIT, Part.SPLIT_OF_VIDEO, segment.split, splits),
    ):
        if value and part not in writer.keeps and not (of_video in writer.keeps and only(values)):
            yield part.value
    if segment.boxes and Part.BOXES not in writer.keeps:
        yield Part.BOXES.value
    if segment.masks and Part.MASKS not in writer.keeps:
        yield Part.MASKS.value
    if Part.NUMBERS not in writer.keeps:
        keeps_scores = Part.SCORE in writer.keeps or content.model and Part.PREDICTED_SCORE in writer.keeps
        kept = {SCORE} if keeps_scores else set()
        yield from sorted(set(segment.metadata) - kept)
