"""What has been pushed so far, read from the push destination. No TensorFlow here."""

import re
from pathlib import Path

from models.card import CARD_FILE, read_card

_VERSION = re.compile(r"[0-9]+")


def pushed_versions(push_destination: Path) -> list[Path]:
    """Complete version directories, oldest first: TensorFlow Serving's layout, a number for a name."""
    if not push_destination.is_dir():
        return []
    # The Pusher copies saved_model.pb last, so a version that has it is complete.
    folders = [path for path in push_destination.iterdir() if path.is_dir() and _VERSION.fullmatch(path.name)]
    complete = [path for path in folders if (path / "saved_model.pb").is_file() and (path / CARD_FILE).is_file()]
    return sorted(complete, key=lambda path: int(path.name))


def last_pushed(push_destination: Path, training_key: str | None = None) -> Path | None:
    """The newest version; with a key, the newest one that was trained from something else.

    A run that is repeated finds its own model already pushed. Comparing it with itself would say nothing.
    """
    for version in reversed(pushed_versions(push_destination)):
        if training_key is None or read_card(version).training_key != training_key:
            return version
    return None
