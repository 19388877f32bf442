"""The stage from Examples to a trained model."""

import json
from typing import Any, NamedTuple

from tfx.components import Trainer, Transform, Tuner
from tfx.proto.trainer_pb2 import EvalArgs, TrainArgs
from tfx.proto.transform_pb2 import SplitsConfig
from tfx.types.channel import BaseChannel

from components.annotations.splits.config import FOLD_SPLITS, SPLITS
from components.base_model.component import BaseModelCopy
from components.fold_trainer.component import FoldTrainer
from foundation.code_digest import code_digest
from models.config import ModelConfig
from models.networks.catalogue import NETWORKS
from pipeline.places import CHECKPOINTS
from pipeline.plan import TRAINER_MODULE, TRANSFORM_MODULE, TUNER_MODULE, Plan
from pipeline.stages.data import Data


class Learning(NamedTuple):
    """Outputs for the other stages, and `arguments`: those of the Trainer, for `train_single_frame`.

    `answers`: of models that have not seen the clips' groups, if the configuration asks for folds.
    """

    model: BaseChannel
    model_run: BaseChannel
    base_model: BaseChannel | None
    hyperparameters: BaseChannel | None
    answers: BaseChannel | None
    arguments: dict[str, Any]
    components: list[Any]


def make_learning(plan: Plan, data: Data, checkpoint_root: str) -> Learning:
    """Transform the Examples, search for hyperparameters if the configuration asks for it, and train."""
    config = plan.config
    shared = {
        "model": config.model.model_dump_json(),
        "metadata": config.data.metadata_config.model_dump_json(),
        "classes": json.dumps(plan.classes),
    }
    # Decoded clips are not stored: they are six times larger than their JPEGs and hardly faster to read.
    transform = Transform(
        examples=data.examples,
        schema=data.schema,
        preprocessing_fn=f"{TRANSFORM_MODULE}.preprocessing_fn",
        custom_config={
            **shared,
            "code_digest": code_digest(TRANSFORM_MODULE),
        },
        splits_config=SplitsConfig(analyze=["train"], transform=list(SPLITS)),
        materialize=False,
        disable_statistics=True,
    )
    if config.checks.on_failure == "stop":
        transform.add_upstream_node(data.annotation_validator)
    base = (
        BaseModelCopy(path=str(plan.base.path), fingerprint=plan.base.fingerprint, renamed=config.gates.renamed)
        if plan.base
        else None
    )
    base_model = base.outputs["base_model"] if base else None
    arguments: dict[str, Any] = {
        "examples": data.examples,
        "transform_graph": transform.outputs["transform_graph"],
        "schema": data.schema,
        "base_model": base_model,
        "train_args": TrainArgs(splits=list(FOLD_SPLITS) if config.evaluation.folds else ["train"]),
        "eval_args": EvalArgs(splits=["eval"]),
    }
    custom_config = {
        **shared,
        "training": config.training.model_dump_json(),
        "sampling": config.sampling.model_dump_json(),
        "tuner": config.tuner.model_dump_json() if config.tuner else "",
        "recipe": plan.recipe,
        "checkpoint_root": f"{checkpoint_root}/{CHECKPOINTS}",
        "code_digest": code_digest(TRAINER_MODULE),
    }
    tuner = None
    if config.tuner:
        search_config = {**custom_config, "code_digest": code_digest(TUNER_MODULE)}
        tuner = Tuner(tuner_fn=f"{TUNER_MODULE}.tuner_fn", custom_config=search_config, **arguments)
    hyperparameters = tuner.outputs["best_hyperparameters"] if tuner else None
    arguments |= {"run_fn": f"{TRAINER_MODULE}.run_fn", "custom_config": custom_config}
    trainer = Trainer(hyperparameters=hyperparameters, **arguments)
    folds = None
    if config.evaluation.folds:
        folds = FoldTrainer(
            examples=data.examples,
            transform_graph=transform.outputs["transform_graph"],
            ledger=data.ledger,
            custom_config=custom_config,
            num_folds=config.evaluation.folds,
            seed=config.splits.seed,
        )
    return Learning(
        answers=folds.outputs["answers"] if folds else None,
        model=trainer.outputs["model"],
        model_run=trainer.outputs["model_run"],
        base_model=base_model,
        hyperparameters=hyperparameters,
        arguments=arguments,
        components=[component for component in (transform, base, tuner, folds, trainer) if component is not None],
    )


def train_single_frame(plan: Plan, learning: Learning) -> Trainer:
    """Train a network that sees one frame of each clip, otherwise as the candidate: a video network must be better."""
    config, arguments = plan.config, learning.arguments
    custom_config = arguments["custom_config"]
    changes = {
        "model": _single_frame(config.model).model_dump_json(),
        "training": config.training.model_copy(update={"warm_start": None}).model_dump_json(),
        "recipe": f"{custom_config['recipe']}-single-frame",
    }
    arguments = {**arguments, "base_model": None, "custom_config": {**custom_config, **changes}}
    return Trainer(**arguments).with_id("SingleFrameTrainer")


def _single_frame(model: ModelConfig) -> ModelConfig:
    """The single-frame network of the same preset, or else the largest one."""
    presets = NETWORKS["single_frame"].presets
    preset = model.preset if model.preset in presets else presets[-1]
    return model.model_copy(update={"network": "single_frame", "preset": preset})
