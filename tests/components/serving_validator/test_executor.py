"""TFX's Pusher takes the blessing for one of its InfraValidator."""

import json
from pathlib import Path
from typing import Any

import pytest
from tfx.components.pusher.executor import Executor as PusherExecutor
from tfx.types import channel_utils
from tfx.types.standard_artifacts import Examples, InfraBlessing, Model

from components.artifacts import ServingReport
from components.serving_validator.component import ServingValidator
from components.serving_validator.executor import ServingValidatorExecutor, read_container_blessing
from components.serving_validator.rules import ServingValidationConfig, judge
from components.storage.seal import MODEL_SEAL, compare_folder, read_seal
from tests.components.serving_validator.exports import save_export, write_clips


def validate(folder: Path, without: tuple[str, ...]) -> tuple[dict[str, Any], Any]:
    """The report and the blessing of an export without some signatures."""

    def artifact(artifact_type: Any, name: str) -> Any:
        made = artifact_type()
        made.uri = str(folder / name)
        return made

    save_export(folder / "model" / "Format-Serving", without=without)
    (folder / "examples").mkdir()
    write_clips(folder / "examples" / "Split-test", num_clips=1)
    inputs = {"model": [artifact(Model, "model")], "examples": [artifact(Examples, "examples")]}
    component = ServingValidator(
        **{name: channel_utils.as_channel(artifacts) for name, artifacts in inputs.items()},
        serving_validation=ServingValidationConfig(num_requests=1),
        model_name="pose",
    )
    blessing = artifact(InfraBlessing, "blessing")
    outputs = {"blessing": [blessing], "serving_report": [artifact(ServingReport, "report")]}
    ServingValidatorExecutor().Do(inputs, outputs, component.exec_properties)
    return json.loads((folder / "report" / "serving.json").read_text()), blessing


@pytest.mark.parametrize(
    ("without", "passes"),
    [(("stream_init", "stream_step"), True), (("predict_jpeg",), False)],
    ids=["every_signature", "without_predict_jpeg"],
)
def test_an_export_is_blessed_and_handed_on_if_it_passed_and_only_then(
    tmp_path: Path, without: tuple[str, ...], passes: bool
) -> None:
    report, blessing = validate(tmp_path, without)
    assert report["passed"] is passes
    assert PusherExecutor().CheckBlessing({"infra_blessing": [blessing]}) is passes
    files = {path.name for path in (tmp_path / "blessing").iterdir()}
    if passes:
        assert files == {"INFRA_BLESSED", MODEL_SEAL, "stamped_model"}
        pushed = Path(PusherExecutor().GetModelPath({"infra_blessing": [blessing]}))
        assert (pushed / "assets.extra" / "tf_serving_warmup_requests").is_file()
        assert (pushed / "saved_model.pb").is_file()
        assert compare_folder(read_seal(tmp_path / "blessing" / MODEL_SEAL), pushed) == []
    else:
        assert files == {"INFRA_NOT_BLESSED"}
        assert [finding["id"] for finding in report["findings"] if not finding["passed"]] == ["signatures"]


@pytest.mark.parametrize(("blessed", "passes"), [(1, True), (0, False)])
def test_what_tensorflow_serving_in_a_container_did_is_one_of_the_checks(blessed: int, passes: bool) -> None:
    blessing = InfraBlessing()
    blessing.set_int_custom_property("blessed", blessed)
    verdict = judge(ServingValidationConfig(), read_container_blessing([blessing], 8))
    assert verdict.passed is passes
    (finding,) = verdict.findings
    assert finding.sentence().startswith("TensorFlow Serving in a container: " + ("8 requests" if passes else "failed"))


def test_without_a_container_nothing_is_said_of_it() -> None:
    assert read_container_blessing([], 8) == ()
