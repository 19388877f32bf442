"""Draws records for an epoch."""

import numpy as np
import numpy.typing as npt
import tensorflow as tf


def draw_copies(strata: npt.NDArray[np.int64], total: int, seed: tf.Tensor) -> tf.Tensor:
    """Number of times that each record is drawn, `total` in all: int64 [records].

    `strata`: of each record, int64 [records]. All strata are drawn equally often, and so are all records of a stratum; where
    that is not possible, `seed` (int64 [2]) decides which are drawn once more.
    """
    _, stratum_of, sizes = np.unique(strata, return_inverse=True, return_counts=True)
    seeds = tf.random.experimental.stateless_split(seed, 2)
    shares = _split_evenly(tf.constant(total, tf.int64), _shuffled_ranks(np.array([len(sizes)]), seeds[0]), len(sizes))
    # Records are sorted by stratum, and at random within it: a position is a rank.
    order = np.argsort(stratum_of, kind="stable")
    ranks = tf.scatter_nd(order[:, np.newaxis], _shuffled_ranks(sizes, seeds[1]), [len(strata)])
    return _split_evenly(tf.gather(shares, stratum_of), ranks, tf.gather(sizes, stratum_of))


def _shuffled_ranks(sizes: npt.NDArray[np.int64], seed: tf.Tensor) -> tf.Tensor:
    """Random permutations of 0..size-1, one after another: int64 [sum of sizes]."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    draws = tf.random.stateless_uniform([len(groups)], seed, dtype=tf.float64)
    order = tf.argsort(draws + groups)
    return tf.cast(order, tf.int64) - starts


def _split_evenly(total: tf.Tensor, rank: tf.Tensor, num_parts: int | tf.Tensor) -> tf.Tensor:
    """The part of the total for this rank; the first ranks have one more."""
    return total // num_parts + tf.cast(rank < total % num_parts, tf.int64)
