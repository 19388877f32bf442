"""Classes of a run beside those that pushed models know: ids are kept, and no class disappears without a word."""

from collections.abc import Iterable, Mapping, Sequence

from components.annotation_validator.checks.gone_classes import remedy, where_missing
from components.annotations.files.fingerprint import find_labels
from components.annotations.records.record import Record
from components.pusher.destination import explained
from components.pusher.opening import open_destination
from components.pusher.versions import Version, all_versions, last_available
from foundation.messages.errors import UserError
from models.config import FIELDS
from pipeline.config import Config
from pipeline.label_fields import require_classes_of_fields


def choose_classes(config: Config, records: Iterable[Record]) -> tuple[str, ...]:
    """Those of the configuration; otherwise those of the served model in their order, then the others by name.

    `records`: what the annotations say.

    Raises:
      UserError: there are fewer than two (of fields, in one of them), or the served model knows one that is gone, or what the
        gates say of retired and renamed classes is not so.
    """
    known = served_classes(config)
    labels = config.model.classes or tuple(find_labels(records, config.negatives))
    if len(labels) < 2:
        raise UserError(
            f"{config.data.annotations}: at least two classes are needed; found {', '.join(labels) or 'none'}. "
            "Check data.format, and data.columns.label or data.label_field; clipgate check says what else could be the class"
        )
    _require_true(config, labels)
    gone = [label for label in known if label not in labels]
    if gone:
        raise UserError(
            f"the served model knows {', '.join(gone)}, which {where_missing(config.model.classes)}. {remedy(gone, labels)}"
        )
    classes = config.model.classes or (*known, *(label for label in labels if label not in known))
    if config.model.labels == FIELDS:
        require_classes_of_fields(config.data.label_fields, classes)
    return classes


def served_classes(config: Config) -> tuple[str, ...]:
    """Classes of the served model by the names that they have now, without those that are given up."""
    version = _served(config)
    classes = version.info.renamed(config.gates.renamed).classes if version else ()
    return tuple(label for label in classes if label not in config.gates.retired)


def changed_ids(config: Config, classes: Sequence[str]) -> str:
    """What clients that count classes have to know, in words; empty if all ids of the served model stay."""
    version = _served(config)
    if version is None:
        return ""
    before = version.info.renamed(config.gates.renamed).classes
    changes = [
        f"{label!r} {before.index(label)} -> {number}"
        for number, label in enumerate(classes)
        if label in before and before.index(label) != number
    ]
    if not changes:
        return ""
    return (
        f"ids of classes are others than in version {version.name}, which is served: {', '.join(changes)}. Clients that "
        "read labels do not mind; model.classes sets the order"
    )


def _require_true(config: Config, labels: Sequence[str]) -> None:
    """Check what the gates say of classes that are no more against the annotations and what was pushed."""
    renamed, retired = config.gates.renamed, config.gates.retired
    _require_absent("gates.retired", retired, labels)
    _require_absent("gates.renamed", tuple(renamed), labels)
    unknown = [new for new in renamed.values() if new not in labels]
    if unknown:
        raise UserError(
            f"gates.renamed: no row is of {', '.join(unknown)}, the new name; the classes are {', '.join(labels)}"
        )
    destination = open_destination(config.push_destination)
    with explained(destination.uri):
        versions = [version for version in all_versions(destination) if version.is_complete]
        pushed = {label for version in versions for label in version.info.classes}
    for place, named in (("gates.retired", retired), ("gates.renamed", tuple(renamed))):
        unknown = [label for label in named if label not in pushed]
        if pushed and unknown:
            known = ", ".join(sorted(pushed))
            raise UserError(f"{place} names {', '.join(unknown)}, which no pushed model knows; they know {known}")
    _require_one_each(renamed, _served(config))


def _require_absent(place: str, named: Sequence[str], labels: Sequence[str]) -> None:
    annotated = [label for label in named if label in labels]
    if annotated:
        raise UserError(
            f"{place} names {', '.join(annotated)}, and so do the annotations or model.classes; leave it out of one"
        )


def _require_one_each(renamed: Mapping[str, str], served: Version | None) -> None:
    """Two classes of the served model cannot be compared with one."""
    known = served.info.classes if served else ()
    for old, new in renamed.items():
        if old in known and new in known:
            raise UserError(
                f"gates.renamed: {old} is to be {new}, but the served model knows both; of two classes that became one, "
                f"give one up: gates.retired: [{old}]"
            )


def _served(config: Config) -> Version | None:
    destination = open_destination(config.push_destination)
    with explained(destination.uri):
        return last_available(destination)
