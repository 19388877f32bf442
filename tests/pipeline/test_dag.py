"""What a change of the configuration makes TFX run again: a component whose parameters are the same comes from the cache."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tfx.dsl.placeholder.placeholder import Placeholder
from tfx.orchestration.pipeline import Pipeline

from foundation.code_digest import ROOT, code_digest
from models.base_model import BaseModel
from models.export_info import ExportInfo
from pipeline.config import Config
from pipeline.dag import create_pipeline
from pipeline.plan import Plan, make_outline


def plan_of(folder: Path, sections: dict[str, Any]) -> Plan:
    """The plan of a configuration."""
    required = {"output_dir": str(folder), "data": {"annotations": "annotations.csv", "videos": "videos"}}
    return Plan(Config.model_validate(required | sections), ("sit", "wave"), "data")


def pipeline_of(folder: Path, sections: dict[str, Any]) -> Pipeline:
    """The pipeline of a configuration."""
    return create_pipeline(plan_of(folder, sections), str(folder / "pipeline"))


def parameters(folder: Path, sections: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Each component's parameters."""
    return {component.id: dict(component.exec_properties) for component in pipeline_of(folder, sections).components}


@pytest.mark.parametrize(
    ("sections", "changed"),
    [
        ({"beam": {"workers": 2}}, []),
        ({"gates": {"min_recall": 0.9}}, ["AnnotationValidator", "ModelGate"]),
        (
            {"gates": {"min_gain_over_single_frame": 0}},
            ["SingleFrameTrainer", "SingleFrameEvaluator", "ModelGate"],
        ),
        ({"evaluation": {"slices": ["fps"]}}, ["Evaluator"]),
        ({"evaluation": {"ranges": {"duration": [1]}}}, ["Evaluator"]),
        ({"evaluation": {"train": True}}, ["TrainEvaluator"]),
        ({"evaluation": {"folds": 5}}, ["AnnotationValidator", "FoldTrainer", "Trainer", "Evaluator"]),
        ({"serving_validation": {"num_requests": 1}}, ["ServingValidator"]),
        ({"serving_validation": {"docker_image": "tensorflow/serving:2.16.1"}}, ["InfraValidator", "ServingValidator"]),
        ({"push": {"keep_versions": 2}}, ["Pusher"]),
        ({"training": {"seed": 1}}, ["Trainer", "Pusher"]),
        ({"model": {"height": 64}}, ["Transform", "Trainer"]),
        ({"splits": {"seed": 1}}, ["AnnotationValidator", "VideoExampleGen", "Trainer"]),
        ({"tuner": {"space": {"training.dropout": [0, 0.5]}}}, ["Tuner", "Trainer"]),
        (
            {"sampling": {"num_frames": 32}},
            ["AnnotationValidator", "VideoExampleGen", "VideoSchemaGen", "Trainer"],
        ),
        ({"checks": {"few_groups": 9}}, ["AnnotationValidator"]),
        # A run trains on what the annotations say, whatever people decided about them since.
        ({"checks": {"decisions": "decided.jsonl"}}, []),
    ],
    ids=str,
)
def test_a_change_of_the_configuration_changes_the_parameters_of_what_it_decides(
    tmp_path: Path, sections: dict[str, Any], changed: list[str]
) -> None:
    before, after = parameters(tmp_path, {}), parameters(tmp_path, sections)
    assert [name for name in after if after[name] != before.get(name)] == changed


def test_a_run_that_looks_again_hands_the_digest_of_the_data_to_what_reads_them_and_no_artifact_carries_it(
    tmp_path: Path,
) -> None:
    components = create_pipeline(plan_of(tmp_path, {}), "root", looks_again=True).components
    assert components[0].id == "DataDigest"
    given = [
        (each.id, name)
        for each in components
        for name, value in each.exec_properties.items()
        if isinstance(value, Placeholder)
    ]
    # All else follows from the Examples.
    assert given == [("AnnotationValidator", "fingerprint"), ("VideoExampleGen", "fingerprint")]
    inputs = [channel for each in components for channel in each.inputs.values()]
    assert all(channel is not components[0].outputs["digest"] for channel in inputs)


