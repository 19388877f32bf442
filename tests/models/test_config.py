"""What the `model` and `training` sections accept."""

from typing import Any

import pytest
from pydantic import ValidationError

from models.augmentation.config import AugmentationConfig
from models.config import ModelConfig
from models.training.config import TrainingConfig


def test_clips_are_larger_than_the_input_by_the_margin() -> None:
    config = ModelConfig(height=64, width=80, crop_margin=1.15)
    assert (config.clip_height, config.clip_width) == (74, 92)


def test_without_a_margin_clips_have_the_size_of_the_input() -> None:
    config = ModelConfig(height=63, width=81, crop_margin=1)
    assert (config.clip_height, config.clip_width) == (63, 81)


@pytest.mark.parametrize("classes", [(), ("a",), ("a", "a"), ("a", "b", "a")])
def test_fewer_than_two_different_classes_are_refused_with_what_was_found(classes: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="at least two different labels are needed; received"):
        ModelConfig(classes=classes)


@pytest.mark.parametrize(
    ("section", "values"),
    [
        (TrainingConfig, {"warmup_epochs": float("inf")}),
        (TrainingConfig, {"learning_rate": float("nan")}),
        (TrainingConfig, {"learning_rate": 0}),
        (TrainingConfig, {"optimizer": "lion"}),
        (AugmentationConfig, {"min_time_span": 0}),
        (AugmentationConfig, {"brightness": 1}),
        (AugmentationConfig, {"hue": 0.6}),
        (AugmentationConfig, {"rotation": -1}),
        (TrainingConfig, {"ema_decay": 1}),
        (TrainingConfig, {"clip_norm": 0}),
        (TrainingConfig, {"distribution": "tpu"}),
        (ModelConfig, {"crop_margin": 0.9}),
        (ModelConfig, {"preset": "huge"}),
        (ModelConfig, {"num_frames": 0}),
        (ModelConfig, {"heigth": 64}),
    ],
)
def test_impossible_values_are_refused(section: Any, values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        section(**values)


def test_weight_decay_has_a_default_for_the_optimizers_that_have_it() -> None:
    assert TrainingConfig().decoupled_weight_decay == TrainingConfig(optimizer="sgd").decoupled_weight_decay == 0.01
    assert TrainingConfig(weight_decay=0).decoupled_weight_decay == 0
    assert TrainingConfig(optimizer="adam").decoupled_weight_decay == 0


def test_options_that_exclude_each_other_are_refused_with_a_remedy() -> None:
    with pytest.raises(ValidationError, match=r"weight_decay is 0\.1, but adam has none; choose adamw, or l2"):
        TrainingConfig(optimizer="adam", weight_decay=0.1)
    with pytest.raises(ValidationError, match="class_weights and balanced_sampling both balance the classes"):
        TrainingConfig(class_weights=True, balanced_sampling=True)


def test_sections_cannot_be_changed() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        ModelConfig().height = 5


def test_a_section_comes_back_from_its_json() -> None:
    config = ModelConfig(classes=("b", "a"), resize="pad")
    assert ModelConfig.model_validate_json(config.model_dump_json()) == config


def test_thresholds_are_for_several_labels() -> None:
    assert ModelConfig(labels="several", thresholds={"walk": 0.3}).thresholds == {"walk": 0.3}
    with pytest.raises(ValidationError, match="set labels: several"):
        ModelConfig(thresholds={"walk": 0.3})


def test_a_tracker_gives_one_actor_and_so_one_label() -> None:
    with pytest.raises(ValidationError, match="gives the box of one actor; choose another network"):
        ModelConfig(network="cnn_lstm_tracker", labels="several")
