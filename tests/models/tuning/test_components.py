"""TFX's own executors: what the Tuner finds is what the Trainer trains with."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from tfx.components import Trainer, Tuner
from tfx.components.trainer.executor import GenericExecutor
from tfx.components.tuner.executor import Executor as TunerExecutor
from tfx.proto.trainer_pb2 import EvalArgs, TrainArgs
from tfx.types import artifact_utils, channel_utils, standard_artifacts

from models.config import ModelConfig
from models.data import ClipSource
from models.export_info import read_export_info
from models.training.job import make_job
from models.tuning.config import TunerConfig
from tests.models.clips import write_examples
from tests.models.tuning.searching import SMOOTHING, job_config


def artifact(kind: Any, uri: Path | str) -> Any:
    made = kind()
    made.uri = str(uri)
    return made


@pytest.fixture
def inputs(source: ClipSource, train_examples: list[bytes], tmp_path: Path) -> dict[str, Any]:
    """The artifacts that Tuner and Trainer read."""
    examples = artifact(standard_artifacts.Examples, tmp_path / "examples")
    examples.split_names = artifact_utils.encode_split_names(["train", "eval"])
    for split in ("train", "eval"):
        folder = tmp_path / "examples" / f"Split-{split}"
        folder.mkdir(parents=True)
        write_examples(folder / "clips.gz", train_examples)
    graph = Path(source.transform.transform_savedmodel_dir).parent
    return {"examples": examples, "transform_graph": artifact(standard_artifacts.TransformGraph, graph)}


def search(
    inputs: dict[str, Any], custom_config: dict[str, str], folder: Path, tuner_fn: str = "models.tuning.search.tuner_fn"
) -> dict[str, Any]:
    """Run TFX's Tuner; its outputs."""
    channels = {name: channel_utils.as_channel([one]) for name, one in inputs.items()}
    tuner = Tuner(tuner_fn=tuner_fn, custom_config=custom_config, **channels)
    outputs = {
        "best_hyperparameters": [artifact(standard_artifacts.HyperParameters, folder / "found")],
        "tuner_results": [artifact(standard_artifacts.TunerResults, folder / "results")],
    }
    executor = TunerExecutor(TunerExecutor.Context(tmp_dir=str(folder / "temp"), unique_id="1"))
    executor.Do({name: [one] for name, one in inputs.items()}, outputs, tuner.exec_properties)
    return outputs


@pytest.mark.parametrize(
    "kind",
    [{"search": "random"}, {"search": "bayesian"}, {"search": "hyperband", "epochs": 2, "factor": 2}],
    ids=lambda kind: kind["search"],
)
def test_every_kind_of_search_ends_in_values_that_a_training_takes(
    inputs: dict[str, Any], model_config: ModelConfig, tmp_path: Path, kind: dict[str, Any]
) -> None:
    space = {SMOOTHING: {"min": 0.0, "max": 0.5}}
    section = TunerConfig.model_validate({"space": space, "max_trials": 2, **kind})
    custom_config = {**job_config(model_config, tmp_path), "tuner": section.model_dump_json()}
    search(inputs, custom_config, tmp_path, "tests.models.tuning.searching.untrained_tuner_fn")
    table = json.loads((tmp_path / "results/tuner_results.json").read_text())
    assert [row["score"] for row in table] == sorted(row["score"] for row in table)
    assert len({row[SMOOTHING] for row in table}) == 2
    found = json.loads((tmp_path / "found/best_hyperparameters.txt").read_text())
    training = SimpleNamespace(
        train_files=[f"{inputs['examples'].uri}/Split-train/*"],
        eval_files=[],
        transform_graph_path="",
        serving_model_dir="",
        model_run_dir="",
        base_model=None,
        hyperparameters=found,
        custom_config=custom_config,
    )
    assert make_job(training).training.label_smoothing == table[0][SMOOTHING] < table[1][SMOOTHING]


def test_the_trainer_uses_the_values_that_the_tuner_has_found(
    inputs: dict[str, Any], model_config: ModelConfig, tmp_path: Path
) -> None:
    section = TunerConfig.model_validate(
        {
            "search": "grid",
            "space": {"training.epochs": [2], "model.num_frames": [1], SMOOTHING: [0.5, 0]},
        }
    )
    custom_config = {**job_config(model_config, tmp_path), "tuner": section.model_dump_json()}
    outputs = search(inputs, custom_config, tmp_path)

    trainer = Trainer(
        run_fn="models.trainer.run_fn",
        hyperparameters=channel_utils.as_channel(outputs["best_hyperparameters"]),
        custom_config=custom_config,
        train_args=TrainArgs(),
        eval_args=EvalArgs(),
        **{name: channel_utils.as_channel([one]) for name, one in inputs.items()},
    )
    model = artifact(standard_artifacts.Model, tmp_path / "model")
    model_run = artifact(standard_artifacts.ModelRun, tmp_path / "run")
    given = {name: [one] for name, one in inputs.items()} | {"hyperparameters": outputs["best_hyperparameters"]}
    GenericExecutor().Do(given, {"model": [model], "model_run": [model_run]}, trainer.exec_properties)

    table = json.loads((tmp_path / "results/tuner_results.json").read_text())
    assert [row[SMOOTHING] for row in table] == [0.0, 0.5]
    assert table[0]["score"] < table[1]["score"]
    history = json.loads((tmp_path / "run/history.json").read_text())
    assert len(history["val_loss"]) == 2
    assert history["val_loss"][0] == pytest.approx(table[0]["score"], rel=1e-5)
    (info,) = tmp_path.glob("model/**/assets.extra/clipgate.json")
    assert read_export_info(info.parents[1]).model["num_frames"] == 1
