"""The component on artifacts as the pipeline hands them over."""

import json
from pathlib import Path
from typing import Any

import pytest
from tfx.proto.orchestration import pipeline_pb2
from tfx.types import channel_utils
from tfx.types.standard_artifacts import (
    Examples,
    HyperParameters,
    InfraBlessing,
    Model,
    ModelBlessing,
    ModelRun,
    PushedModel,
)
from tfx.utils import path_utils

from components.artifacts import GateReport, IngestLedger
from components.pusher.changes import roll_back
from components.pusher.component import Pusher
from components.pusher.config import PushConfig
from components.pusher.executor import NOT_PUSHED_REASON, PusherExecutor
from components.pusher.local import LocalDestination
from components.pusher.versions import last_available
from components.pusher.whole import version_differences
from components.storage.seal import MODEL_SEAL, seal_folder, write_seal
from components.video_example_gen.ledger import Ledger
from foundation.messages.errors import UserError
from foundation.messages.progress import PROGRESS_LOGGER
from models.training.key import write_data_digest
from tests.components.pusher.conftest import write_model

GATE = {"passed": True, "findings": [], "classes": ["a", "b"], "confusion_matrix": [[1, 0], [0, 1]]}
SETTINGS = {
    "name": "demo",
    "code_digest": "c0de",
    "data": {"annotations": "a.csv", "videos": "videos", "format": "csv"},
    "training": {"epochs": 2, "seed": 1, "dropout": 0.5},
}


