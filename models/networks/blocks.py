"""Parts that several networks are made of."""

from collections.abc import Iterator
from typing import NamedTuple

import keras
from keras import layers, ops

from models.networks.normalization import FusedBatchNormalization


class Regularization(NamedTuple):
    """Rates of what a network leaves out at random in training.

    `dropout`: before the logits, and in hidden layers of the backbone; `drop_path`: of stochastic depth in the last residual
    block.
    """

    dropout: float = 0.0
    drop_path: float = 0.0


def batch_norm(name: str, *, gamma: str = "ones", epsilon: float = 1e-3) -> layers.BatchNormalization:
    """Batch normalisation (Ioffe and Szegedy, ICML 2015).

    `gamma` names the initializer of the scale; `epsilon` is added to the variance.
    """
    # Keras's default of 0.99 is for long trainings: after a few hundred steps the moving averages would still be behind.
    return FusedBatchNormalization(momentum=0.9, gamma_initializer=gamma, epsilon=epsilon, name=f"{name}_norm")


def norm_relu(x: keras.KerasTensor, name: str) -> keras.KerasTensor:
    return ops.relu(batch_norm(name)(x))


def drop_path_layer(rate: float, rank: int, name: str) -> layers.Layer:
    """Stochastic depth for a residual branch of `rank` dimensions: in training, whole rows of the batch become zero.

    Huang et al., "Deep Networks with Stochastic Depth", ECCV 2016 (arXiv:1603.09382). What is kept is scaled up instead
    of scaling down in evaluation. Without a rate it is an identity.
    """
    if not rate:
        return layers.Identity(name=f"{name}_drop_path")
    return layers.Dropout(rate, noise_shape=(None, *[1] * (rank - 1)), name=f"{name}_drop_path")


def drop_path_rates(last: float, num_blocks: int) -> Iterator[float]:
    """The rate of each residual block: it grows linearly with depth up to `last`, as in the paper's section 3."""
    return (last * block / num_blocks for block in range(1, num_blocks + 1))
