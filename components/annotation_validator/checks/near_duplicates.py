"""Copies that groups do not keep together, whatever was done to size, encoding, brightness, or left and right.

One may be trained on, and the other tested with.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from components.annotation_validator.findings import Found, Place, Severity, Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import Fingerprint, Vector, VideoMeasures
from components.annotation_validator.inputs.nearest import alike


@dataclass(frozen=True)
class Copy:
    """Two videos, the cosine of their fingerprints, and whether one is the other's mirror image."""

    one: str
    other: str
    similarity: float
    is_mirrored: bool


def find_copies(measures: Mapping[str, VideoMeasures], bar: float) -> Iterator[Copy]:
    """Pairs whose scenes and whose motions are both at least as similar as `bar`.

    The scene alone does not make a copy (a camera that does not move records many videos of it), nor the motion alone.
    """
    names = list(measures)
    prints = [measures[name].fingerprint for name in names]
    still, moving = _stacked(prints)
    for is_mirrored in (False, True):
        others = _stacked([each.mirrored() for each in prints]) if is_mirrored else (still, moving)
        for pair in alike((still, moving), others, bar):
            yield Copy(names[pair.one], names[pair.other], pair.cosine, is_mirrored)


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    ties = {frozenset((one, other)) for tie in inputs.ties for one in tie for other in tie}
    for copy in sorted(find_copies(inputs.measures, bar), key=lambda copy: (-copy.similarity, copy.one)):
        pair = (copy.one, copy.other)
        if frozenset(pair) in ties or len({inputs.cluster_of[video] for video in pair}) == 1:
            continue
        splits = [{segment.split for segment in inputs.by_video[video]} - {None} for video in pair]
        is_leak = inputs.uses_given_splits and all(splits) and splits[0].isdisjoint(splits[1])
        how = "is the mirror image of" if copy.is_mirrored else "shows the same as"
        where = "they are in different splits" if is_leak else "nothing keeps them in one split"
        yield Found(
            message=f"{copy.one} {how} {copy.other} (similarity {copy.similarity:.2f}), and {where}",
            remedy="Leave one of them out, or give both the same group.",
            value=copy.similarity,
            places=(*map(Place, pair), *_tied(inputs, pair)),
            severity=Severity.ERROR if is_leak else None,
        )


def _tied(inputs: CheckInputs, pair: tuple[str, str]) -> Iterator[Place]:
    """The segments to give another group, so that all that belongs to either video is one group."""
    clusters = {inputs.cluster_of[video] for video in pair}
    segments = [segment for segment in inputs.segments if inputs.cluster_of[segment.video] in clusters]
    groups = Counter(segment.group for segment in segments if segment.group)
    tied = min(groups, key=lambda group: (-groups[group], group)) if groups else min(pair)
    yield from (segment.place(Suggestion(group=tied)) for segment in segments if segment.group != tied)


def _stacked(prints: list[Fingerprint]) -> tuple[Vector, Vector]:
    return np.stack([each.still for each in prints]), np.stack([each.moving for each in prints])
