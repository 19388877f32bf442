"""The component from the Evaluator's output to a verdict and a blessing."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tfx.components.evaluator import constants
from tfx.types import channel_utils
from tfx.types.standard_artifacts import Model, ModelBlessing, ModelEvaluation

from components.artifacts import IS_FIRST_PUSH, GateReport
from components.model_gate.component import ModelGate, ModelGateExecutor
from components.model_gate.config import ClassGates, GatesConfig
from components.model_gate.measurements import GATE_FILE, MISSES_FILE, Measurements
from components.model_gate.verdict import Verdict
from models.export_info import ExportInfo
from tests.components.evaluator.evaluated import CANDIDATE_CLASSES
from tests.components.evaluator.several_labels import CHOSEN, CLASSES, SETS, THRESHOLDS

# What the candidate of `conftest.CLIPS` reaches.
REACHED = GatesConfig(
    certainty=None, min_accuracy=0.7, min_recall=0.5, min_precision=0.5, min_examples=2, max_recall_drop=0.5
)


def run_gate(
    folder: Path,
    models: dict[str, Path],
    evaluation_uri: str,
    gates: GatesConfig,
    *,
    is_first_push: bool,
    when_open: str = "block",
    candidate: str = "candidate",
    base_evaluation_uri: str | None = None,
) -> tuple[dict[str, Any], Any]:
    """The gate report's content, and the blessing. With `base_evaluation_uri`, training began from the baseline."""

    def artifact(artifact_type: Any, uri: object) -> Any:
        made = artifact_type()
        made.uri = str(uri)
        return made

    model = artifact(Model, models[candidate])
    model.id = 17
    baseline = artifact(Model, models[candidate if is_first_push else "baseline"])
    baseline.set_int_custom_property(IS_FIRST_PUSH, int(is_first_push))
    inputs = {"model": [model], "baseline": [baseline], "evaluation": [artifact(ModelEvaluation, evaluation_uri)]}
    if base_evaluation_uri:
        inputs["base_model"] = [artifact(Model, models["baseline"])]
        inputs["base_evaluation"] = [artifact(ModelEvaluation, base_evaluation_uri)]
    component = ModelGate(
        **{name: channel_utils.as_channel(artifacts) for name, artifacts in inputs.items()},
        gates=gates,
        when_open=when_open,
    )
    blessing = artifact(ModelBlessing, folder / "blessing")
    outputs = {"gate_report": [artifact(GateReport, folder / "report")], "blessing": [blessing]}
    ModelGateExecutor().Do(inputs, outputs, component.exec_properties)
    return json.loads((folder / "report" / GATE_FILE).read_text()), blessing


def test_a_model_that_reaches_every_bar_is_blessed(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str
) -> None:
    report, blessing = run_gate(tmp_path, models, evaluation_uri, REACHED, is_first_push=False)
    assert report["passed"]
    assert [path.name for path in (tmp_path / "blessing").iterdir()] == [constants.BLESSED_FILE_NAME]
    assert blessing.get_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY) == constants.BLESSED_VALUE
    assert blessing.get_int_custom_property(constants.ARTIFACT_PROPERTY_CURRENT_MODEL_ID_KEY) == 17


@pytest.mark.parametrize(("when_open", "is_blessed"), [("block", 0), ("push", 1)])
def test_whether_a_model_is_blessed_of_which_too_little_is_known_is_a_matter_of_configuration(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str, when_open: str, is_blessed: int
) -> None:
    gates = REACHED.model_copy(update={"certainty": 0.99})
    report, blessing = run_gate(tmp_path, models, evaluation_uri, gates, is_first_push=False, when_open=when_open)
    assert (report["passed"], report["state"]) == (False, "open")
    assert blessing.get_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY) == is_blessed
    recall = next(f for f in Verdict.from_json(report).findings if (f.rule, f.label) == ("recall", "b"))
    assert recall.detail.startswith("3 of 3 clips of 2 groups: open, chance that it is below ")
    assert report["lost_answers"] == {"num_clips": 7, "num_lost": 0, "examples": []}


def test_what_is_refuted_is_not_blessed_whatever_is_pushed_when_open(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str
) -> None:
    gates = REACHED.model_copy(update={"min_accuracy": 0.75})
    report, blessing = run_gate(tmp_path, models, evaluation_uri, gates, is_first_push=False, when_open="push")
    assert report["state"] == "refuted"
    assert blessing.get_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY) == constants.NOT_BLESSED_VALUE


