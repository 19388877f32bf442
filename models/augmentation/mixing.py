"""Mixing of clips with one another: mixup and cutmix.

Sources: Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018 (arXiv:1710.09412), and Yun et al., "CutMix:
Regularization Strategy to Train Strong Classifiers with Localizable Features", ICCV 2019 (arXiv:1905.04899). A clip is mixed
with the one before it in the shuffled batch, in the same way in all of its frames.
"""

from typing import Any, NamedTuple

import tensorflow as tf

from models.augmentation.config import AugmentationConfig
from models.networks.inputs import joined, parts_of


class Mixture(NamedTuple):
    """Mixture of a clip: `share` of the other clip, cut out around `centre` (y, x, relative) or else blended."""

    share: tf.Tensor
    is_cut: tf.Tensor
    centre: tf.Tensor


def draw_mixture(config: AugmentationConfig, seed: tf.Tensor) -> Mixture:
    """A random mixture for one clip; with both mixup and cutmix on, each is as likely. `seed`: int64 [2]."""
    seeds = tf.random.experimental.stateless_split(seed, 2)
    draws = tf.random.stateless_uniform([3], seeds[0])
    both = bool(config.mixup and config.cutmix)
    is_cut = draws[0] < 0.5 if both else tf.constant(config.cutmix > 0)
    alpha = tf.where(is_cut, float(config.cutmix), float(config.mixup))
    # The ratio of two Gamma variables is a Beta variable.
    gammas = tf.random.stateless_gamma([2], seeds[1], alpha)
    return Mixture(tf.math.divide_no_nan(gammas[0], tf.reduce_sum(gammas)), is_cut, draws[1:])


def mix(inputs: Any, targets: tf.Tensor, mixture: Mixture) -> tuple[Any, tf.Tensor]:
    """Mix every clip of a batch with the one before it; a target is mixed by the share of pixels of the other clip.

    So are numbers beside the pixels: what is half of a target is half of what there is to see.

    `inputs`: clips, uint8 [batch, time, height, width, 3], or a tuple of these and of numbers, float32 [batch, width];
    `targets`: float32 [batch, classes]; `mixture`: of each clip, [batch, ...].
    """
    clips, *numbers = parts_of(inputs)
    shares = _pixel_shares(mixture, clips.shape[2], clips.shape[3])  # [batch, height, width]
    weights = shares[:, tf.newaxis, :, :, tf.newaxis]  # [batch, 1, height, width, 1]
    values = tf.cast(clips, tf.float32)
    values += (tf.roll(values, 1, axis=0) - values) * weights
    share = tf.reduce_mean(shares, axis=(1, 2))[:, tf.newaxis]
    *numbers, targets = (one + (tf.roll(one, 1, axis=0) - one) * share for one in (*numbers, targets))
    return joined((tf.saturate_cast(tf.round(values), tf.uint8), *numbers)), targets


def _pixel_shares(mixture: Mixture, height: int, width: int) -> tf.Tensor:
    """The other clip's share of each pixel: float32 [batch, height, width]."""
    half_side = tf.sqrt(mixture.share)[:, tf.newaxis] / 2  # relative to height and width

    def is_inside(size: int, centre: tf.Tensor) -> tf.Tensor:
        positions = (tf.range(size, dtype=tf.float32) + 0.5) / size
        return tf.abs(positions - centre[:, tf.newaxis]) < half_side  # [batch, size]

    rows, columns = is_inside(height, mixture.centre[:, 0]), is_inside(width, mixture.centre[:, 1])
    cut = tf.cast(rows[:, :, tf.newaxis] & columns[:, tf.newaxis, :], tf.float32)
    return tf.where(mixture.is_cut[:, tf.newaxis, tf.newaxis], cut, mixture.share[:, tf.newaxis, tf.newaxis])
