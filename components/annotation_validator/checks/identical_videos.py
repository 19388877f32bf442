"""Files with the same bytes: with different labels they contradict each other, else they count twice."""

from collections.abc import Iterable, Sequence

from components.annotation_validator.findings import Found, Severity, Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment, places


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    for tie in inputs.ties:
        videos = [video for video in tie if video in inputs.by_video]
        segments = [segment for video in videos for segment in inputs.by_video[video]]
        if len(videos) - 1 <= bar:
            continue
        contradicting = _contradicting(segments)
        if contradicting:
            one, other = contradicting
            yield Found(
                message=f"{len(videos)} videos have the same bytes and different labels: {one.video} is {one.label!r}, "
                f"{other.video} is {other.label!r}",
                remedy="Find out which label is right and delete the other rows, or copy the right video.",
                value=len(videos) - 1,
                places=places(segments),
                severity=Severity.ERROR,
            )
            continue
        groups = {segment.group or segment.video for segment in segments}
        tied = min((segment.group for segment in segments if segment.group), default=videos[0])
        yield Found(
            message=f"{len(videos)} videos have the same bytes: {', '.join(videos[:3])}{', ...' if len(videos) > 3 else ''}; "
            + (
                f"they stand for {len(groups)} groups, and a split of other tools would test on what was trained on"
                if len(groups) > 1
                else "the same clip counts more than once"
            ),
            remedy="Delete the copies and their rows, or give all of them one group.",
            value=len(videos) - 1,
            places=tuple(
                segment.place(Suggestion(group=tied) if segment.group != tied else None) for segment in segments
            ),
        )


def _contradicting(segments: Sequence[CheckedSegment]) -> tuple[CheckedSegment, CheckedSegment] | None:
    """Two segments of different videos and labels at the same time, if there are any."""
    for rank, one in enumerate(segments):
        for other in segments[rank + 1 :]:
            starts_before_end = one.end_seconds is None or other.start_seconds < one.end_seconds
            ends_after_start = other.end_seconds is None or one.start_seconds < other.end_seconds
            if one.video != other.video and one.label != other.label and starts_before_end and ends_after_start:
                return one, other
    return None
