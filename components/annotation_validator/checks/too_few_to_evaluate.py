"""Classes that will have fewer test clips than the gates ask for, so that no model of them can pass."""

from collections.abc import Iterable

from components.annotation_validator.findings import Found, Scale, Unit
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import places


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    is_given = inputs.uses_given_splits and all(origin.split for origin in inputs.all_origins)
    asked = inputs.inspection.asked_splits
    where = " and ".join(asked)
    for label, segments in inputs.by_label.items():
        if inputs.is_background(label) and inputs.takes_background:
            continue
        needed = inputs.inspection.min_examples.get(label, inputs.inspection.default_min_examples)
        expected = (
            sum(count for origin, count in inputs.origins[label].items() if origin.split in asked)
            if is_given
            else len(segments) * sum(inputs.split_shares.get(split, 0.0) for split in asked)
        )
        if expected < bar * needed:
            yield Found(
                message=f"class {label!r}: of {len(segments)} segments {'' if is_given else 'about '}{expected:.3g} come "
                f"into the {where} split, and gates.min_examples asks for {needed}",
                remedy="Annotate more of this class, raise splits.test, or lower the bar and trust the figures less.",
                value=expected,
                places=places(segments),
                scale=Scale(bar * needed, Unit.COUNT),
            )
