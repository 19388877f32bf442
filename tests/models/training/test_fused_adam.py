"""The fused Adam takes the steps of Keras's."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.training.fused_adam import FusedAdam

OPTIONS = [{}, {"weight_decay": 0.1}, {"weight_decay": 0.1, "global_clipnorm": 0.5}]


def walk(optimizer: keras.optimizers.Optimizer, num_steps: int = 5) -> list[np.ndarray]:
    """Where two variables and the optimizer's own end after steps with fixed gradients."""
    random = np.random.default_rng(0)
    shapes = {"kernel": (3, 4), "bias": (5,)}
    variables = [
        keras.Variable(random.normal(size=shape).astype(np.float32), name=name) for name, shape in shapes.items()
    ]
    optimizer.exclude_from_weight_decay(var_names=["bias"])
    optimizer.build(variables)
    for _ in range(num_steps):
        gradients = [tf.constant(random.normal(size=variable.shape), tf.float32) for variable in variables]
        optimizer.apply(gradients, variables)
    return [variable.numpy() for variable in (*variables, *optimizer.variables)]


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_it_takes_the_steps_of_keras_adam(options: dict[str, float]) -> None:
    expected = walk(keras.optimizers.Adam(0.01, **options))
    for value, wanted in zip(walk(FusedAdam(0.01, **options)), expected, strict=True):
        np.testing.assert_allclose(value, wanted, rtol=1e-5, atol=1e-6)


def test_weight_decay_spares_what_is_excluded_from_it() -> None:
    plain, decayed = (walk(FusedAdam(0.01, **options))[:2] for options in OPTIONS[:2])
    assert not np.allclose(decayed[0], plain[0], atol=1e-4)
    np.testing.assert_array_equal(decayed[1], plain[1])
