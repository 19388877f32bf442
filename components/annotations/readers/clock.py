"""Converts frames that an annotation tool counts at its own rate to seconds."""

from dataclasses import replace

from components.annotations.records.record import Assumption, Record, Segment, TimeUnit


def frames_are_those_of_the_video(name: str) -> Assumption:
    """What is assumed of a file that numbers pictures of a sequence, and does not say how they were taken from the video."""
    return Assumption(
        f"{name} numbers frames, which were taken for all frames of the video, one after the other",
        "If pictures were taken from the video at a rate of their own, set data.frame_rate to it",
    )


def at_frame_rate(record: Record, frame_rate: float | None) -> Record:
    """Convert a record's frames to seconds; without a rate, and for other records, return it as it is."""
    if not isinstance(record, Segment) or record.time_unit is not TimeUnit.FRAMES or not frame_rate:
        return record
    return replace(
        record,
        time_unit=TimeUnit.SECONDS,
        start=record.start / frame_rate,
        end=None if record.end is None else record.end / frame_rate,
        boxes=tuple(replace(box, time=box.time / frame_rate) for box in record.boxes),
        masks=tuple(replace(mask, time=mask.time / frame_rate) for mask in record.masks),
    )