def test_other_data_change_the_parameters_of_what_reads_them_alone(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, {})
    before, after = (
        {each.id: dict(each.exec_properties) for each in create_pipeline(of, str(tmp_path)).components}
        for of in (plan, replace(plan, data_digest="grown"))
    )
    assert [name for name in after if after[name] != before[name]] == ["AnnotationValidator", "VideoExampleGen"]


FOLDS = {"evaluation": {"folds": 5}}

# Of the pipeline with all that a configuration can ask for; the other components are TFX's and run none of our code.
CODE = {
    "DataDigest": "components.data_digest.component",
    "AnnotationValidator": "components.annotation_validator.component",
    "VideoExampleGen": "components.video_example_gen.component",
    "VideoSchemaGen": "components.video_schema_gen.component",
    "Transform": "models.preprocessing",
    "BaseModelCopy": "components.base_model.component",
    "Tuner": "models.tuning.search",
    "Trainer": "models.trainer",
    "FoldTrainer": "components.fold_trainer.component",
    "Baseline": "components.baseline.component",
    "Evaluator": "components.evaluator",
    "TrainEvaluator": "components.evaluator",
    "BaseEvaluator": "components.evaluator",
    "SingleFrameTrainer": "models.trainer",
    "SingleFrameEvaluator": "components.evaluator",
    "ModelGate": "components.model_gate.component",
    "ServingValidator": "components.serving_validator.component",
    "Pusher": "components.pusher.component",
    "Reporter": "components.reporter.component",
}


def test_every_component_that_runs_our_code_has_its_digest_among_its_parameters(tmp_path: Path) -> None:
    sections = {
        "output_dir": str(tmp_path),
        "data": {"annotations": "annotations.csv", "videos": "videos"},
        "tuner": {"space": {"training.dropout": [0, 0.5]}},
        "training": {"warm_start": {}},
        "evaluation": {"train": True},
        "gates": {"max_forgetting": 0.1, "min_gain_over_single_frame": 0},
        "serving_validation": {"docker_image": "tensorflow/serving"},
    }
    (tmp_path / "network.weights.h5").write_bytes(b"weights")
    base = BaseModel(tmp_path, tmp_path / "network.weights.h5", ExportInfo(("sit", "wave"), {}, {}, "key"))
    plan = Plan(Config.model_validate(sections), ("sit", "wave"), "data", base)
    components = create_pipeline(plan, "root", looks_again=True).components
    # Trainings without a fold allow for little beside themselves.
    components += [each for each in pipeline_of(tmp_path, FOLDS).components if each.id == "FoldTrainer"]
    found = {component.id: digest for component in components if (digest := code_digest_of(component.exec_properties))}
    assert found == {name: code_digest(entry) for name, entry in CODE.items()}
    assert {component.id for component in components} - set(CODE) == {
        "StatisticsGen",
        "ExampleValidator",
        "InfraValidator",
    }
    ours = {path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.glob("components/*/component.py")}
    assert ours <= {type(component).__module__.replace(".", "/") for component in components}


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"training": {"warm_start": {}}, "gates": {"max_forgetting": 0.1}, "evaluation": {"train": True}},
        {"evaluation": {"folds": 5}},
        {"tuner": {"space": {"training.dropout": [0, 0.5]}}, "gates": {"min_gain_over_single_frame": 0}},
    ],
    ids=str,
)
def test_an_outline_needs_no_data_and_has_the_components_and_parameters_of_a_plan(
    tmp_path: Path, sections: dict[str, Any]
) -> None:
    required = {"output_dir": "s3://no/such/place", "data": {"annotations": "s3://no/such", "videos": "s3://no"}}
    outline = make_outline(Config.model_validate(required | sections))
    (tmp_path / "network.weights.h5").write_bytes(b"weights")
    base = BaseModel(tmp_path, tmp_path / "network.weights.h5", None) if "warm_start" in str(sections) else None
    plan = replace(plan_of(tmp_path, sections), base=base)
    shown, planned = (
        {each.id: (set(each.inputs), set(each.exec_properties)) for each in create_pipeline(of, "root").components}
        for of in (outline, plan)
    )
    assert shown == planned


