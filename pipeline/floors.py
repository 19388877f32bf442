"""Floors: what a model must be better than, as far as that has to be trained first."""

from typing import Any

from tfx.components import Trainer

from models.config import ModelConfig
from models.networks.catalogue import NETWORKS
from pipeline.plan import Plan


def single_frame_trainer(plan: Plan, checkpoint_root: str, training: dict[str, Any]) -> Any:
    """A Trainer like the candidate's, whose arguments are `training`, for a network that sees one frame of each clip."""
    config = plan.config
    changes = {
        "model": _single_frame(config.model).model_dump_json(),
        "training": config.training.model_copy(update={"warm_start": None}).model_dump_json(),
        "training_key": f"{plan.training_key}-single-frame",
        "checkpoint_dir": f"{plan.checkpoint_dir(checkpoint_root)}-single-frame",
    }
    custom_config = {**training["custom_config"], **changes}
    arguments = {**training, "base_model": None, "custom_config": custom_config}
    return Trainer(run_fn="models.trainer.run_fn", **arguments).with_id("SingleFrameTrainer")


def _single_frame(model: ModelConfig) -> ModelConfig:
    """The network of the same size where there is one, otherwise the largest."""
    presets = NETWORKS["single_frame"].presets
    preset = model.preset if model.preset in presets else presets[-1]
    return model.model_copy(update={"network": "single_frame", "preset": preset})
