"""Classes whose people and places show nothing else: these tell the class as well as the action does."""

from collections import defaultdict
from collections.abc import Iterable

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import places


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    if inputs.takes_background or len(inputs.by_label) < 2 or not any(segment.group for segment in inputs.segments):
        return
    labels_of: dict[str, set[str]] = defaultdict(set)
    for segment in inputs.segments:
        labels_of[inputs.cluster_of[segment.video]].add(segment.label)
    for label, segments in inputs.actions.items():
        share = sum(len(labels_of[inputs.cluster_of[segment.video]]) > 1 for segment in segments) / len(segments)
        if share < bar:
            yield Found(
                message=f"class {label!r}: {share:.0%} of its segments are from groups that show another class too; "
                "the scene tells the class, whatever happens in it",
                remedy="Add what looks alike and is something else: other actions of the same people at the same place, "
                "or their background.",
                value=share,
                places=places(inputs.one_of_each_group(segments)),
            )
