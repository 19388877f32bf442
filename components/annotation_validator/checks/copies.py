"""Videos that are copies of each other, whatever was done to size, encoding, brightness, or left and right."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from components.annotation_validator.checks.finding import CheckInputs, Finding, Place, Suggestion, Unit
from components.annotation_validator.checks.measures import VideoMeasures
from components.annotation_validator.config import ChecksConfig, Severity
from components.annotation_validator.measures.fingerprint import Coefficients, Fingerprint

_ROWS_AT_ONCE = 512


@dataclass(frozen=True)
class Copy:
    """Two videos, the cosine of their fingerprints, and whether one is the other's mirror image."""

    one: str
    other: str
    similarity: float
    is_mirrored: bool


def find_copies(measures: dict[str, VideoMeasures], bar: float) -> Iterator[Copy]:
    """Pairs whose scenes and whose motions are both at least as similar as `bar`.

    The scene alone does not make a copy (a camera that does not move records many videos of it), nor the motion alone.
    """
    if not measures:
        return
    names = list(measures)
    prints = [measures[name].fingerprint for name in names]
    still, moving = _stacked(prints)
    for is_mirrored in (False, True):
        others = _stacked([each.mirrored() for each in prints]) if is_mirrored else (still, moving)
        for start in range(0, len(names), _ROWS_AT_ONCE):
            rows = slice(start, start + _ROWS_AT_ONCE)
            similarity = np.minimum(still[rows] @ others[0].T, moving[rows] @ others[1].T)
            for row, column in np.argwhere(similarity >= bar):
                if start + row < column:
                    yield Copy(names[start + row], names[column], float(similarity[row, column]), is_mirrored)


def check_near_duplicates(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Copies that groups do not keep together: one may be trained on, and the other tested with."""
    bar = config.near_duplicates or 1.0
    ties = {frozenset((one, other)) for tie in inputs.ties for one in tie for other in tie}
    for copy in sorted(find_copies(dict(inputs.measures), bar), key=lambda copy: (-copy.similarity, copy.one)):
        pair = (copy.one, copy.other)
        if frozenset(pair) in ties or len({inputs.cluster_of[video] for video in pair}) == 1:
            continue
        splits = [{segment.split for segment in inputs.by_video[video]} - {None} for video in pair]
        is_leak = inputs.uses_given_splits and all(splits) and splits[0].isdisjoint(splits[1])
        how = "is the mirror image of" if copy.is_mirrored else "shows the same as"
        where = "they are in different splits" if is_leak else "nothing keeps them in one split"
        yield Finding(
            check="near_duplicates",
            severity=Severity.ERROR if is_leak else Severity.WARNING,
            message=f"{copy.one} {how} {copy.other} (similarity {copy.similarity:.2f}), and {where}",
            remedy="Leave one of them out, or give both the same group.",
            value=copy.similarity,
            bar=bar,
            unit=Unit.RATIO,
            places=(*map(Place, pair), *_tied(inputs, pair)),
        )


def _tied(inputs: CheckInputs, pair: tuple[str, str]) -> Iterator[Place]:
    """The segments to give another group, so that all that belongs to either video is one group."""
    clusters = {inputs.cluster_of[video] for video in pair}
    segments = [segment for segment in inputs.segments if inputs.cluster_of[segment.video] in clusters]
    groups = Counter(segment.group for segment in segments if segment.group)
    tied = min(groups, key=lambda group: (-groups[group], group)) if groups else min(pair)
    yield from (segment.place(Suggestion(group=tied)) for segment in segments if segment.group != tied)


def _stacked(prints: list[Fingerprint]) -> tuple[Coefficients, Coefficients]:
    return np.stack([each.still for each in prints]), np.stack([each.moving for each in prints])
