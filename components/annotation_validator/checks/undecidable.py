"""Classes with so few test clips, or clips of so few groups, that a model could hardly be shown to be good."""

from collections.abc import Iterable, Iterator, Sequence

from components.annotation_validator.findings import Found, Severity
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.origins import by_cluster
from components.annotation_validator.inputs.segments import CheckedSegment, places
from foundation.evidence import State
from foundation.evidence_needed import Need, clips_needed, perfect_state, usual_size
from foundation.statistics import wilson_interval

_MOST_GROUPS = 1000
_GOOD = 0.9
_REMEDY = "{more}, or lower its bar; gates.certainty: null lets the measured rate decide, whatever it is worth."
_MORE_TO_TEST = (
    "Put more groups of the class into the test split (splits.test, clipgate splits --for-gates, or new recordings), let all "
    "clips but those of eval be witnesses (evaluation.folds)"
)
_MORE = "Record the class with more people or in more places"


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    # Of each class the clips of each group.
    asked = inputs.inspection.asked_splits
    test = {
        label: list(by_cluster({each: count for each, count in origins.items() if each.split in asked}).values())
        for label, origins in inputs.origins.items()
        if not (inputs.is_background(label) and inputs.takes_background)
    }
    if not any(test.values()):
        return  # nobody knows the splits
    problems = {label: _problem(inputs, label, sizes, len(test)) for label, sizes in test.items()}
    remedy = _REMEDY.format(more=_MORE_TO_TEST if asked == ("test",) else _MORE)
    hopeless = {label: problem for label, problem in problems.items() if problem}
    if len(hopeless) > bar:
        for label, problem in hopeless.items():
            yield Found(
                message=f"class {label!r}: {problem}",
                remedy=remedy,
                value=len(hopeless),
                places=places(_asked(inputs, inputs.by_label[label]) if test[label] else inputs.by_label[label]),
            )
    short = {
        label: need
        for label, sizes in test.items()
        if not problems[label] and (need := _lacking(inputs, label, sizes, len(test)))
    }
    if len(short) > bar:
        listed = ", ".join(f"{label!r} {need.num_clips} of {need.num_groups} groups" for label, need in short.items())
        yield Found(
            message=f"a model that is right in {_GOOD:g} of all clips may be left open; in 95 of 100 tests it is shown to be "
            f"good enough from about so many {_clips(inputs)} on: {listed}",
            remedy=remedy,
            value=len(short),
            places=places(segment for label in short for segment in _asked(inputs, inputs.by_label[label])),
            severity=Severity.NOTE,
        )


def _asked(inputs: CheckInputs, segments: Iterable[CheckedSegment]) -> Iterator[CheckedSegment]:
    """Those of the segments that gates will measure on."""
    return (segment for segment in segments if inputs.split_of(segment) in inputs.inspection.asked_splits)


def _problem(inputs: CheckInputs, label: str, sizes: Sequence[int], num_classes: int) -> str:
    """Why not even a model without a fault could be shown to be good; empty if it could."""
    inspection = inputs.inspection
    num_clips = sum(sizes)
    counted = f"{num_clips} {_clips(inputs)} of {len(sizes)} groups"
    lower_bound = inspection.lower_bounds.get(label, inspection.lower_bounds.get(""))
    if lower_bound and not _reaches(num_clips, lower_bound):
        least = next(number for number in range(1, 100_000) if _reaches(number, lower_bound))
        return f"{counted}; even if all are found, the lower bound of recall is below its bar {lower_bound:g}; {least} would do"
    rate_bar, certainty = inspection.rate_bar(label), inspection.certainty
    if certainty is None:
        return ""

    def shows(sizes: Sequence[int]) -> bool:
        return perfect_state(sizes, rate_bar, certainty, num_classes) is State.SHOWN

    if shows(sizes):
        return ""
    usual = usual_size(sizes)
    more = (number for number in range(len(sizes) + 1, _MOST_GROUPS) if shows([usual] * number))
    return (
        f"{counted}; even if all answers on them are right, that does not show a rate of {rate_bar:g} with a certainty of "
        f"{certainty:g}; about {next(more, _MOST_GROUPS)} groups of {usual} would"
    )


def _lacking(inputs: CheckInputs, label: str, sizes: Sequence[int], num_classes: int) -> Need | None:
    """What a class should have, if it has less."""
    certainty = inputs.inspection.certainty
    if certainty is None:
        return None
    need = clips_needed(
        inputs.inspection.rate_bar(label),
        certainty,
        rate=_GOOD,
        clips_per_group=usual_size(sizes),
        num_classes=num_classes,
    )
    return need if need and len(sizes) < need.num_groups else None


def _clips(inputs: CheckInputs) -> str:
    return "test clips" if inputs.inspection.asked_splits == ("test",) else "clips outside eval"


def _reaches(num_clips: int, bar: float) -> bool:
    interval = wilson_interval(num_clips, num_clips)
    return interval is not None and interval.low >= bar
