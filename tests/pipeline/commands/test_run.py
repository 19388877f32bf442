"""What the end of a run says, from the files that it left."""

import json
from pathlib import Path

import pytest

from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import GATE_FILE, Measurements
from components.model_gate.rules import judge
from components.serving_validator.rules import SERVING_FILE, SIZE, Measurement, ServingValidationConfig
from components.serving_validator.rules import judge as judge_serving
from pipeline.commands.run import show_result
from pipeline.commands.terminal import NOT_PUSHED
from pipeline.config import Config
from pipeline.launch import RunOutcome


def test_a_model_that_the_gate_lets_through_and_the_validation_does_not_is_not_pushed_and_the_check_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matrix = ConfusionMatrix(("sit", "stand"), ((4, 0), (0, 4)))
    measurements = Measurements(matrix)
    gate = judge(GatesConfig(), measurements).as_json() | measurements.as_json()
    serving = judge_serving(ServingValidationConfig(max_model_megabytes=5), (Measurement(SIZE, "", 7.5),))
    (tmp_path / GATE_FILE).write_text(json.dumps(gate))
    (tmp_path / SERVING_FILE).write_text(json.dumps(serving.as_json()))
    (tmp_path / "report").mkdir()
    (tmp_path / "report" / "report.html").write_text("")
    uris = {
        "ModelGate.gate_report": str(tmp_path),
        "ServingValidator.serving_report": str(tmp_path),
        "Reporter.report": str(tmp_path / "report"),
    }
    config = Config.model_validate(
        {"output_dir": str(tmp_path), "data": {"annotations": "annotations.csv", "videos": "videos"}}
    )
    outcome = RunOutcome(tmp_path / "log", {"uris": uris, "pushed_version": None, "not_pushed_reason": ""})
    assert show_result(config, outcome) == NOT_PUSHED
    shown = " ".join(capsys.readouterr().out.split())
    assert "not pushed: size on disk: 7.5 MB, bar at most 5 MB" in shown
