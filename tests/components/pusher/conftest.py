"""Models without weights, pushed as the Pusher does it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from components.pusher.card_files import FILES, MODEL_CARD_JSON
from components.pusher.changes import push
from components.pusher.destination import Destination
from components.pusher.versions import Version
from components.storage.seal import seal_folder, seal_to_json
from models.export_info import WEIGHTS_FILE, ExportInfo

PushModel = Callable[..., Version]


def write_model(
    folder: Path, training_key: str = "key", weights: bytes = b"", classes: tuple[str, ...] = ("a", "b"), code: str = ""
) -> Path:
    """An exported model that says what it was trained from; without `weights` it has no file of them."""
    ExportInfo(classes, {}, {}, training_key, code=code).write(folder)
    if weights:
        (folder / WEIGHTS_FILE).write_bytes(weights)
    (folder / "assets").mkdir(exist_ok=True)
    (folder / "variables").mkdir(exist_ok=True)
    (folder / "variables/variables.data").write_text(training_key)
    (folder / "saved_model.pb").write_bytes(b"model")
    return folder


def write_card(folder: Path) -> None:
    """Give an exported model a card that lists its files."""
    card = {FILES: seal_to_json(seal_folder(folder)), "pushed_at": "", "evaluation": {"accuracy": 1}}
    (folder / MODEL_CARD_JSON).write_text(json.dumps(card))


@pytest.fixture
def push_model(tmp_path: Path) -> PushModel:
    """Pushes a model that was trained from `training_key` when the clock shows `now_seconds`."""

    def push_one(destination: Destination, training_key: str = "key", now_seconds: float = 100.9) -> Version:
        return push(destination, lambda number: write_model(tmp_path / "model", training_key), now_seconds)

    return push_one
