"""Classes of which a split has no segment: what is not in train cannot be learned, and what is not in test not be judged."""

from collections.abc import Iterable

from components.annotation_validator.findings import Found, Severity
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.origins import by_part
from components.annotation_validator.inputs.segments import places
from components.annotations.splits.config import SPLITS

_CONSEQUENCES = {
    "train": "it cannot be learned, and a run would end before its training",
    "eval": "the best epoch is chosen without it",
    "test": "nothing can be said of it, and no model can pass the gates",
}


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    is_known = any(origin.split for origin in inputs.all_origins)
    for label, segments in inputs.by_label.items():
        if inputs.is_background(label) and inputs.takes_background:
            continue
        counts = by_part(inputs.origins[label], lambda origin: origin.split)
        if not is_known or counts[None]:
            continue  # nobody knows the splits
        for split in SPLITS:
            if counts[split] <= bar:
                yield Found(
                    message=f"class {label!r}: {counts[split]} of {len(segments)} segments come into the {split} split; "
                    f"{_CONSEQUENCES[split]}",
                    remedy="Add videos of this class of other groups, or give some of its groups to this split "
                    "(the column split with splits.mode: official, or splits.assignment; clipgate splits shows who is where).",
                    value=counts[split],
                    places=places(inputs.one_of_each_group(segments)),
                    severity=Severity.WARNING if split == "eval" else None,
                )