def code_digest_of(parameters: dict[str, Any]) -> str | None:
    return parameters.get("code_digest") or json.loads(parameters.get("custom_config", "{}")).get("code_digest")


def test_edges_for_a_column_of_metadata_need_no_more_than_another_evaluation(tmp_path: Path) -> None:
    data = {"annotations": "annotations.csv", "videos": "videos", "metadata": ["age"]}
    before = parameters(tmp_path, {"data": data})
    after = parameters(tmp_path, {"data": data, "evaluation": {"ranges": {"age": [18, 65]}}})
    assert [name for name in after if after[name] != before[name]] == ["Evaluator"]


def test_the_checks_run_again_when_the_previous_span_changes(tmp_path: Path) -> None:
    config = {"output_dir": str(tmp_path), "data": {"annotations": "annotations.csv", "videos": "videos"}}
    plan = Plan(Config.model_validate(config), ("sit", "wave"), "data")
    before, after = (
        {each.id: dict(each.exec_properties) for each in create_pipeline(of, str(tmp_path)).components}
        for of in (plan, replace(plan, previous_digest="other"))
    )
    assert [name for name in after if after[name] != before[name]] == ["AnnotationValidator"]


def test_the_pusher_runs_again_when_its_model_was_withdrawn(tmp_path: Path) -> None:
    before = parameters(tmp_path, {})
    withdrawn = tmp_path / "serving/action/withdrawn/1"
    ExportInfo(("sit", "wave"), {}, {}, plan_of(tmp_path, {}).training_key).write(withdrawn)
    (withdrawn / "saved_model.pb").write_bytes(b"")
    after = parameters(tmp_path, {})
    assert [name for name in after if after[name] != before[name]] == ["Pusher"]


@pytest.mark.parametrize("gates", [{}, {"max_forgetting": 0.1}], ids=str)
def test_a_base_model_is_an_input_of_the_training_and_is_evaluated_where_a_gate_needs_it(
    tmp_path: Path, gates: dict[str, float]
) -> None:
    (tmp_path / "network.weights.h5").write_bytes(b"weights")
    base = BaseModel(tmp_path, tmp_path / "network.weights.h5", ExportInfo(("sit", "wave"), {}, {}, "key"))
    sections = {
        "output_dir": str(tmp_path),
        "data": {"annotations": "annotations.csv", "videos": "videos"},
        "training": {"warm_start": {}},
        "gates": gates,
    }
    plan = Plan(Config.model_validate(sections), ("sit", "wave"), "data", base)
    components = {component.id: component for component in create_pipeline(plan, "root").components}
    assert components["Trainer"].inputs["base_model"] == components["BaseModelCopy"].outputs["base_model"]
    assert components["BaseModelCopy"].exec_properties["fingerprint"] == base.fingerprint
    assert ("BaseEvaluator" in components) is ("base_evaluation" in components["ModelGate"].inputs) is bool(gates)


def test_principal_components_are_computed_without_reading_the_videos_again(tmp_path: Path) -> None:
    data = {"annotations": "annotations.csv", "videos": "videos", "metadata": ["x_1", "x_2"]}
    before = parameters(tmp_path, {"data": data})
    after = parameters(tmp_path, {"data": {**data, "pca": {"columns": ["x_*"], "components": 1}}})
    assert [name for name in after if after[name] != before[name]] == ["Transform", "Trainer"]


@pytest.mark.parametrize(("on_failure", "waits"), [("warn", False), ("stop", True)])
def test_transform_waits_for_the_checks_where_they_may_stop_a_run(tmp_path: Path, on_failure: str, waits: bool) -> None:
    pipeline = pipeline_of(tmp_path, {"checks": {"on_failure": on_failure}})
    components = {component.id: component for component in pipeline.components}
    # They come first, so that on one machine no video is decoded in vain.
    assert next(iter(components)) == "AnnotationValidator"
    assert (components["AnnotationValidator"] in components["Transform"].upstream_nodes) is waits


