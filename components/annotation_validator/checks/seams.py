"""Seams: properties of the recording that tell the class, shortcuts that a model would learn instead of the action.

What is asked are size, codec, scene, distance and more: see `shortcuts_of`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

import numpy as np
import numpy.typing as npt

from components.annotation_validator.analysis.shortcuts import Shortcut, shortcuts_of
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
        for label, found in _tells(inputs, shortcut, labels):
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


def _tells(inputs: CheckInputs, shortcut: Shortcut, labels: Iterable[str]) -> Iterator[tuple[str, Tell]]:
    """How well the values tell each label; nothing where all have the same value."""
    # There are as many sets of values as pairs of a group and a label, so that a set is a number: a bit for each value.
    bits: dict[str, int] = {}
    groups: dict[str, dict[str, int]] = defaultdict(dict)
    groups_of: dict[str, list[str]] = defaultdict(list)
    for segment in shortcut.segments:
        value = shortcut.value_of(segment)
        if value is not None:
            group = inputs.cluster_of[segment.video]
            own = groups[group]
            if segment.label not in own:
                groups_of[segment.label].append(group)
            own[segment.label] = own.get(segment.label, 0) | 1 << bits.setdefault(value, len(bits))
    values = sorted(bits)
    if len(values) < 2:
        return
    order = [bits[value] for value in values]

    def shares(sets: Collection[int]) -> Shares:
        has = _as_rows(sets, len(values))[:, order]
        return has / np.maximum(1, has.sum(axis=1, keepdims=True))

    whole = {group: reduce(or_, own.values()) for group, own in groups.items()}
    shared = {group: _in_several(own.values()) for group, own in groups.items()}
    # Most groups lack most labels, and many have the same values: these rows are the same for all labels.
    kinds = list(dict.fromkeys(whole.values()))
    rank = {kind: number for number, kind in enumerate(kinds)}
    outside_of_none = shares(kinds)
    num_of_kind = np.bincount([rank[kind] for kind in whole.values()], minlength=len(kinds)).astype(float)
    for label in labels:
        own_groups = groups_of[label]
        own_kinds = np.bincount([rank[whole[group]] for group in own_groups], minlength=len(kinds))
        sets = [groups[group][label] for group in own_groups]
        others = [whole[group] & ~own_set | shared[group] for group, own_set in zip(own_groups, sets, strict=True)]
        yield (
            label,
            tell(
                np.vstack([np.zeros_like(outside_of_none), shares(sets)]),
                np.vstack([outside_of_none, shares(others)]),
                np.concatenate([num_of_kind - own_kinds, np.ones(len(own_groups))]),
                values,
            ),
        )


def _in_several(sets: Iterable[int]) -> int:
    """What several of the sets have."""
    found = several = 0
    for each in sets:
        several |= found & each
        found |= each
    return several


def _as_rows(sets: Collection[int], size: int) -> npt.NDArray[np.uint8]:
    """[num_sets, size], 1 where a set has that value."""
    num_bytes = (size + 7) // 8
    packed = b"".join(each.to_bytes(num_bytes, "little") for each in sets)
    rows = np.frombuffer(packed, np.uint8).reshape(len(sets), num_bytes)
    return np.unpackbits(rows, axis=1, count=size, bitorder="little")
