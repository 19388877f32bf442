"""Classes from so few groups that no split can show whether they are recognised elsewhere."""

from collections.abc import Iterable

from components.annotation_validator.findings import Found, Severity
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import places
from components.annotations.splits.config import SPLITS
from foundation.messages.wording import counted


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    for label, origins in inputs.origins.items():
        groups = {origin.cluster for origin in origins}
        if len(groups) >= bar or (inputs.is_background(label) and inputs.takes_background):
            continue
        listed = f" ({next(iter(groups))})" if len(groups) == 1 else ""
        yield Found(
            message=f"class {label!r} comes from {counted(len(groups), 'group')}{listed}; each of "
            f"{len(SPLITS)} splits needs one at least, and what is learned from few is who and where they are",
            remedy="Add videos of this class by other people and at other places.",
            value=len(groups),
            places=places(inputs.one_of_each_group(inputs.by_label[label])),
            severity=Severity.ERROR if len(groups) < len(SPLITS) else None,
        )
