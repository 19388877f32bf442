"""Classes whose people and places show nothing else: these tell the class as well as the action does."""

from collections import Counter
from collections.abc import Iterable

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.origins import by_cluster
from components.annotation_validator.inputs.segments import places


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    has_groups = any(origin.group for origin in inputs.all_origins)
    if inputs.takes_background or len(inputs.by_label) < 2 or not has_groups:
        return
    # Of each group the number of classes.
    diversity = Counter(cluster for origins in inputs.origins.values() for cluster in by_cluster(origins))
    for label, segments in inputs.actions.items():
        counts = by_cluster(inputs.origins[label])
        share = sum(count for cluster, count in counts.items() if diversity[cluster] > 1) / len(segments)
        if share < bar:
            yield Found(
                message=f"class {label!r}: {share:.0%} of its segments are from groups that show another class too; "
                "the scene tells the class, whatever happens in it",
                remedy="Add what looks alike and is something else: other actions of the same people at the same place, "
                "or their background.",
                value=share,
                places=places(inputs.one_of_each_group(segments)),
            )
