"""Classes that are mostly one group's."""

from collections.abc import Iterable

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.origins import by_cluster
from components.annotation_validator.inputs.segments import places


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    for label, segments in inputs.by_label.items():
        counts = by_cluster(inputs.origins[label])
        (group, count), *others = counts.most_common()
        if others and count / len(segments) > bar and len(segments) > len(counts):
            yield Found(
                message=f"class {label!r}: {count} of {len(segments)} segments come from {group}",
                remedy="Add other groups' videos, or leave out some of this one's.",
                value=count / len(segments),
                places=places(segment for segment in segments if inputs.cluster_of[segment.video] == group),
            )
