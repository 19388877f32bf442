"""What a training can begin from, and what it refuses."""

from pathlib import Path
from typing import Any

import pytest

from foundation.messages.errors import UserError
from models.base_model import BaseModel, open_base, require_same_network
from models.config import ModelConfig
from models.export_info import WEIGHTS_FILE, ExportInfo

CONFIG = ModelConfig(preset="tiny", num_frames=4)


def export(folder: Path, model: dict[str, Any] | None = None, weights: bytes = b"weights") -> Path:
    """An exported model without its graph."""
    ExportInfo(("sit", "wave"), CONFIG.model_dump() if model is None else model, {}, "key").write(folder)
    (folder / WEIGHTS_FILE).write_bytes(weights)
    return folder


def test_an_exported_model_has_weights_and_a_card(tmp_path: Path) -> None:
    base = open_base(export(tmp_path))
    assert base.weights.read_bytes() == b"weights"
    assert base.info is not None and base.info.classes == ("sit", "wave")


def test_a_file_of_weights_has_no_card(tmp_path: Path) -> None:
    path = tmp_path / "pretrained.weights.h5"
    path.write_bytes(b"weights")
    assert open_base(path) == BaseModel(path, path, None)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        (
            "nowhere",
            "nowhere is neither the folder of an exported model nor a file *.weights.h5, nor weights of another library: *.pth",
        ),
        ("model.h5", "model.h5 is neither the folder of an exported model nor a file *.weights.h5"),
        (".", "is no model to begin a training from: it has no assets.extra/network.weights.h5"),
    ],
)
def test_anything_else_is_named_with_what_is_expected(tmp_path: Path, name: str, problem: str) -> None:
    (tmp_path / "model.h5").write_bytes(b"weights")
    with pytest.raises(UserError) as caught:
        open_base(tmp_path / name)
    assert problem in str(caught.value)


def test_the_fingerprint_is_that_of_weights_and_classes_wherever_they_lie(tmp_path: Path) -> None:
    first, copy, other = (
        open_base(export(tmp_path / name, weights=weights)).fingerprint
        for name, weights in (("first", b"weights"), ("copy", b"weights"), ("other", b"others"))
    )
    assert first == copy != other
    (tmp_path / "renamed" / "assets.extra").mkdir(parents=True)
    (tmp_path / "renamed" / WEIGHTS_FILE).write_bytes(b"weights")
    ExportInfo(("sit", "jump"), CONFIG.model_dump(), {}, "key").write(tmp_path / "renamed")
    assert open_base(tmp_path / "renamed").fingerprint != first


def test_a_base_model_of_the_same_network_may_have_other_classes(tmp_path: Path) -> None:
    require_same_network(open_base(export(tmp_path)), CONFIG.model_copy(update={"classes": ("jump", "sit")}))


def test_every_difference_of_network_and_input_is_named_with_the_remedy(tmp_path: Path) -> None:
    base = open_base(export(tmp_path))
    with pytest.raises(UserError) as caught:
        require_same_network(base, CONFIG.model_copy(update={"preset": "small", "num_frames": 8, "resize": "pad"}))
    message = str(caught.value)
    assert str(tmp_path) in message
    assert "has model.preset tiny, not small, model.num_frames 4, not 8, model.resize crop, not pad; " in message
    assert "give the section model the base model's values" in message


def test_a_card_of_another_version_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="was trained by another version of clipgate; train it once more"):
        require_same_network(open_base(export(tmp_path, {"network": "unheard_of"})), CONFIG)
