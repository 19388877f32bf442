"""What stands beside an exported model."""

import json
from pathlib import Path

import pytest

from foundation.messages.errors import UserError
from models.export_info import EXPORT_INFO_FILE, ExportInfo, read_export_info

CARD = ExportInfo(("wave", "sit down", "тест"), {"num_frames": 8}, {"short_side": 80}, "key")


def test_a_card_comes_back_as_it_was_written(tmp_path: Path) -> None:
    CARD.write(tmp_path)
    assert read_export_info(tmp_path) == CARD


def test_classes_keep_their_order(tmp_path: Path) -> None:
    CARD.write(tmp_path)
    assert read_export_info(tmp_path).classes == ("wave", "sit down", "тест")


def test_a_folder_without_a_card_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_export_info(tmp_path)


@pytest.mark.parametrize("content", ["{", "[]", "{}", '{"classes": ["a"], "unknown": 1}', '{"classes": 5}'])
def test_a_card_that_cannot_be_understood_is_named_with_a_remedy(tmp_path: Path, content: str) -> None:
    path = tmp_path / EXPORT_INFO_FILE
    path.parent.mkdir()
    path.write_text(content)
    with pytest.raises(UserError, match=r"clipgate\.json is damaged or of another version.*; move .* away"):
        read_export_info(tmp_path)


def test_a_card_is_json_that_any_client_can_read(tmp_path: Path) -> None:
    CARD.write(tmp_path)
    assert json.loads((tmp_path / "assets.extra" / "clipgate.json").read_text())["classes"] == [*CARD.classes]
