"""Classes that the served model knows and that no row is of any more: a run would not begin."""

from collections.abc import Iterable, Sequence

from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    inspection = inputs.inspection
    labels = list(inspection.classes or inputs.by_label)
    background = inspection.negatives.label if inspection.negatives else ""
    gone = [label for label in inspection.served_classes if label not in labels and label != background]
    if len(gone) > bar:
        yield Found(
            message=f"the served model knows {', '.join(gone)}, which {where_missing(inspection.classes)}",
            remedy=f"{remedy(gone, labels)}.",
            value=len(gone),
            places=(),
        )


def where_missing(classes: Sequence[str] | None) -> str:
    """Where a class is gone from; `classes`: those of the configuration, if it has any."""
    return "model.classes does not name" if classes else "no row is of any more"


def remedy(gone: Sequence[str], labels: Sequence[str]) -> str:
    """What to do about classes that are gone."""
    new = next((label for label in labels if label not in gone), "NEW_NAME")
    return (
        f"If it is given up: gates.retired: [{', '.join(gone)}]. If it has another name now, such as {new}: gates.renamed: "
        f"{{{gone[0]}: {new}}}. Otherwise bring its rows back"
    )
