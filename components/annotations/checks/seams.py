"""Seams: properties of the file that tell the class, a shortcut that a model would learn instead of the action."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import PurePosixPath

from components.annotations.checks.config import ChecksConfig, Severity
from components.annotations.checks.finding import CheckedSegment, CheckInputs, Finding, Unit

Value = str | None
# A group's values in the class, and outside of it.
Sides = tuple[frozenset[str], frozenset[str]]
_SIDES = (0, 1)
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


def tell(groups: Mapping[Sides, int]) -> Tell:
    """How well a property tells a class, by leaving out each group in turn.

    A group's values are guessed to be of the class when they are more frequent in it than outside of it, among all other
    groups. So a value that only one group has tells nothing: a model that learned it would not profit in another split.
    Mutual information cannot say that, and grows with the number of values.

    Args:
      groups: how many groups have these values in the class and those outside of it; each weighs 1 on either side.
    """
    num_groups = [sum(count for sides, count in groups.items() if sides[side]) for side in _SIDES]
    if min(num_groups) < _FEWEST_GROUPS:
        return Tell(_CHANCE, 0.0, ())
    weights: tuple[dict[str, float], ...] = (defaultdict(float), defaultdict(float))
    for sides, count in groups.items():
        for side in _SIDES:
            for value in sides[side]:
                weights[side][value] += count / len(sides[side])

    def speaks_for_class(value: str, without: Sides = (frozenset(), frozenset())) -> bool:
        inside, outside = (
            (weights[side][value] - (1 / len(without[side]) if value in without[side] else 0.0))
            / (num_groups[side] - bool(without[side]))
            for side in _SIDES
        )
        return inside > outside + _ROUNDING

    rates = []
    for side in _SIDES:
        right = 0.0
        for sides, count in groups.items():
            guesses = [speaks_for_class(value, sides) is (side == 0) for value in sides[side]]
            right += count * sum(guesses) / max(1, len(guesses))
        rates.append(min(1.0, right / num_groups[side]))
    lower = sum(map(_wilson_lower, rates, num_groups)) / 2
    telling = [value for value in weights[0] if speaks_for_class(value)]
    telling.sort(key=lambda value: (-weights[0][value], value))
    return Tell(sum(rates) / 2, lower, tuple(telling))


def check_seams(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Classes that the size, the rate, the codec, the kind of file or the length of the clips gives away."""
    bar = config.seams or 1.0
    # Of two classes each is all that the other is not.
    labels = list(inputs.by_label)[:1] if len(inputs.by_label) == 2 else list(inputs.by_label)
    for name, property_of in _PROPERTIES.items():
        value_of = {segment.id: property_of(inputs, segment) for segment in inputs.segments}
        if len(set(value_of.values()) - {None}) < 2:
            continue
        for label, groups in zip(labels, _sides_of_labels(inputs, value_of, labels), strict=True):
            found = tell(groups)
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


def _sides_of_labels(
    inputs: CheckInputs, value_of: Mapping[str, Value], labels: Iterable[str]
) -> Iterable[Mapping[Sides, int]]:
    """For each label, how many groups have these values in the class and those outside of it."""
    groups: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    groups_of: dict[str, set[str]] = defaultdict(set)
    for segment in inputs.segments:
        value = value_of[segment.id]
        if value is not None:
            group = inputs.cluster_of[segment.video]
            groups[group][segment.label].add(value)
            groups_of[segment.label].add(group)
    outside: dict[str, Sides] = {
        group: (frozenset(), frozenset().union(*by_label.values())) for group, by_label in groups.items()
    }
    # Most groups lack most labels: what they count for is found once.
    all_outside = Counter(outside.values())
    for label in labels:
        counts = Counter(all_outside)
        for group in groups_of[label]:
            counts[outside[group]] -= 1
            others = (values for own, values in groups[group].items() if own != label)
            counts[frozenset(groups[group][label]), frozenset().union(*others)] += 1
        yield +counts


def _wilson_lower(rate: float, count: int) -> float:
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


_PROPERTIES: dict[str, Callable[[CheckInputs, CheckedSegment], Value]] = {
    "size of the frame": _size,
    "frame rate": _rate,
    "codec": _codec,
    "kind of file": _suffix,
    _LENGTH: _length,
}
