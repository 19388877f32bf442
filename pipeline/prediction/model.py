"""Where a pushed model lies. No TensorFlow here."""

from pathlib import Path

from components.baseline.pushed import last_pushed
from models.card import CARD_FILE, ModelCard, read_card
from models.errors import UserError


def find_model(model_dir: Path) -> tuple[Path, ModelCard]:
    """A version's directory and its card; for the directory of all versions, the newest one.

    Raises:
      UserError: there is no model of clipgate's.
    """
    version = model_dir if (model_dir / CARD_FILE).is_file() else last_pushed(model_dir)
    if version is None or not (version / "saved_model.pb").is_file():
        raise UserError(
            f"{model_dir} holds no model that clipgate pushed; expected a directory such as serving/NAME/1700000000"
        )
    return version, read_card(version)
