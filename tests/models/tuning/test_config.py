"""What a search space may say, and what is said about what it may not."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from models.config import ModelConfig
from models.training.config import TrainingConfig
from models.tuning.config import Range, TunerConfig, assign, describe, searchable, trial_values


def tuner(space: dict[str, Any], **others: Any) -> TunerConfig:
    return TunerConfig.model_validate({"space": space, **others})


def problem(space: dict[str, Any], **others: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        tuner(space, **others)
    (error,) = caught.value.errors()
    return str(error["msg"]).removeprefix("Value error, ")


def test_values_become_those_of_the_keys_own_type() -> None:
    config = tuner({"training.learning_rate": ["1e-3", 1], "training.batch_size": [8, "16"]})
    assert config.space == {"training.learning_rate": (0.001, 1.0), "training.batch_size": (8, 16)}


def test_null_is_a_value_where_the_key_has_it() -> None:
    assert tuner({"training.clip_norm": [None, 1]}).space["training.clip_norm"] == (None, 1.0)
    assert problem({"training.dropout": [None]}) == "training.dropout: Input should be a valid number; found None"


def test_a_configuration_written_as_json_is_the_same_when_it_is_read() -> None:
    space = {
        "training.learning_rate": {"min": 1e-4, "max": 0.1, "log": True},
        "training.augmentation.flip": [True, False],
    }
    config = tuner(space, search="hyperband", epochs=9)
    assert TunerConfig.model_validate_json(config.model_dump_json()) == config


@pytest.mark.parametrize(
    "key", ["learning_rate", "training.lr", "model.height", "training.seed", "training.augmentation"]
)
def test_a_key_that_cannot_be_searched_is_refused(key: str) -> None:
    assert problem({key: [1]}).startswith(f"{key} cannot be searched; what can is network, preset, num_frames of model")


@pytest.mark.parametrize(
    ("key", "candidates", "message"),
    [
        ("training.learning_rate", [0.1, 11], "training.learning_rate: Input should be less than 10; found 11"),
        ("training.learning_rate", [math.inf], "training.learning_rate: Input should be a finite number; found inf"),
        ("training.dropout", [0.1, "0.1"], "training.dropout has a value twice; received [0.1, 0.1]"),
        ("training.batch_size", {"min": 0, "max": 4}, "greater than or equal to 1; found 0"),
        ("training.batch_size", {"min": 1, "max": 4.5}, "number with a fractional part; found 4.5"),
        ("training.optimizer", {"min": 0, "max": 1}, "training.optimizer is no number; give a list of values"),
        ("training.augmentation.flip", {"min": 0, "max": 1}, "training.augmentation.flip is no number"),
        ("training.dropout", {"min": 0.3, "max": 0.3}, "min must be below max; received 0.3 and 0.3"),
        ("training.dropout", {"min": 0, "max": 0.3, "log": True}, "log needs a min above 0; received 0"),
        ("training.dropout", {"min": 0.1, "max": 0.3, "log": True, "step": 1}, "step is a ratio above 1; received 1"),
        ("training.dropout", {"min": 0.1, "max": 0.3, "step": 0}, "Input should be greater than 0"),
        ("training.dropout", [[0.1]], "training.dropout: Input should be a valid number; found [0.1]"),
        ("training.dropout", [], "at least 1 item"),
        ("training.dropout", 0.1, "Input should be a valid tuple"),
    ],
)
def test_impossible_values_are_named(key: str, candidates: Any, message: str) -> None:
    assert message in problem({key: candidates})


def test_a_grid_needs_values_that_can_be_counted() -> None:
    space = {"training.learning_rate": {"min": 0.1, "max": 1}, "training.batch_size": {"min": 2, "max": 4}}
    expected = "a grid needs a list of values, or a range with a step, for training.learning_rate"
    assert problem(space, search="grid") == expected
    assert problem({"training.batch_size": {"min": 2, "max": 4, "log": True}}, search="grid").startswith("a grid needs")
    config = tuner({**space, "training.learning_rate": {"min": 0.1, "max": 1, "step": 0.1}}, search="grid")
    assert config.values("training.batch_size") == (2, 3, 4)
    assert config.num_trials == 30
    assert config.model_copy(update={"max_trials": 7}).num_trials == 7


def test_ranges_with_steps_have_round_values_up_to_their_end() -> None:
    assert Range(min=0, max=0.3, step=0.1).values == (0, 0.1, 0.2, 0.3)
    assert Range(min=0.001, max=10, step=10, log=True).values == (0.001, 0.01, 0.1, 1, 10)
    assert Range(min=0, max=1, step=0.4).values == (0, 0.4, 0.8)


@given(st.floats(1e-6, 1e3), st.floats(1.01, 1e3), st.floats(0.01, 1), st.booleans())
def test_values_of_a_range_lie_in_it(low: float, ratio: float, share: float, log: bool) -> None:
    high = low * ratio
    values = Range(min=low, max=high, log=log, step=ratio**share if log else (high - low) * share).values or ()
    assert list(values) == sorted(values)
    assert values[0] == pytest.approx(low)
    assert values[-1] <= high * (1 + 1e-9)
    assert len(values) == pytest.approx(1 / share, abs=1.01)


def test_all_combinations_are_checked_or_a_thousand_of_them() -> None:
    few = tuner({"training.dropout": [0, 0.5], "training.l1": {"min": 0, "max": 1}})
    assert [tuple(one.values()) for one in few.combinations()] == [(0, 0), (0, 1), (0.5, 0), (0.5, 1)]
    keys = ("dropout", "label_smoothing", "stochastic_depth", "l1")
    many = tuner({f"training.{key}": {"min": 0, "max": 0.9, "step": 0.1} for key in keys})
    assert len(list(many.combinations())) == 1000


def test_a_trials_values_replace_those_of_the_configuration() -> None:
    sections = {"model": ModelConfig().model_dump(), "training": TrainingConfig(clip_norm=1).model_dump()}
    values = {
        "model.preset": "tiny",
        "training.augmentation.mixup": 0.2,
        "training.clip_norm": "none",
        "tuner/epochs": 3,
    }
    changed = assign(sections, trial_values(values))
    assert ModelConfig.model_validate(changed["model"]) == ModelConfig(preset="tiny")
    expected = TrainingConfig.model_validate({"augmentation": {"mixup": 0.2}})
    assert TrainingConfig.model_validate(changed["training"]) == expected
    assert sections["training"]["augmentation"]["mixup"] == 0
    assert describe(trial_values(values)).startswith("model.preset tiny, training.augmentation.mixup 0.2")


def test_what_can_be_searched_does_not_decide_what_transform_makes() -> None:
    assert {key for key in searchable() if key.startswith("model.")} == {
        "model.network",
        "model.preset",
        "model.num_frames",
    }
