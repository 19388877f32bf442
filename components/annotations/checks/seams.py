"""Seams: properties of the file that tell the class, a shortcut that a model would learn instead of the action."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

from components.annotations.checks.config import ChecksConfig, Severity
from components.annotations.checks.finding import CheckedSegment, CheckInputs, Finding, Unit

Value = str | None
Shares = npt.NDArray[np.float64]
_ROUNDING = 1e-9
_Z = 1.96  # of a 95% interval
_CHANCE = 0.5
# Two or three may have a property in common by chance, and there are many classes and properties.
_FEWEST_GROUPS = 4
_LENGTH = "length of the clip"


@dataclass(frozen=True)
class Tell:
    """How well a property tells a class from all others, on groups that had no say in it.

    Attributes:
      balanced_accuracy: mean of the share of the class, and of the share of the others, that are recognised; 0.5 is chance.
      lower: of a 95% interval of it, groups being what is counted.
      values: those that speak for the class, the most frequent first.
    """

    balanced_accuracy: float
    lower: float
    values: tuple[str, ...]


def tell(inside: Shares, outside: Shares, counts: Shares, values: Sequence[str]) -> Tell:
    """How well a property tells a class, by leaving out each group in turn.

    A group's values are guessed to be of the class when they are more frequent in it than outside of it, among all other
    groups. So a value that only one group has tells nothing: a model that learned it would not profit in another split.
    Mutual information cannot say that, and grows with the number of values.

    Args:
      inside, outside: float64 [num_rows, num_values], for groups of one kind each the share that each value has in the
        class, and outside of it; a row adds up to 1, or to 0 where a group has nothing on that side.
      counts: float64 [num_rows], how many groups are of that kind; each weighs 1 on either side.
      values: names.
    """
    sides = inside, outside
    has_side = [side.any(axis=1) for side in sides]  # [num_rows]
    num_groups = [float(counts @ has) for has in has_side]
    if min(num_groups) < _FEWEST_GROUPS:
        return Tell(_CHANCE, 0.0, ())
    weights = [counts @ side for side in sides]  # [num_values]
    inside_of_others, outside_of_others = (
        (weight - side) / (num - has)[:, np.newaxis]
        for weight, side, num, has in zip(weights, sides, num_groups, has_side, strict=True)
    )
    guesses = inside_of_others > outside_of_others + _ROUNDING  # [num_rows, num_values]
    rates = [
        min(1.0, float(counts @ (side * right).sum(axis=1)) / num)
        for side, right, num in zip(sides, (guesses, ~guesses), num_groups, strict=True)
    ]
    lower = sum(map(_wilson_lower, rates, num_groups)) / 2
    telling = np.flatnonzero(weights[0] / num_groups[0] > weights[1] / num_groups[1] + _ROUNDING)
    ranked = sorted(telling, key=lambda value: (-weights[0][value], values[value]))
    return Tell(sum(rates) / 2, lower, tuple(values[value] for value in ranked))


def check_seams(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Classes that the size, the rate, the codec, the kind of file or the length of the clips gives away."""
    bar = config.seams or 1.0
    # Of two classes each is all that the other is not.
    labels = list(inputs.by_label)[:1] if len(inputs.by_label) == 2 else list(inputs.by_label)
    for name, property_of in _PROPERTIES.items():
        value_of = {segment.id: property_of(inputs, segment) for segment in inputs.segments}
        if len(set(value_of.values()) - {None}) < 2:
            continue
        for label, found in zip(labels, _tell_each(inputs, value_of, labels), strict=True):
            if found.balanced_accuracy < bar or found.lower <= _CHANCE:
                continue
            shown = ", ".join(found.values[:3]) + (", ..." if len(found.values) > 3 else "")
            yield Finding(
                check="seams",
                severity=Severity.NOTE if name == _LENGTH else Severity.WARNING,
                message=f"class {label!r} is told by the {name} alone ({shown}): balanced accuracy "
                f"{found.balanced_accuracy:.2f} on groups that were left out, where 0.5 is chance",
                remedy="Record or export all classes in the same way, or bring all videos to one size, rate and codec.",
                value=found.balanced_accuracy,
                bar=bar,
                unit=Unit.SHARE,
                places=tuple(
                    segment.place() for segment in inputs.by_label[label] if value_of[segment.id] in found.values
                ),
            )


