"""Groups that the rows themselves put into more than one split."""

from collections import defaultdict
from collections.abc import Iterable

from components.annotation_validator.findings import Found, Severity
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    by_group: dict[str, list[CheckedSegment]] = defaultdict(list)
    for segment in inputs.segments:
        by_group[inputs.cluster_of[segment.video]].append(segment)
    leaking = {group: segments for group, segments in by_group.items() if len(_splits(segments)) > 1}
    if len(leaking) > bar:
        group, segments = next(iter(leaking.items()))
        yield Found(
            message=f"{len(leaking)} of {len(by_group)} groups are in more than one of the given splits, such as {group} in "
            f"{' and '.join(sorted(_splits(segments)))}: the model would be tested on people and places that it was trained on"
            + ("" if inputs.uses_given_splits else " (this run does not follow them: splits.mode)"),
            remedy="Put each group into one split, or use splits.mode 'stratified'.",
            value=len(leaking),
            places=tuple(segment.place() for own in leaking.values() for segment in own),
            severity=None if inputs.uses_given_splits else Severity.WARNING,
        )


def _splits(segments: Iterable[CheckedSegment]) -> set[str]:
    return {segment.split for segment in segments if segment.split}
