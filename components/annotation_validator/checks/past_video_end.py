"""Segments that end, or even begin, after their video has ended."""

from collections.abc import Iterable

from components.annotation_validator.findings import Found, Severity, Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import places


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    lengths = ((inputs.video_seconds(segment), segment) for segment in inputs.segments)
    late = [
        (segment.end_seconds - length, length, segment)
        for length, segment in lengths
        if length and segment.end_seconds is not None and segment.end_seconds - length > bar
    ]
    late.sort(key=lambda item: -item[0])
    beyond = [(excess, segment) for excess, length, segment in late if segment.start_seconds >= length]
    within = [item for item in late if item[2].start_seconds < item[1]]
    if beyond:
        yield Found(
            message=f"{len(beyond)} of {len(inputs.segments)} segments begin after their video has ended",
            remedy="Check the times' unit and the annotation tool's frame rate, and that the videos are whole.",
            value=beyond[0][0],
            places=places(segment for _, segment in beyond),
            severity=Severity.ERROR,
        )
    if within:
        yield Found(
            message=f"{len(within)} of {len(inputs.segments)} segments end after their video, by up to {within[0][0]:.3g} s",
            remedy="End them with the video. If many do, the annotation tool counted at another frame rate: data.frame_rate.",
            value=within[0][0],
            places=tuple(segment.place(Suggestion(end_seconds=length)) for _, length, segment in within),
        )
