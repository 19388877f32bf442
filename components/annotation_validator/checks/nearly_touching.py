"""Segments of one label that follow each other at once, or overlap: one action that was written as several.

Segments with boxes are not joined, since two actors may do the same; nor are those of a class whose segments all have one
length, since its videos were labelled window by window.
"""

from collections.abc import Iterable, Iterator
from itertools import groupby
from math import inf

from components.annotation_validator.findings import Found, Place, Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment

# Cut windows of one length differ by no more than a frame's rounding.
_SAME_LENGTH_SECONDS = 0.05
_ROUNDING = 1e-9


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    for label, segments in inputs.by_label.items():
        if _are_of_one_length(segments):
            continue
        chains = list(_chains(segments, bar))
        if chains:
            yield Found(
                message=f"class {label!r}: {sum(map(len, chains))} segments follow another of the same label within "
                f"{bar:g} s, or are followed; they look like {len(chains)} actions, each cut into pieces",
                remedy="Join them where they are one action; an action's pieces are no examples of it.",
                value=max(0.0, min(gap for chain in chains for gap, _ in chain[1:])),
                places=tuple(place for chain in chains for place in _joined([segment for _, segment in chain])),
            )


def _are_of_one_length(segments: Iterable[CheckedSegment]) -> bool:
    """Whether no two of them differ in length, as far as it is known."""
    shortest, longest = inf, 0.0
    for segment in segments:
        if segment.seconds:
            shortest, longest = min(shortest, segment.seconds), max(longest, segment.seconds)
            if longest - shortest >= _SAME_LENGTH_SECONDS:
                return False
    return True


def _chains(segments: Iterable[CheckedSegment], bar: float) -> Iterator[list[tuple[float, CheckedSegment]]]:
    """Segments of one label that belong together, two at least, each with the gap before it (negative: overlap)."""
    timed = (each for each in segments if each.end_seconds is not None and not each.is_boxed)
    for _, in_video in groupby(timed, lambda segment: segment.video):
        chain: list[tuple[float, CheckedSegment]] = []
        end = -inf
        for segment in sorted(in_video, key=lambda segment: segment.start_seconds):
            gap = segment.start_seconds - end
            if gap > bar + _ROUNDING:
                if len(chain) > 1:
                    yield chain
                chain = []
            chain.append((gap, segment))
            end = max(end, segment.end_seconds or 0.0)
        if len(chain) > 1:
            yield chain


def _joined(chain: list[CheckedSegment]) -> list[Place]:
    end = max(segment.end_seconds or 0.0 for segment in chain)
    first, *others = chain
    whole = Suggestion(end_seconds=end) if end != first.end_seconds else None
    return [first.place(whole), *(segment.place(Suggestion(delete=True)) for segment in others)]
