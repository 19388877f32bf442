"""Optimizers and learning rates."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.training.config import TrainingConfig
from models.training.optimizers import decayed_weights, learning_rates, make_optimizer


def rates(training: TrainingConfig, steps_per_epoch: int, losses: tuple[float, ...] = ()) -> list[float]:
    """The learning rate of each step of a training."""
    epochs = (learning_rates(training, i, steps_per_epoch, losses[:i]) for i in range(training.epochs))
    return [rate for epoch in epochs for rate in epoch]


def small_network() -> keras.Model:
    inputs = keras.Input((4,))
    return keras.Model(inputs, keras.layers.BatchNormalization()(keras.layers.Dense(3)(inputs)))


def step(training: TrainingConfig, gradient: float, num_replicas: int = 1) -> dict[str, float]:
    """Mean of each weight, all of them 1, after a step of rate 0.1 with the same gradient everywhere."""
    model = small_network()
    model.set_weights([np.ones(weight.shape) for weight in model.weights])
    optimizer = make_optimizer(training, num_replicas)
    optimizer.learning_rate = 0.1
    gradients = [tf.fill(weight.shape, gradient) for weight in model.trainable_weights]
    optimizer.apply(gradients, model.trainable_weights)
    return {weight.name: float(np.mean(weight.numpy())) for weight in model.trainable_weights}


def test_the_rate_warms_up_from_zero_peaks_and_ends_near_zero() -> None:
    values = rates(TrainingConfig(epochs=10, warmup_epochs=2, learning_rate=0.01), steps_per_epoch=10)
    assert values[0] == 0
    assert np.argmax(values) == 20
    assert values[20] == pytest.approx(0.01)
    assert values[60] == pytest.approx(0.005)
    assert np.all(np.diff(values[:21]) > 0)
    assert np.all(np.diff(values[20:]) < 0)
    assert values[-1] < 1e-4


def test_a_constant_rate_is_constant_after_the_warm_up() -> None:
    values = rates(TrainingConfig(epochs=4, warmup_epochs=1, learning_rate=0.01, schedule="constant"), 10)
    assert values[5] == pytest.approx(0.005)
    assert values[10:] == pytest.approx([0.01] * 30)


def test_steps_go_down_every_so_many_epochs_after_the_warm_up() -> None:
    training = TrainingConfig(
        epochs=6, warmup_epochs=1, learning_rate=1, schedule="step", decay_epochs=2, decay_factor=0.5
    )
    assert rates(training, 2)[2:] == [1] * 4 + [0.5] * 4 + [0.25] * 2


def test_a_plateau_lowers_the_rate_and_the_count_begins_anew() -> None:
    training = TrainingConfig(
        epochs=8, warmup_epochs=0, learning_rate=1, schedule="plateau", plateau_patience=2, decay_factor=0.5
    )
    losses = (5.0, 6.0, 5.0, 4.0, float("nan"), 4.0, 4.0, 4.0)
    assert rates(training, 1, losses) == [1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]


@pytest.mark.parametrize("schedule", ["cosine", "constant", "step", "plateau"])
def test_without_a_warm_up_training_begins_at_the_full_rate(schedule: Any) -> None:
    values = rates(TrainingConfig(epochs=2, warmup_epochs=0, learning_rate=0.01, schedule=schedule), 5, (1.0, 1.0))
    assert values[0] == pytest.approx(0.01)


@pytest.mark.parametrize(("epochs", "warmup_epochs", "steps_per_epoch"), [(1, 2, 1), (1, 5, 3), (3, 100, 2)])
def test_a_training_shorter_than_its_warm_up_still_has_rates(
    epochs: int, warmup_epochs: int, steps_per_epoch: int
) -> None:
    values = rates(TrainingConfig(epochs=epochs, warmup_epochs=warmup_epochs), steps_per_epoch)
    assert np.isfinite(values).all()
    assert max(values) > 0


@pytest.mark.parametrize("optimizer", ["adamw", "sgd"])
def test_weight_decay_spares_biases_and_normalisation(optimizer: Any) -> None:
    values = step(TrainingConfig(optimizer=optimizer, weight_decay=0.5), gradient=0)
    assert values.pop("kernel") == pytest.approx(0.95)
    assert values == {"bias": 1, "gamma": 1, "beta": 1}
    assert [weight.name for weight in decayed_weights(small_network())] == ["kernel"]


def test_adam_has_no_weight_decay_and_adamw_has_some() -> None:
    assert step(TrainingConfig(optimizer="adam"), gradient=0)["kernel"] == 1
    assert step(TrainingConfig(optimizer="adamw"), gradient=0)["kernel"] == pytest.approx(1 - 0.1 * 0.01)


def test_the_optimizers_take_their_own_steps() -> None:
    # Adam's first step is as long as the rate; that of SGD with Nesterov's momentum is 1.9 times the gradient's.
    assert step(TrainingConfig(optimizer="adam"), gradient=0.01)["bias"] == pytest.approx(0.9, abs=1e-4)
    assert step(TrainingConfig(optimizer="sgd"), gradient=0.01)["bias"] == pytest.approx(1 - 0.1 * 1.9 * 0.01)


@pytest.mark.parametrize("num_replicas", [1, 2])
def test_long_gradients_are_cut_to_this_replicas_share_of_the_norm(num_replicas: int) -> None:
    training = TrainingConfig(optimizer="sgd", weight_decay=0, clip_norm=0.5)
    num_values = 4 * 3 + 3 + 3 + 3
    expected = 0.5 / num_replicas / num_values**0.5
    assert step(training, 7.0, num_replicas)["kernel"] == pytest.approx(1 - 0.1 * 1.9 * expected)
    assert step(training, 0.01, num_replicas)["kernel"] == pytest.approx(1 - 0.1 * 1.9 * 0.01)
