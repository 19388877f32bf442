"""Seams: properties of the file that tell the class, a shortcut that a model would learn instead of the action."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import sqrt
from pathlib import PurePosixPath

from components.annotations.checks.config import ChecksConfig, Severity
from components.annotations.checks.finding import CheckedSegment, CheckInputs, Finding, Unit

Value = str | None
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


def tell(samples: Iterable[tuple[str, bool, str]]) -> Tell:
    """How well a property tells a class, by leaving out each group in turn.

    A group's values are guessed to be of the class when they are more frequent in it than outside of it, among all other
    groups. So a value that only one group has tells nothing: a model that learned it would not profit in another split.
    Mutual information cannot say that, and grows with the number of values.

    Args:
      samples: (group, whether it is of the class, value); a group weighs 1 in the class and 1 outside of it.
    """
    values: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for group, is_class, value in samples:
        values[group, is_class].add(value)
    num_groups = {is_class: sum(key[1] is is_class for key in values) for is_class in (True, False)}
    if min(num_groups.values()) < _FEWEST_GROUPS:
        return Tell(_CHANCE, 0.0, ())
    weights: dict[tuple[str, bool], float] = defaultdict(float)
    for (_, is_class), own in values.items():
        for value in own:
            weights[value, is_class] += 1 / len(own)

    def speaks_for(value: str, without: str | None) -> bool:
        shares = {}
        for is_class in (True, False):
            own = values.get((without, is_class), set()) if without is not None else set()
            weight = weights[value, is_class] - (1 / len(own) if value in own else 0.0)
            shares[is_class] = weight / max(1, num_groups[is_class] - bool(own))
        return shares[True] > shares[False]

    right = {True: 0.0, False: 0.0}
    for (group, is_class), own in values.items():
        right[is_class] += sum(speaks_for(value, group) is is_class for value in own) / len(own)
    rates = {is_class: right[is_class] / num_groups[is_class] for is_class in right}
    lower = sum(_wilson_lower(rates[is_class], num_groups[is_class]) for is_class in rates) / 2
    telling = [value for value in {value for value, _ in weights} if speaks_for(value, None)]
    telling.sort(key=lambda value: (-weights[value, True], value))
    return Tell(sum(rates.values()) / 2, lower, tuple(telling))


def check_seams(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Classes that the size, the rate, the codec, the kind of file or the length of the clips gives away."""
    bar = config.seams or 1.0
    labels = [label for label in inputs.by_label if len(inputs.by_label) > 1]
    for name, property_of in _PROPERTIES.items():
        value_of = {segment.id: property_of(inputs, segment) for segment in inputs.segments}
        samples = {
            (inputs.cluster_of[segment.video], segment.label, value)
            for segment in inputs.segments
            if (value := value_of[segment.id]) is not None
        }
        if len({value for _, _, value in samples}) < 2:
            continue
        # Of two classes each is all that the other is not.
        for label in labels[:1] if len(labels) == 2 else labels:
            found = tell((group, own == label, value) for group, own, value in samples)
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