def test_the_report_holds_what_was_judged(tmp_path: Path, models: dict[str, Path], evaluation_uri: str) -> None:
    report, _ = run_gate(tmp_path, models, evaluation_uri, REACHED, is_first_push=False)
    assert report["classes"] == ["a", "b", "new"]
    assert report["confusion_matrix"] == [[1, 1, 0], [0, 3, 0], [1, 0, 1]]
    assert report["baseline_uri"] == str(models["baseline"])
    drops = {f.label: f.value for f in Verdict.from_json(report).findings if f.rule == "recall_drop"}
    assert drops == pytest.approx({"a": 0.5, "b": 2 / 3 - 1})


@pytest.mark.parametrize(
    "bars",
    [{"max_recall_drop": 0.49}, {"min_accuracy": 0.75}, {"classes": {"new": ClassGates(min_recall=0.6)}}],
    ids=str,
)
def test_a_model_below_one_bar_is_not_blessed(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str, bars: dict[str, Any]
) -> None:
    gates = REACHED.model_copy(update=bars)
    report, blessing = run_gate(tmp_path, models, evaluation_uri, gates, is_first_push=False)
    assert not report["passed"]
    assert len(Verdict.from_json(report).failures) == 1
    assert [path.name for path in (tmp_path / "blessing").iterdir()] == [constants.NOT_BLESSED_FILE_NAME]
    assert blessing.get_int_custom_property(constants.ARTIFACT_PROPERTY_BLESSED_KEY) == constants.NOT_BLESSED_VALUE


def test_before_the_first_push_nothing_is_compared(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str
) -> None:
    gates = REACHED.model_copy(update={"max_recall_drop": 0})
    report, _ = run_gate(tmp_path, models, evaluation_uri, gates, is_first_push=True)
    assert report["passed"]
    assert report["baseline_uri"] is None
    assert not [found for found in report["findings"] if found["rule"] == "recall_drop"]


@pytest.mark.parametrize(("bar", "passes"), [(0.5, True), (0.49, False)])
def test_what_training_made_of_the_base_model_is_judged_before_the_first_push_too(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str, base_evaluation_uri: str, bar: float, passes: bool
) -> None:
    gates = REACHED.model_copy(update={"max_forgetting": bar})
    report, _ = run_gate(
        tmp_path, models, evaluation_uri, gates, is_first_push=True, base_evaluation_uri=base_evaluation_uri
    )
    assert report["passed"] is passes
    assert report["base_uri"] == str(models["baseline"])
    found = {f.label: f.value for f in Verdict.from_json(report).findings if f.rule == "forgetting"}
    assert found == pytest.approx({"a": 0.5, "b": 2 / 3 - 1})


def test_a_model_that_is_better_overall_is_not_blessed_if_one_class_got_worse_and_a_new_class_does_not_matter(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str
) -> None:
    gates = REACHED.model_copy(update={"max_recall_drop": 0.1})
    report, _ = run_gate(tmp_path, models, evaluation_uri, gates, is_first_push=False)
    # Of the seven clips the last pushed model gets four right and this one five.
    pairings = Measurements.from_json(report).pairings.values()
    assert sum(p.both + p.only_other for p in pairings) == 4 and sum(p.both + p.only_candidate for p in pairings) == 5
    assert [(found.rule, found.label) for found in Verdict.from_json(report).failures] == [("recall_drop", "a")]
    assert {f.label for f in Verdict.from_json(report).findings if f.rule == "recall_drop"} == {"a", "b"}


def test_where_one_clip_made_the_difference_significance_lets_it_pass(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str
) -> None:
    gates = REACHED.model_copy(update={"max_recall_drop": 0.1, "significance": 0.05})
    report, _ = run_gate(tmp_path, models, evaluation_uri, gates, is_first_push=False)
    (drop,) = [f for f in Verdict.from_json(report).findings if (f.rule, f.label) == ("recall_drop", "a")]
    assert report["passed"]
    assert "of 2 clips 1 only the last pushed model got right and 0 only this one: may be luck, p 1" in drop.detail


