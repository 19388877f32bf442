"""A segment's boxes at the frames of a tool that tracks objects."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from components.annotations.records.record import Box


def keyframes_of(boxes: Sequence[Box], start: int, end: int, frame_at: Callable[[float], int]) -> dict[int, Box]:
    """Boxes by frame, from `start` to before `end`, in order.

    A track begins where it is first seen, and ends after it was last seen. So there is a box at `start`, the nearest one if
    none was drawn there, and at the last frame if the actor was gone before. Of several boxes of a frame the last one counts
    that is a place.

    Args:
      boxes: sorted by time; at least one.
      start, end: frames, of which the first is before the second.
      frame_at: the frame of a time.
    """
    frames: dict[int, Box] = {}
    for box in boxes:
        frame = frame_at(box.time)
        if start <= frame < end and not (box.is_end and frame in frames):
            frames[frame] = box
    if start not in frames or frames[start].is_end:
        places = [box for box in boxes if not box.is_end] or boxes
        frames[start] = min(places, key=lambda box: abs(frame_at(box.time) - start))
    frames[start] = replace(frames[start], is_imputed=False, is_end=False)
    last = frames[max(frames)]
    if last.is_end:
        frames[end - 1] = replace(last, is_imputed=False, is_end=False)
    return dict(sorted(frames.items()))
