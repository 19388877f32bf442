"""Finds a pushed model, without TensorFlow, and keeps to it while a push or a rollback takes versions away."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from components.baseline.pushed import last_pushed
from components.pusher.destination import MODEL_FILE
from components.storage.patterns import require_no_pattern
from foundation.messages.errors import UserError
from models.export_info import EXPORT_INFO_FILE, ExportInfo, read_export_info

_Given = TypeVar("_Given")


def find_model(model_dir: Path) -> tuple[Path, ExportInfo]:
    """Folder and card of a version, given its folder or that of all versions, of which the newest is taken.

    Raises:
      UserError: there is no model of clipgate's, or its path is none that TensorFlow can open.
    """
    require_no_pattern("--model", model_dir)
    while version := model_dir if (model_dir / EXPORT_INFO_FILE).is_file() else last_pushed(model_dir):
        try:
            info = read_export_info(version)
        except FileNotFoundError:
            continue  # a rollback or a push took it away just now
        if _is_there(version):
            return version, info
        if version == model_dir:
            break
    if not model_dir.exists():
        raise UserError(
            f"{model_dir} does not exist; if it was a version, it was withdrawn or removed: name the directory of all "
            "versions, of which the newest is taken"
        )
    raise UserError(
        f"{model_dir} holds no model that clipgate pushed; expected a directory such as serving/NAME/1700000000"
    )


def use_model(model_dir: Path, use: Callable[[Path, ExportInfo], _Given]) -> _Given:
    """What `use` makes of the folder and the card of a version, which are those of `find_model`.

    If it fails because the version is withdrawn or removed meanwhile, it is called again with the one that is served then.

    Raises:
      UserError: there is no model of clipgate's, or none any more.
    """
    while True:
        version, info = find_model(model_dir)
        try:
            return use(version, info)
        except Exception:
            if _is_there(version):
                raise


def _is_there(version: Path) -> bool:
    return (version / MODEL_FILE).is_file()
