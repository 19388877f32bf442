"""Videos that break off before the end that their header promises, and clips that are not as long as their rows say."""

from collections.abc import Iterable

from components.annotation_validator.findings import Found, Place
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import places
from components.video.times import broken_promise, other_length


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    sampling = inputs.inspection.sampling
    broken = {
        video: message
        for video, facts in inputs.videos.items()
        if (
            message := broken_promise(facts.promised_seconds - facts.duration_seconds, facts.promised_seconds, sampling)
        )
    }
    if len(broken) > bar:
        first = next(iter(broken))
        yield Found(
            message=f"{len(broken)} of {len(inputs.videos)} videos break off; of {first} {broken[first]}",
            remedy="Download or copy them again. A run leaves out rows of the whole video and rows in what is missing.",
            value=len(broken),
            places=tuple(map(Place, broken)),
        )
    others = [
        (segment, message)
        for segment in inputs.saying_more
        if segment.video not in broken
        and (message := other_length(segment.record.file_seconds, inputs.video_seconds(segment), sampling))
    ]
    if len(others) > bar:
        segment, message = others[0]
        yield Found(
            message=f"{len(others)} clips are not as long as their rows say; of {segment.video} {message}",
            remedy="Cut the recordings at the times that the rows state, or download the clips again; a run leaves them out.",
            value=len(others),
            places=places(segment for segment, _ in others),
        )
