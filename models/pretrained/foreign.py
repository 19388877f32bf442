"""Files of weights that other libraries write: which they are, and what is in them. Checkpoints alone need TensorFlow."""

from dataclasses import dataclass
from functools import cached_property
from glob import escape
from pathlib import Path
from typing import Any

import numpy.typing as npt

from foundation.messages.errors import UserError
from models.pretrained.imported import file_digest
from models.pretrained.safetensors_file import read_safetensors
from models.pretrained.torch_file import read_tensors

TORCH_SUFFIXES, SAFETENSORS_SUFFIX, INDEX_SUFFIX = (".pth", ".pt"), ".safetensors", ".index"
KINDS = "*.pth, *.pt, *.safetensors, a checkpoint of TensorFlow's (*.index) or the folder of one, a SavedModel"

# Where a SavedModel has its variables.
_VARIABLES = "variables/variables"


@dataclass(frozen=True)
class ForeignFile:
    """Weights as another library has written them.

    Attributes:
      path: what was named.
      files: all that is read, in an order that does not depend on their folder.
    """

    path: Path
    files: tuple[Path, ...]

    @cached_property
    def sha256(self) -> str:
        """Digest (hex) of the files, one after the other: where it is one file, that file's."""
        return file_digest(self.files)

    def read(self) -> dict[str, npt.NDArray[Any]]:
        """The tensors by their names.

        Raises:
          UserError: the files are damaged, or hold something else.
        """
        first = self.files[0]
        if first.suffix in TORCH_SUFFIXES:
            return read_tensors(first)
        if first.suffix == SAFETENSORS_SUFFIX:
            return read_safetensors(first)
        from models.pretrained.tf_checkpoint import read_checkpoint

        return read_checkpoint(first.with_suffix(""))


def find_foreign(path: Path) -> ForeignFile | None:
    """The file of weights that another library has written to `path`; None: it is none.

    Raises:
      UserError: a folder has several checkpoints, or one without its values.
    """
    if path.is_file() and path.suffix in (*TORCH_SUFFIXES, SAFETENSORS_SUFFIX):
        return ForeignFile(path, (path,))
    index = _checkpoint_index(path)
    if index is None:
        return None
    values = sorted(index.parent.glob(f"{escape(index.stem)}.data-*-of-*"))
    if not values:
        raise UserError(
            f"{index} has no {index.stem}.data-* beside it, which has the values; copy all files of the checkpoint"
        )
    return ForeignFile(path, (index, *values))


def _checkpoint_index(path: Path) -> Path | None:
    if path.is_dir():
        if (variables := path / f"{_VARIABLES}{INDEX_SUFFIX}").is_file():
            return variables
        found = sorted(path.glob(f"*{INDEX_SUFFIX}"))
        if len(found) > 1:
            names = ", ".join(one.name for one in found)
            raise UserError(f"{path} has several checkpoints: {names}; name one of these files")
        return found[0] if found else None
    if path.suffix == INDEX_SUFFIX:
        return path if path.is_file() else None
    beside = path.with_name(path.name + INDEX_SUFFIX)
    return beside if beside.is_file() else None