def _tell_each(inputs: CheckInputs, value_of: Mapping[str, Value], labels: Iterable[str]) -> Iterable[Tell]:
    """How well the values tell each label."""
    groups: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    groups_of: dict[str, list[str]] = defaultdict(list)
    for segment in inputs.segments:
        value = value_of[segment.id]
        if value is not None:
            group = inputs.cluster_of[segment.video]
            if segment.label not in groups[group]:
                groups_of[segment.label].append(group)
            groups[group][segment.label].add(value)
    values = sorted({value for value in value_of.values() if value is not None})
    column = {value: number for number, value in enumerate(values)}

    def shares(rows: Sequence[Collection[str]]) -> Shares:
        table = np.zeros((len(rows), len(values)))
        for number, row in enumerate(rows):
            table[number, [column[value] for value in row]] = 1 / max(1, len(row))
        return table

    # Most groups lack most labels, and many have the same values: these rows are the same for all labels.
    whole = {group: frozenset().union(*by_label.values()) for group, by_label in groups.items()}
    kinds = list(dict.fromkeys(whole.values()))
    rank = {kind: number for number, kind in enumerate(kinds)}
    outside_of_none = shares(kinds)
    num_of_kind = np.bincount([rank[kind] for kind in whole.values()], minlength=len(kinds)).astype(float)
    for label in labels:
        own = groups_of[label]
        own_kinds = np.bincount([rank[whole[group]] for group in own], minlength=len(kinds))
        others = [set().union(*(each for name, each in groups[group].items() if name != label)) for group in own]
        yield tell(
            np.vstack([np.zeros_like(outside_of_none), shares([groups[group][label] for group in own])]),
            np.vstack([outside_of_none, shares(others)]),
            np.concatenate([num_of_kind - own_kinds, np.ones(len(own))]),
            values,
        )


def _wilson_lower(rate: float, count: float) -> float:
    """The lower end of Wilson's interval (1927) of a share that was seen in `count` trials."""
    middle = rate + _Z**2 / (2 * count)
    spread = _Z * sqrt(rate * (1 - rate) / count + _Z**2 / (4 * count**2))
    return max(0.0, (middle - spread) / (1 + _Z**2 / count))


def _size(inputs: CheckInputs, segment: CheckedSegment) -> Value:
    facts = inputs.videos.get(segment.video)
    return f"{facts.width}x{facts.height}" if facts and facts.width else None


def _rate(inputs: CheckInputs, segment: CheckedSegment) -> Value:
    facts = inputs.videos.get(segment.video)
    return f"{facts.fps:.3g} fps" if facts and facts.fps else None


def _codec(inputs: CheckInputs, segment: CheckedSegment) -> Value:
    facts = inputs.videos.get(segment.video)
    return facts.codec or None if facts else None


def _suffix(inputs: CheckInputs, segment: CheckedSegment) -> Value:
    return PurePosixPath(segment.video).suffix.lower() or "no suffix"


def _length(inputs: CheckInputs, segment: CheckedSegment) -> Value:
    return f"{segment.seconds:.1f} s" if segment.seconds else None


def _brightness(inputs: CheckInputs, segment: CheckedSegment) -> Value:
    video = inputs.measures.get(segment.video)
    measures = video.segments.get(segment.id) if video else None
    return f"{round(measures.brightness, 1):.1f}" if measures else None


_PROPERTIES: dict[str, Callable[[CheckInputs, CheckedSegment], Value]] = {
    "size of the frame": _size,
    "frame rate": _rate,
    "codec": _codec,
    "kind of file": _suffix,
    # 0 is black, 1 white; known only if the videos were decoded.
    "brightness": _brightness,
    _LENGTH: _length,
}
