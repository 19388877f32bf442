"""Seams: properties of the recording that tell the class, shortcuts that a model would learn instead of the action.

What is asked are size, codec, scene, distance and more: see `shortcuts_of`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from components.annotation_validator.analysis.shortcuts import ValueOf, shortcuts_of
from components.annotation_validator.findings import Found, Severity
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import places
from foundation.statistics import wilson_interval

Shares = npt.NDArray[np.float64]
_ROUNDING = 1e-9
_CHANCE = 0.5
# Two or three may have a property in common by chance, and there are many classes and properties.
_FEWEST_GROUPS = 4


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
    intervals = [wilson_interval(rate * num, num) for rate, num in zip(rates, num_groups, strict=True)]
    lower = sum(interval.low for interval in intervals if interval) / 2
    telling = np.flatnonzero(weights[0] / num_groups[0] > weights[1] / num_groups[1] + _ROUNDING)
    ranked = sorted(telling, key=lambda value: (-weights[0][value], values[value]))
    return Tell(sum(rates) / 2, lower, tuple(values[value] for value in ranked))


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    # Of two classes each is all that the other is not.
    labels = list(inputs.by_label)[:1] if len(inputs.by_label) == 2 else list(inputs.by_label)
    for shortcut in shortcuts_of(inputs):
        for label, found in _tells(inputs, shortcut.value_of, labels):
            if found.balanced_accuracy < bar or found.lower <= _CHANCE:
                continue
            shown = ", ".join(found.values[:3]) + (", ..." if len(found.values) > 3 else "")
            yield Found(
                message=f"class {label!r} is told by the {shortcut.name} alone ({shown}): balanced accuracy "
                f"{found.balanced_accuracy:.2f} on groups that were left out, where 0.5 is chance",
                remedy="Record all classes in the same way and at the same places, or bring all videos to one size, rate and "
                "codec.",
                value=found.balanced_accuracy,
                places=places(
                    segment for segment in inputs.by_label[label] if shortcut.value_of(segment) in found.values
                ),
                severity=Severity.NOTE if shortcut.may_be_the_action else None,
            )


def _tells(inputs: CheckInputs, value_of: ValueOf, labels: Iterable[str]) -> Iterator[tuple[str, Tell]]:
    """How well the values tell each label; nothing where all have the same value."""
    groups: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    groups_of: dict[str, list[str]] = defaultdict(list)
    for segment in inputs.segments:
        value = value_of(segment)
        if value is not None:
            group = inputs.cluster_of[segment.video]
            if segment.label not in groups[group]:
                groups_of[segment.label].append(group)
            groups[group][segment.label].add(value)
    whole = {group: frozenset().union(*by_label.values()) for group, by_label in groups.items()}
    values = sorted(frozenset().union(*whole.values()))
    if len(values) < 2:
        return
    column = {value: number for number, value in enumerate(values)}

    def shares(rows: Sequence[Collection[str]]) -> Shares:
        table = np.zeros((len(rows), len(values)))
        for number, row in enumerate(rows):
            table[number, [column[value] for value in row]] = 1 / max(1, len(row))
        return table

    # Most groups lack most labels, and many have the same values: these rows are the same for all labels.
    kinds = list(dict.fromkeys(whole.values()))
    rank = {kind: number for number, kind in enumerate(kinds)}
    outside_of_none = shares(kinds)
    num_of_kind = np.bincount([rank[kind] for kind in whole.values()], minlength=len(kinds)).astype(float)
    for label in labels:
        own = groups_of[label]
        own_kinds = np.bincount([rank[whole[group]] for group in own], minlength=len(kinds))
        others = [set().union(*(each for name, each in groups[group].items() if name != label)) for group in own]
        yield (
            label,
            tell(
                np.vstack([np.zeros_like(outside_of_none), shares([groups[group][label] for group in own])]),
                np.vstack([outside_of_none, shares(others)]),
                np.concatenate([num_of_kind - own_kinds, np.ones(len(own))]),
                values,
            ),
        )
