"""From Examples to a trained model."""

import json
from dataclasses import dataclass
from typing import Any

from tfx.components import Trainer, Transform, Tuner
from tfx.proto.trainer_pb2 import EvalArgs, TrainArgs
from tfx.proto.transform_pb2 import SplitsConfig
from tfx.types.channel import BaseChannel

from components.annotations.splits.config import SPLITS
from components.base_model.component import BaseModelCopy
from pipeline.plan import Plan
from pipeline.stages.data import Data


@dataclass(frozen=True)
class Learning:
    """The candidate, what the Trainer wrote beside it, the model that training began from, and what a search has found.

    `arguments` are those of the Trainer, for another one that is to differ from it in little.
    """

    model: BaseChannel
    model_run: BaseChannel
    base_model: BaseChannel | None
    hyperparameters: BaseChannel | None
    arguments: dict[str, Any]
    components: list[Any]


def make_learning(plan: Plan, data: Data, checkpoint_root: str) -> Learning:
    """Transform, search if that is asked for, and train."""
    config = plan.config
    shared = {
        "model": config.model.model_dump_json(),
        "classes": json.dumps(plan.classes),
        "code_digest": plan.model_digest,
    }
    # Decoded clips are not stored: they are six times larger than their JPEGs and hardly faster to read.
    transform = Transform(
        examples=data.examples,
        schema=data.schema,
        preprocessing_fn="models.preprocessing.preprocessing_fn",
        custom_config={**shared, "metadata": config.data.metadata_config.model_dump_json()},
        splits_config=SplitsConfig(analyze=["train"], transform=list(SPLITS)),
        materialize=False,
        disable_statistics=True,
    )
    if config.checks.on_failure == "stop":
        transform.add_upstream_node(data.annotation_validator)
    base = BaseModelCopy(path=str(plan.base.path), fingerprint=plan.base.fingerprint) if plan.base else None
    base_model = base.outputs["base_model"] if base else None
    arguments: dict[str, Any] = {
        "examples": data.examples,
        "transform_graph": transform.outputs["transform_graph"],
        "schema": data.schema,
        "base_model": base_model,
        "train_args": TrainArgs(splits=["train"]),
        "eval_args": EvalArgs(splits=["eval"]),
        "custom_config": {
            **shared,
            "training": config.training.model_dump_json(),
            "sampling": config.sampling.model_dump_json(),
            "tuner": config.tuner.model_dump_json() if config.tuner else "",
            "training_key": plan.training_key,
            "checkpoint_dir": plan.checkpoint_dir(checkpoint_root),
        },
    }
    tuner = Tuner(tuner_fn="models.tuning.search.tuner_fn", **arguments) if config.tuner else None
    hyperparameters = tuner.outputs["best_hyperparameters"] if tuner else None
    trainer = Trainer(run_fn="models.trainer.run_fn", hyperparameters=hyperparameters, **arguments)
    return Learning(
        model=trainer.outputs["model"],
        model_run=trainer.outputs["model_run"],
        base_model=base_model,
        hyperparameters=hyperparameters,
        arguments=arguments,
        components=[component for component in (transform, base, tuner, trainer) if component is not None],
    )