def test_a_class_without_test_clips_is_not_blessed(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str
) -> None:
    classes = (*CANDIDATE_CLASSES, "absent")
    ExportInfo(classes, {}, {}, "").write(tmp_path / "model" / "Format-Serving")
    gates = REACHED.model_copy(update={"min_examples": 1})
    found = {**models, "candidate": tmp_path / "model"}
    report, _ = run_gate(tmp_path, found, evaluation_uri, gates, is_first_push=True)
    failures = Verdict.from_json(report).failures
    assert {failure.label for failure in failures} == {"absent"}
    assert "class 'absent': examples 0, bar at least 1" in [failure.sentence() for failure in failures]


def test_a_class_with_too_few_test_clips_is_not_blessed(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str
) -> None:
    gates = REACHED.model_copy(update={"min_examples": 3})
    report, _ = run_gate(tmp_path, models, evaluation_uri, gates, is_first_push=True)
    assert [failure.sentence() for failure in Verdict.from_json(report).failures] == [
        "class 'a': examples 2, bar at least 3",
        "class 'new': examples 2, bar at least 3",
    ]


@pytest.mark.parametrize(("bar", "passes"), [(0.32, True), (0.31, False)])
def test_the_calibration_that_was_measured_is_judged(
    tmp_path: Path, models: dict[str, Path], evaluation_uri: str, bar: float, passes: bool
) -> None:
    # Each answer was given with a probability of 0.4, and 5 of 7 are right.
    gates = REACHED.model_copy(update={"max_calibration_error": bar})
    report, _ = run_gate(tmp_path, models, evaluation_uri, gates, is_first_push=True)
    assert report["passed"] is passes
    assert report["calibration_error"] == pytest.approx(5 / 7 - 0.4, abs=1e-6)


def test_what_the_evaluator_did_not_compute_is_not_blessed(
    tmp_path: Path, models: dict[str, Path], base_evaluation_uri: str
) -> None:
    gates = GatesConfig(
        certainty=None, min_examples=1, min_recall=0, min_precision=0, min_accuracy=0, max_calibration_error=1
    )
    report, _ = run_gate(tmp_path, models, base_evaluation_uri, gates, is_first_push=True, candidate="baseline")
    assert [failure.sentence() for failure in Verdict.from_json(report).failures] == [
        "all classes: calibration error could not be measured, bar at most 1"
    ]


def test_where_clips_have_several_labels_each_class_is_measured_beside_the_last_pushed_model(
    tmp_path: Path, models_of_sets: dict[str, Path], sets_uri: str
) -> None:
    report, _ = run_gate(tmp_path, models_of_sets, sets_uri, GatesConfig(certainty=None), is_first_push=False)
    measured = Measurements.from_json(report)
    assert measured.thresholds == dict(zip(CLASSES, THRESHOLDS, strict=True))
    assert measured.average_precisions.keys() == measured.calibration_errors.keys() == set(CLASSES)
    assert {f.label for f in Verdict.from_json(report).findings if f.rule == "recall_drop"} == {"sit", "walk"}
    misses = json.loads((tmp_path / "report" / MISSES_FILE).read_text())
    for number, label in enumerate(CLASSES):
        wrong = np.flatnonzero(SETS[:, number] != CHOSEN[:, number])
        assert misses[label] == {
            f"clip {clip}": [each for each, is_chosen in zip(CLASSES, CHOSEN[clip], strict=True) if is_chosen]
            for clip in wrong
        }


@pytest.mark.parametrize(("candidate", "baseline"), [("several labels", "one label"), ("one label", "several labels")])
def test_a_model_of_one_label_is_not_compared_with_one_of_several(
    tmp_path: Path, models: dict[str, Path], models_of_sets: dict[str, Path], sets_uri: str, evaluation_uri: str,
    candidate: str, baseline: str,
) -> None:  # fmt: skip
    kinds = {
        "one label": (models["candidate"], evaluation_uri),
        "several labels": (models_of_sets["candidate"], sets_uri),
    }
    both = {"candidate": kinds[candidate][0], "baseline": kinds[baseline][0]}
    gates = GatesConfig(certainty=None, min_accuracy=0, min_recall=0, min_precision=0, min_examples=1)
    gates = gates.model_copy(update={"min_gain_over_majority": None, "retired": ("a", "b", "new", *CLASSES)})
    report, _ = run_gate(tmp_path, both, kinds[candidate][1], gates, is_first_push=False)
    assert [failure.sentence() for failure in Verdict.from_json(report).failures] == [
        "all classes: recall drop could not be measured, bar at most 0.15 (version  gives each clip "
        f"{baseline}, and this model {candidate}; gates.max_recall_drop: 1 lets any drop through, and so this)"
    ]