@pytest.fixture
def inputs(tmp_path: Path) -> dict[str, list[Any]]:
    """The artifacts of a run whose model has passed."""
    accepted = {
        "kind": "row", "reason": None, "segment_id": "1", "file": "a.csv", "row": 1, "video": "1.mp4", "label": "a",
        "group": "g", "split": "test", "clips": 1,
    }  # fmt: skip
    Ledger((accepted,), num_rows=1, num_videos=1).write(tmp_path / "ledger")
    for name, content in (
        ("gate_report/gate.json", GATE),
        ("model_run/network.json", {"network": "r2plus1d_tiny", "parameters": 5}),
        ("model_run/history.json", {"val_loss": [2.0, 1.0]}),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(json.dumps(content))
    write_model(tmp_path / "model/Format-Serving")
    found: dict[str, list[Any]] = {}
    kinds = (
        ("model", Model), ("model_blessing", ModelBlessing), ("examples", Examples), ("ledger", IngestLedger),
        ("model_run", ModelRun), ("gate_report", GateReport),
    )  # fmt: skip
    for name, kind in kinds:
        found[name] = [kind()]
        found[name][0].uri = str(tmp_path / name)
    (tmp_path / "examples").mkdir()
    write_data_digest(str(tmp_path / "examples"), "f00")
    found["model_blessing"][0].set_int_custom_property("blessed", 1)
    return found


def push(folder: Path, inputs: dict[str, list[Any]], **config: Any) -> Any:
    """The artifact that the component makes; the destination is `folder/serving`."""
    pushed_model = PushedModel()
    pushed_model.uri = str(folder / "pushed_model")
    component = Pusher(
        push_destination=str(folder / "serving"),
        push=PushConfig(**config),
        settings=SETTINGS,
        withdrawn_version="",
        **{name: channel_utils.as_channel(artifacts) for name, artifacts in inputs.items()},
    )
    node = pipeline_pb2.PipelineNode()
    node.inputs.inputs["model"].channels.add().producer_node_query.id = "Trainer"
    context = PusherExecutor.Context(
        pipeline_node=node,
        tmp_dir=str(folder / "tmp"),
        unique_id="10",
        pipeline_info=pipeline_pb2.PipelineInfo(id="demo"),
        pipeline_run_id="2026-11-22",
    )
    PusherExecutor(context).Do(inputs, {"pushed_model": [pushed_model]}, component.exec_properties)
    return pushed_model


def versions(folder: Path) -> list[Path]:
    return sorted((folder / "serving").glob("[0-9]*"), key=lambda path: int(path.name))


def test_a_blessed_model_is_pushed_with_its_card_and_the_artifact_is_the_same(
    tmp_path: Path, inputs: dict[str, list[Any]]
) -> None:
    pushed_model = push(tmp_path, inputs, licence="CC0-1.0")
    (version,) = versions(tmp_path)
    assert pushed_model.get_int_custom_property("pushed") == 1
    assert pushed_model.get_string_custom_property("pushed_destination") == str(version)
    assert pushed_model.get_string_custom_property("pushed_version") == version.name
    card = json.loads((version / "assets.extra/model_card.json").read_text())
    assert (card["version"], card["licence"]) == (int(version.name), "CC0-1.0")
    assert card["training"]["settings"] == SETTINGS["training"]
    assert card["data"]["fingerprint"] == "f00"
    lineage = card["lineage"]
    assert (lineage["pipeline"], lineage["run"], lineage["execution"]) == ("demo", "2026-11-22", "10")
    assert [artifact["input"] for artifact in lineage["artifacts"] if artifact["producer"] == "Trainer"] == ["model"]
    assert {"model": str(tmp_path / "model"), "ledger": str(tmp_path / "ledger")}.items() <= {
        artifact["input"]: artifact["uri"] for artifact in lineage["artifacts"]
    }.items()
    assert (version / "assets.extra/model_card.md").read_text().startswith(f"# demo, version {version.name}\n")
    files = {path.relative_to(version): path.read_bytes() for path in version.rglob("*") if path.is_file()}
    archive = Path(pushed_model.uri)
    assert {path.relative_to(archive): path.read_bytes() for path in archive.rglob("*") if path.is_file()} == files


@pytest.mark.parametrize("missing", ["model_blessing", "infra_blessing"])
def test_without_every_blessing_nothing_is_pushed(tmp_path: Path, inputs: dict[str, list[Any]], missing: str) -> None:
    inputs["infra_blessing"] = [InfraBlessing()]
    for name in ("model_blessing", "infra_blessing"):
        inputs[name][0].set_int_custom_property("blessed", int(name != missing))
    pushed_model = push(tmp_path, inputs)
    assert pushed_model.get_int_custom_property("pushed") == 0
    assert not (tmp_path / "serving").exists()


@pytest.mark.parametrize("has_model", [True, False])
def test_a_model_with_warm_up_requests_is_pushed_instead_of_the_trainers(
    tmp_path: Path, inputs: dict[str, list[Any]], has_model: bool
) -> None:
    blessing = InfraBlessing()
    blessing.uri = str(tmp_path / "infra_blessing")
    blessing.set_int_custom_property("blessed", 1)
    blessing.set_int_custom_property("has_model", int(has_model))
    stamped = Path(path_utils.stamped_model_path(blessing.uri))
    write_model(stamped)
    (stamped / "assets.extra/tf_serving_warmup_requests").write_bytes(b"requests")
    push(tmp_path, inputs | {"infra_blessing": [blessing]})
    (version,) = versions(tmp_path)
    assert (version / "assets.extra/tf_serving_warmup_requests").exists() is has_model
    assert (version / "assets.extra/model_card.json").exists()


def test_a_withdrawn_model_is_not_pushed_again_and_the_artifact_says_why(
    tmp_path: Path, inputs: dict[str, list[Any]]
) -> None:
    write_model(tmp_path / "serving/1", "older")
    push(tmp_path, inputs)
    withdrawn = versions(tmp_path)[-1].name
    roll_back(LocalDestination(tmp_path / "serving"), 1)
    pushed_model = push(tmp_path, inputs)
    assert pushed_model.get_int_custom_property("pushed") == 0
    reason = pushed_model.get_string_custom_property(NOT_PUSHED_REASON)
    assert f"version {withdrawn}, which is this very model, was withdrawn" in reason
    assert f"clipgate rollback --to {withdrawn}" in reason
    assert [path.name for path in versions(tmp_path)] == ["1"]


def test_a_model_that_is_served_already_is_not_pushed_a_second_time(
    tmp_path: Path, inputs: dict[str, list[Any]]
) -> None:
    for number in ("1", "2"):
        write_model(tmp_path / "serving" / number, "older")
    push(tmp_path, inputs)
    before = versions(tmp_path)
    again = push(tmp_path, inputs, keep_versions=2)
    assert again.get_int_custom_property("pushed") == 1
    assert again.get_string_custom_property("pushed_destination") == str(before[-1])
    assert versions(tmp_path) == before[-2:]


def another_training(folder: Path, **changes: Any) -> None:
    """Let the candidate be what a training from other things has come to: the same weights, but for the `changes`."""
    write_model(folder / "model/Format-Serving", **{"training_key": "another", "weights": b"weights", **changes})


def test_weights_that_are_served_already_are_not_pushed_under_a_new_number_and_the_run_says_so(
    tmp_path: Path, inputs: dict[str, list[Any]], caplog: pytest.LogCaptureFixture
) -> None:
    another_training(tmp_path, training_key="key")
    push(tmp_path, inputs)
    (version,) = versions(tmp_path)
    another_training(tmp_path)
    with caplog.at_level("INFO", PROGRESS_LOGGER):
        again = push(tmp_path, inputs)
    assert versions(tmp_path) == [version]
    assert again.get_string_custom_property("pushed_destination") == str(version)
    assert f"version {version.name}, which has the very same weights from another training, is served" in caplog.text


@pytest.mark.parametrize("changes", [{"weights": b"others"}, {"classes": ("a", "renamed")}, {"code": "mended"}])
def test_other_weights_classes_or_code_of_the_export_are_another_model(
    tmp_path: Path, inputs: dict[str, list[Any]], changes: dict[str, Any]
) -> None:
    another_training(tmp_path, training_key="key")
    push(tmp_path, inputs)
    another_training(tmp_path, **changes)
    push(tmp_path, inputs)
    assert len(versions(tmp_path)) == 2


@pytest.mark.parametrize("changes", [{}, {"code": "mended"}])
def test_weights_that_were_withdrawn_do_not_come_back_under_a_new_number(
    tmp_path: Path, inputs: dict[str, list[Any]], changes: dict[str, Any]
) -> None:
    write_model(tmp_path / "serving/1", "older")
    another_training(tmp_path, training_key="key")
    push(tmp_path, inputs)
    withdrawn = versions(tmp_path)[-1].name
    roll_back(LocalDestination(tmp_path / "serving"), 1)
    another_training(tmp_path, **changes)
    pushed_model = push(tmp_path, inputs)
    assert pushed_model.get_int_custom_property("pushed") == 0
    reason = pushed_model.get_string_custom_property(NOT_PUSHED_REASON)
    assert f"version {withdrawn}, which has the very same weights from another training, was withdrawn" in reason
    assert [path.name for path in versions(tmp_path)] == ["1"]


def test_a_model_is_pushed_again_when_another_is_served(tmp_path: Path, inputs: dict[str, list[Any]]) -> None:
    push(tmp_path, inputs)
    (first,) = versions(tmp_path)
    write_model(tmp_path / "serving" / str(int(first.name) + 1), "newer")
    push(tmp_path, inputs)
    assert len(versions(tmp_path)) == 3


def test_old_versions_are_removed_after_a_push(tmp_path: Path, inputs: dict[str, list[Any]]) -> None:
    for number in ("1", "2", "3"):
        write_model(tmp_path / "serving" / number, "older")
    push(tmp_path, inputs, keep_versions=2)
    assert [path.name for path in versions(tmp_path)][:-1] == ["3"]


def test_what_a_search_has_found_is_what_the_card_says(tmp_path: Path, inputs: dict[str, list[Any]]) -> None:
    found = HyperParameters()
    found.uri = str(tmp_path / "best")
    Path(found.uri).mkdir()
    values = {"training.dropout": 0.1, "model.preset": "tiny", "tuner/epochs": 1}
    (Path(found.uri) / "best_hyperparameters.txt").write_text(json.dumps({"space": [], "values": values}))
    push(tmp_path, inputs | {"hyperparameters": [found]})
    card = json.loads((versions(tmp_path)[0] / "assets.extra/model_card.json").read_text())
    assert card["training"]["settings"] == {"epochs": 2, "seed": 1, "dropout": 0.1}


@pytest.fixture
def sealed(tmp_path: Path, inputs: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The artifacts of a run whose model was validated, and sealed then."""
    blessing = InfraBlessing()
    blessing.uri = str(tmp_path / "infra_blessing")
    for name in ("blessed", "has_model"):
        blessing.set_int_custom_property(name, 1)
    stamped = write_model(Path(path_utils.stamped_model_path(blessing.uri)))
    write_seal(Path(blessing.uri, MODEL_SEAL), seal_folder(stamped))
    return inputs | {"infra_blessing": [blessing]}


def damage(folder: Path, how: str) -> None:
    """Do to a model what disks and people do."""
    variables = folder / "variables/variables.data"
    if how == "flipped":
        variables.write_bytes(b"K" + variables.read_bytes()[1:])
    elif how == "cut":
        variables.write_bytes(variables.read_bytes()[:1])
    elif how == "missing":
        variables.unlink()
    elif how == "beside":
        (folder / "variables/old.data").write_bytes(b"old")


DAMAGES = {
    "flipped": "variables/variables.data has changed",
    "cut": "variables/variables.data is cut: 1 of 3 bytes",
    "missing": "variables/variables.data is missing",
    "beside": "variables/old.data was not written with the others",
}


@pytest.mark.parametrize("how", DAMAGES)
def test_a_model_that_is_not_the_validated_one_is_not_pushed(
    tmp_path: Path, sealed: dict[str, list[Any]], how: str
) -> None:
    damage(Path(path_utils.stamped_model_path(sealed["infra_blessing"][0].uri)), how)
    with pytest.raises(UserError, match=f"{DAMAGES[how]}.*nothing was pushed. Run the same command again"):
        push(tmp_path, sealed)
    assert versions(tmp_path) == []


def test_a_damaged_seal_is_named(tmp_path: Path, sealed: dict[str, list[Any]]) -> None:
    (tmp_path / "infra_blessing" / MODEL_SEAL).write_bytes(b"[{")
    with pytest.raises(UserError, match=f"{MODEL_SEAL} is damaged"):
        push(tmp_path, sealed)


@pytest.mark.parametrize("how", DAMAGES)
def test_a_pushed_version_that_was_damaged_later_is_known_by_its_card_and_pushed_again(
    tmp_path: Path, sealed: dict[str, list[Any]], how: str
) -> None:
    push(tmp_path, sealed)
    version = last_available(LocalDestination(tmp_path / "serving"))
    assert version and version_differences(version) == []
    damage(Path(version.uri), how)
    (difference,) = version_differences(version) or ()
    assert str(difference).startswith(DAMAGES[how])
    push(tmp_path, sealed)
    again = last_available(LocalDestination(tmp_path / "serving"))
    assert again and again.number > version.number and version_differences(again) == []


def test_what_an_earlier_attempt_left_in_the_artifact_is_not_pushed(
    tmp_path: Path, sealed: dict[str, list[Any]]
) -> None:
    write_model(tmp_path / "pushed_model")
    (tmp_path / "pushed_model/old").write_bytes(b"old")
    push(tmp_path, sealed)
    (version,) = versions(tmp_path)
    assert not (version / "old").exists()


def test_a_damaged_card_is_a_difference_and_a_card_without_a_list_is_none(
    tmp_path: Path, sealed: dict[str, list[Any]]
) -> None:
    push(tmp_path, sealed)
    version = last_available(LocalDestination(tmp_path / "serving"))
    assert version
    card = Path(version.uri, "assets.extra/model_card.json")
    content = json.loads(card.read_text())
    card.write_bytes(card.read_bytes()[:100])
    (difference,) = version_differences(version) or ()
    assert difference.file == "assets.extra/model_card.json"
    card.write_text(json.dumps({name: value for name, value in content.items() if name != "files"}))
    (Path(version.uri) / "variables/variables.data").unlink()
    assert version_differences(version) is None