def test_there_is_a_tuner_where_the_configuration_has_a_search_and_the_trainer_waits_for_it(tmp_path: Path) -> None:
    without = {component.id: component for component in pipeline_of(tmp_path, {}).components}
    assert "Tuner" not in without
    assert "hyperparameters" not in without["Trainer"].inputs
    sections = {"tuner": {"space": {"training.dropout": [0, 0.5]}}}
    components = {component.id: component for component in pipeline_of(tmp_path, sections).components}
    assert components["Trainer"].inputs["hyperparameters"] is components["Tuner"].outputs["best_hyperparameters"]


def test_the_floor_of_a_single_frame_differs_from_the_candidate_in_its_network_alone(tmp_path: Path) -> None:
    found = parameters(tmp_path, {"gates": {"min_gain_over_single_frame": 0}, "model": {"preset": "small"}})
    candidate, floor = (json.loads(found[name]["custom_config"]) for name in ("Trainer", "SingleFrameTrainer"))
    assert {name for name in floor if floor[name] != candidate[name]} == {"model", "recipe"}
    networks = [json.loads(config["model"]) for config in (candidate, floor)]
    assert networks[1] == networks[0] | {"network": "single_frame"}


def test_a_network_of_a_size_that_single_frames_have_not_is_compared_with_the_largest(tmp_path: Path) -> None:
    found = parameters(tmp_path, {"gates": {"min_gain_over_single_frame": 0}, "model": {"preset": "r2plus1d_34"}})
    model = json.loads(json.loads(found["SingleFrameTrainer"]["custom_config"])["model"])
    assert (model["network"], model["preset"]) == ("single_frame", "resnet_18")


def test_tensorflow_serving_in_a_container_is_asked_where_the_configuration_names_an_image(tmp_path: Path) -> None:
    validation = {"docker_image": "registry:5000/serving:2.16.1", "num_requests": 3}
    pipeline = pipeline_of(tmp_path, {"serving_validation": validation})
    components = {component.id: component for component in pipeline.components}
    blessing = components["InfraValidator"].outputs["blessing"]
    assert components["ServingValidator"].inputs["container_blessing"] is blessing
    asked = components["InfraValidator"].exec_properties
    image = json.loads(asked["serving_spec"])["tensorflow_serving"]
    assert image == {"image_name": "registry:5000/serving", "tags": ["2.16.1"]}
    assert json.loads(asked["request_spec"])["num_examples"] == 3


def test_with_folds_the_answers_are_judged_and_the_model_learns_from_the_test_split_too(tmp_path: Path) -> None:
    components = {component.id: component for component in pipeline_of(tmp_path, FOLDS).components}
    answers = components["FoldTrainer"].outputs["answers"]
    assert all(components[name].inputs["answers"] is answers for name in ("Evaluator", "ModelGate", "Pusher"))
    # Neither this model nor the last pushed one is asked about clips that it has learned from.
    assert not {"model", "baseline_model"} & set(components["Evaluator"].inputs)
    assert json.loads(components["Evaluator"].exec_properties["example_splits"]) == ["train", "test"]
    assert json.loads(components["Trainer"].exec_properties["train_args"])["splits"] == ["train", "test"]


def test_trainings_without_a_fold_are_as_that_of_the_model(tmp_path: Path) -> None:
    found = parameters(tmp_path, FOLDS)
    of_folds, of_model = (json.loads(found[name]["custom_config"]) for name in ("FoldTrainer", "Trainer"))
    assert of_folds == of_model


def test_another_number_of_folds_does_not_train_the_model_again(tmp_path: Path) -> None:
    five, six = (parameters(tmp_path, {"evaluation": {"folds": number}}) for number in (5, 6))
    assert [name for name in six if six[name] != five[name]] == ["FoldTrainer"]
