"""TFX's own executors: what the Tuner finds is what the Trainer trains with."""

import json
from pathlib import Path
from typing import Any

import pytest
from tfx import v1 as tfx
from tfx.components.trainer.executor import GenericExecutor
from tfx.components.tuner.executor import Executor as TunerExecutor
from tfx.types import artifact_utils, channel_utils, standard_artifacts

from models.card import read_card
from models.config import ModelConfig
from models.data import ClipSource
from models.tuning.config import TunerConfig
from tests.models.clips import write_examples
from tests.models.tuning.searching import job_config


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


def test_the_trainer_uses_the_values_that_the_tuner_has_found(
    inputs: dict[str, Any], model_config: ModelConfig, tmp_path: Path
) -> None:
    search = TunerConfig.model_validate(
        {
            "search": "grid",
            "space": {"training.epochs": [2], "model.num_frames": [1], "training.label_smoothing": [0.5, 0]},
        }
    )
    custom_config = {**job_config(model_config, tmp_path), "tuner": search.model_dump_json()}
    channels = {name: channel_utils.as_channel([one]) for name, one in inputs.items()}
    tuner = tfx.components.Tuner(tuner_fn="models.tuning.search.tuner_fn", custom_config=custom_config, **channels)
    found = artifact(standard_artifacts.HyperParameters, tmp_path / "found")
    results = artifact(standard_artifacts.TunerResults, tmp_path / "results")
    given = {name: [one] for name, one in inputs.items()}
    executor = TunerExecutor(TunerExecutor.Context(tmp_dir=str(tmp_path / "temp"), unique_id="1"))
    executor.Do(given, {"best_hyperparameters": [found], "tuner_results": [results]}, tuner.exec_properties)

    trainer = tfx.components.Trainer(
        run_fn="models.trainer.run_fn",
        hyperparameters=tuner.outputs["best_hyperparameters"],
        custom_config=custom_config,
        train_args=tfx.proto.TrainArgs(),
        eval_args=tfx.proto.EvalArgs(),
        **channels,
    )
    model = artifact(standard_artifacts.Model, tmp_path / "model")
    model_run = artifact(standard_artifacts.ModelRun, tmp_path / "run")
    given["hyperparameters"] = [found]
    GenericExecutor().Do(given, {"model": [model], "model_run": [model_run]}, trainer.exec_properties)

    table = json.loads((tmp_path / "results/tuner_results.json").read_text())
    assert [row["training.label_smoothing"] for row in table] == [0.0, 0.5]
    assert table[0]["score"] < table[1]["score"]
    history = json.loads((tmp_path / "run/history.json").read_text())
    assert len(history["val_loss"]) == 2
    assert history["val_loss"][0] == pytest.approx(table[0]["score"], rel=1e-5)
    (card,) = tmp_path.glob("model/**/assets.extra/clipgate.json")
    assert read_card(card.parents[1]).model["num_frames"] == 1
