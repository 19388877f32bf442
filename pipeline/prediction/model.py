"""Finds a pushed model, without TensorFlow."""

from pathlib import Path

from components.baseline.pushed import last_pushed
from foundation.messages.errors import UserError
from models.export_info import EXPORT_INFO_FILE, ExportInfo, read_export_info


def find_model(model_dir: Path) -> tuple[Path, ExportInfo]:
    """Folder and card of a version, given its folder or that of all versions, of which the newest is taken.

    Raises:
      UserError: there is no model of clipgate's.
    """
    version = model_dir if (model_dir / EXPORT_INFO_FILE).is_file() else last_pushed(model_dir)
    if version is None or not (version / "saved_model.pb").is_file():
        raise UserError(
            f"{model_dir} holds no model that clipgate pushed; expected a directory such as serving/NAME/1700000000"
        )
    return version, read_export_info(version)
