"""The card beside an exported model, for clients and later runs. No TensorFlow here."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from foundation.messages.errors import UserError
from models.metadata import NO_CARD, NumbersCard

EXPORT_INFO_FILE = "assets.extra/clipgate.json"
WEIGHTS_FILE = "assets.extra/network.weights.h5"  # Keras's, of the network alone


@dataclass(frozen=True)
class ExportInfo:
    """Facts of a model for clients and later runs. TensorFlow Serving ignores `assets.extra`.

    `training_key` identifies what the model was trained from: data, configuration, code and base model. `base` is the
    fingerprint of the base model, empty if training began with random weights. `normalization` has `mean` and `std` of the
    colour channels, for values in 0..1. `clip_seconds` has percentiles of the durations of each class's training clips: 10, 50
    and 90. `code` is a digest of the code that trained and exported. `thresholds` are the probabilities from which on a clip is
    said to have a class, by class; empty of a model that gives each clip one label. `metadata` is the JSON of a NumbersCard,
    empty if the network sees frames alone, and `metadata_worth` that of a `models.worth.Worth`. `heads` has the ids of the
    classes of each field, where a clip has one of each.
    """

    classes: tuple[str, ...]
    model: dict[str, Any]
    sampling: dict[str, Any]
    training_key: str
    base: str = ""
    normalization: dict[str, list[float]] = field(default_factory=dict)
    clip_seconds: dict[str, list[float]] = field(default_factory=dict)
    code: str = ""
    thresholds: dict[str, float] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    metadata_worth: dict[str, Any] = field(default_factory=dict)
    heads: dict[str, list[int]] = field(default_factory=dict)

    @property
    def has_several_labels(self) -> bool:
        """Whether a clip may be given several labels."""
        return bool(self.thresholds or self.heads)

    @property
    def numbers_card(self) -> NumbersCard:
        """What the network sees beside the pixels."""
        return NumbersCard.from_json(self.metadata) if self.metadata else NO_CARD

    def renamed(self, new_names: Mapping[str, str]) -> "ExportInfo":
        """The card with other names of some classes, from the old one to the new one; those that it lacks do not matter."""

        def named(label: str) -> str:
            return new_names.get(label, label)

        clip_seconds = {named(label): values for label, values in self.clip_seconds.items()}
        thresholds = {named(label): value for label, value in self.thresholds.items()}
        return replace(self, classes=tuple(map(named, self.classes)), clip_seconds=clip_seconds, thresholds=thresholds)

    def write(self, model_dir: Path) -> None:
        """Write the card into an exported model."""
        path = model_dir / EXPORT_INFO_FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")


def read_export_info(model_dir: Path) -> ExportInfo:
    """The card of an exported model.

    Raises:
      FileNotFoundError: there is none; the folder is no model of clipgate's.
      UserError: it cannot be understood.
    """
    return parse_export_info((model_dir / EXPORT_INFO_FILE).read_text(), str(model_dir))


def rename_classes(model_dir: Path, new_names: Mapping[str, str]) -> None:
    """Give classes of an exported model other names in its card, by the old ones."""
    if new_names:
        read_export_info(model_dir).renamed(new_names).write(model_dir)


def parse_export_info(text: str, place: str) -> ExportInfo:
    """The card with this text, found in the model at `place`.

    Raises:
      UserError: it cannot be understood.
    """
    try:
        values = json.loads(text)
        return ExportInfo(**(values | {"classes": tuple(values["classes"])}))
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise UserError(
            f"{place}/{EXPORT_INFO_FILE} is damaged or of another version of clipgate ({error}); move {place} away"
        ) from error
