"""Groups that the rows themselves put into more than one split."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain

from components.annotation_validator.findings import Found, Place, Severity
from components.annotation_validator.inputs.inputs import CheckInputs


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    splits_of: dict[str, set[str]] = defaultdict(set)
    for origin in inputs.all_origins:
        splits_of[origin.cluster] |= {origin.given_split} if origin.given_split else set()
    leaking = {group for group, splits in splits_of.items() if len(splits) > 1}
    if len(leaking) > bar:
        found: dict[str, list[Place]] = defaultdict(list)
        for segment in inputs.segments:
            if (group := inputs.cluster_of[segment.video]) in leaking:
                found[group].append(segment.place())
        group = next(iter(found))
        yield Found(
            message=f"{len(leaking)} of {len(splits_of)} groups are in more than one of the given splits, such as {group} in "
            f"{' and '.join(sorted(splits_of[group]))}: the model would be tested on people and places that it was trained on"
            + ("" if inputs.uses_given_splits else " (this run does not follow them: splits.mode)"),
            remedy="Put each group into one split, or use splits.mode 'stratified'.",
            value=len(leaking),
            places=tuple(chain.from_iterable(found.values())),
            severity=None if inputs.uses_given_splits else Severity.WARNING,
        )
