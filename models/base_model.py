"""Base models, from which a training begins: exported models, files of weights, or weights of other libraries.

No TensorFlow here, unless the file of another library is looked into.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from foundation.messages.errors import UserError
from models.config import ModelConfig
from models.export_info import EXPORT_INFO_FILE, WEIGHTS_FILE, ExportInfo, read_export_info
from models.metadata import NO_NUMBERS, Numbers
from models.networks.catalogue import NETWORKS
from models.pretrained.foreign import KINDS, ForeignFile, find_foreign
from models.pretrained.imported import CARD_FILE, IMPORTED_WEIGHTS_FILE, ImportedCard, read_card

# Keys of `model` that the weights below the last layers do not depend on.
_OF_ANSWERS = ("classes", "metadata", "thresholds")
_WEIGHTS_SUFFIX = ".weights.h5"


@dataclass(frozen=True)
class BaseModel:
    """A model with whose weights a training begins.

    Attributes:
      path: what was opened.
      weights: the file that has them.
      info: the card of an exported model.
      card: the card of weights from elsewhere; without either nothing but the weights is known.
      foreign: the file of another library that they are still in; None: `weights` is Keras's file.
    """

    path: Path
    weights: Path
    info: ExportInfo | None
    card: ImportedCard | None = None
    foreign: ForeignFile | None = None

    def renamed(self, new_names: Mapping[str, str]) -> "BaseModel":
        """The model with other names of some classes, by the old ones: see `ExportInfo.renamed`."""
        return replace(self, info=self.info.renamed(new_names)) if self.info else self

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels of the logits; empty where they are not known."""
        known = self.info or self.card
        return known.classes if known else ()

    @property
    def num_classes(self) -> int:
        """Of the logits that there are weights for; 0: there are none, or it is not known."""
        return self.card.num_classes if self.card else len(self.classes)

    @property
    def normalization(self) -> tuple[list[float], list[float]] | None:
        """Mean and standard deviation of the colour channels that the weights were trained with, if they are known."""
        if self.card:
            return list(self.card.input.mean), list(self.card.input.std)
        return (self.info.normalization["mean"], self.info.normalization["std"]) if self.info else None

    @property
    def numbers(self) -> Numbers:
        """What the network saw beside the pixels; none where nothing but the weights is known."""
        return self.info.numbers_card.numbers if self.info else NO_NUMBERS

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the card and the weights, wherever the model lies."""
        if self.card:
            return self.card.fingerprint
        digest = hashlib.sha256(repr(asdict(self.info) if self.info else None).encode())
        with self.weights.open("rb") as file:
            while block := file.read(2**20):
                digest.update(block)
        return digest.hexdigest()


def open_base(path: Path) -> BaseModel:
    """The base model in `path`: the folder of an exported model or of imported weights, or a file of weights.

    Raises:
      UserError: it is none of these.
    """
    if (path / CARD_FILE).is_file():
        return BaseModel(path, path / IMPORTED_WEIGHTS_FILE, None, read_card(path))
    if file := foreign_weights(path):
        # Keras takes seconds to load, and knows the networks.
        from models.pretrained.importing import inspect

        return BaseModel(path, path, None, inspect(file), file)
    if path.is_dir():
        weights = path / WEIGHTS_FILE
        if not weights.is_file():
            raise UserError(
                f"{path} is no model to begin a training from: it has no {WEIGHTS_FILE}; name a folder that clipgate "
                "exported, or train that model once more with this version"
            )
        return BaseModel(path, weights, read_export_info(path) if (path / EXPORT_INFO_FILE).is_file() else None)
    if not path.is_file() or not path.name.endswith(_WEIGHTS_SUFFIX):
        raise UserError(
            f"{path} is neither the folder of an exported model nor a file *{_WEIGHTS_SUFFIX}, nor weights of another library: "
            f"{KINDS}"
        )
    return BaseModel(path, path, None)


def foreign_weights(path: Path) -> ForeignFile | None:
    """The file of another library in `path`; exported models have such files as well, but are more than that."""
    is_exported = any((path / name).is_file() for name in (WEIGHTS_FILE, EXPORT_INFO_FILE, CARD_FILE))
    return None if is_exported else find_foreign(path)


def require_same_network(base: BaseModel, config: ModelConfig) -> None:
    """Check that the base model's network and frames are those of `config`; its classes and its numbers may differ.

    Weights from elsewhere are of a network, and go with any size of input.

    Raises:
      UserError: they are not; every difference is named.
    """
    values = [(name, its, getattr(config, name)) for name, its in _settings(base).items()]
    differences = [f"model.{name} {its}, not {ours}" for name, its, ours in values if its != ours]
    if differences:
        raise UserError(
            f"training.warm_start: the base model {base.path} has {', '.join(differences)}; "
            "give the section model the base model's values, choose another base model, or train without warm_start"
        )


def _settings(base: BaseModel) -> dict[str, Any]:
    """The values of `model` that the weights of a base model need; none where nothing but the weights is known."""
    if base.card:
        network = {"network": base.card.network, "preset": base.card.preset}
        return network if NETWORKS[base.card.network].is_pretrained else network | {"modality": "rgb"}
    if base.info is None:
        return {}
    try:
        theirs = ModelConfig.model_validate(base.info.model)
    except ValueError as error:
        raise UserError(
            f"{base.path} was trained by another version of clipgate; train it once more ({error})"
        ) from error
    return {name: getattr(theirs, name) for name in ModelConfig.model_fields if name not in _OF_ANSWERS}
