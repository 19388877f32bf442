"""Base models, from which a training begins: exported models, or files of weights. No TensorFlow here."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path

from foundation.messages.errors import UserError
from models.config import ModelConfig
from models.export_info import EXPORT_INFO_FILE, ExportInfo, read_export_info

WEIGHTS_FILE = "assets.extra/network.weights.h5"
_WEIGHTS_SUFFIX = ".weights.h5"


@dataclass(frozen=True)
class BaseModel:
    """`path`: what was opened; `weights`: Keras's file. `info` is None where nothing but the weights is known."""

    path: Path
    weights: Path
    info: ExportInfo | None

    def renamed(self, new_names: Mapping[str, str]) -> "BaseModel":
        """The model with other names of some classes, by the old ones: see `ExportInfo.renamed`."""
        return replace(self, info=self.info.renamed(new_names)) if self.info else self

    @cached_property
    def fingerprint(self) -> str:
        """Digest of the card and the weights, wherever the model lies."""
        digest = hashlib.sha256(repr(asdict(self.info) if self.info else None).encode())
        with self.weights.open("rb") as file:
            while block := file.read(2**20):
                digest.update(block)
        return digest.hexdigest()


def open_base(path: Path) -> BaseModel:
    """The base model in `path`: the folder of an exported model, or a file of weights.

    Raises:
      UserError: it is neither.
    """
    if path.is_dir():
        weights = path / WEIGHTS_FILE
        if not weights.is_file():
            raise UserError(
                f"{path} is no model to begin a training from: it has no {WEIGHTS_FILE}; name a folder that clipgate "
                "exported, or train that model once more with this version"
            )
        return BaseModel(path, weights, read_export_info(path) if (path / EXPORT_INFO_FILE).is_file() else None)
    if not path.is_file() or not path.name.endswith(_WEIGHTS_SUFFIX):
        raise UserError(f"{path} is neither the folder of an exported model nor a file *{_WEIGHTS_SUFFIX}")
    return BaseModel(path, path, None)


def require_same_network(base: BaseModel, config: ModelConfig) -> None:
    """Check that the base model's network and input are those of `config`; its classes may differ.

    Raises:
      UserError: they are not; every difference is named.
    """
    if base.info is None:
        return
    try:
        theirs = ModelConfig.model_validate(base.info.model)
    except ValueError as error:
        raise UserError(
            f"{base.path} was trained by another version of clipgate; train it once more ({error})"
        ) from error
    names = [name for name in ModelConfig.model_fields if name != "classes"]
    values = [(name, getattr(theirs, name), getattr(config, name)) for name in names]
    differences = [f"model.{name} {its}, not {ours}" for name, its, ours in values if its != ours]
    if differences:
        raise UserError(
            f"training.warm_start: the base model {base.path} has {', '.join(differences)}; "
            "give the section model the base model's values, choose another base model, or train without warm_start"
        )
