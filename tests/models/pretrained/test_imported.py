"""The folder that weights are imported into."""

import json
from pathlib import Path

import pytest

from foundation.messages.errors import UserError
from models.base_model import open_base, require_same_network
from models.config import ModelConfig
from models.pretrained.imported import CARD_FILE, IMPORTED_WEIGHTS_FILE, ImportedCard, read_card, write_card
from models.pretrained.published import PUBLISHED

PUBLISHED_CARD = PUBLISHED[0]
CARD = ImportedCard(
    name="r2plus1d_18_kinetics400",
    network="r2plus1d",
    preset="r2plus1d_18_torchvision",
    source="somebody",
    licence="BSD-3-Clause",
    is_published=True,
    file="some.pth",
    sha256="a" * 64,
    num_classes=2,
    classes=("run", "sit"),
    input=PUBLISHED_CARD.input,
)


def write(folder: Path, card: ImportedCard = CARD) -> Path:
    folder.mkdir()
    (folder / IMPORTED_WEIGHTS_FILE).write_bytes(b"weights")
    write_card(card, folder)
    return folder


def test_a_card_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert read_card(write(tmp_path / "weights")) == CARD


@pytest.mark.parametrize("content", [b"other weights", None])
def test_weights_that_are_not_those_of_the_card_are_refused(content: bytes | None, tmp_path: Path) -> None:
    folder = write(tmp_path / "weights")
    (folder / IMPORTED_WEIGHTS_FILE).unlink()
    if content:
        (folder / IMPORTED_WEIGHTS_FILE).write_bytes(content)
    with pytest.raises(
        UserError, match=r"network.weights.h5 is not the file that was written with weights.json; import"
    ):
        open_base(folder)


@pytest.mark.parametrize("change", [{"preset": None}, {"input": {}}, {"input": 3}, {"mood": "good"}, {"classes": 5}])
def test_a_card_that_cannot_be_understood_is_named(change: dict[str, object], tmp_path: Path) -> None:
    path = write(tmp_path / "weights") / CARD_FILE
    values = json.loads(path.read_text()) | change
    path.write_text(json.dumps({name: value for name, value in values.items() if value is not None}))
    with pytest.raises(UserError, match=r"weights.json is damaged or of another version of clipgate"):
        open_base(path.parent)


def test_the_fingerprint_is_that_of_the_file_and_of_what_its_weights_mean(tmp_path: Path) -> None:
    first, copy = (open_base(write(tmp_path / name)).fingerprint for name in ("first", "copy"))
    changes = ({"sha256": "b" * 64}, {"classes": ("sit", "run")}, {"preset": "r2plus1d_34_ig65m"})
    others = {ImportedCard(**(vars(CARD) | change)).fingerprint for change in changes}
    assert first == copy == CARD.fingerprint
    assert len(others) == 3 and first not in others


def test_imported_weights_go_with_any_size_but_with_their_network_and_colours_alone(tmp_path: Path) -> None:
    base = open_base(write(tmp_path / "weights"))
    fitting = ModelConfig(preset="r2plus1d_18_torchvision", num_frames=7, height=64, width=96)
    require_same_network(base, fitting)
    with pytest.raises(UserError) as failure:
        require_same_network(base, fitting.model_copy(update={"preset": "r2plus1d_18", "modality": "differences"}))
    assert "has model.preset r2plus1d_18_torchvision, not r2plus1d_18, model.modality rgb, not differences" in str(
        failure.value
    )


def test_what_is_published_has_a_preset_and_a_name_of_its_own() -> None:
    for one in PUBLISHED:
        assert ModelConfig(network=one.network, preset=one.preset).preset == one.preset
    assert len({one.name for one in PUBLISHED}) == len({one.file for one in PUBLISHED}) == len(PUBLISHED)
