"""Numeric metadata in Transform: gaps filled and values standardised, both by statistics of the training split."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from models.metadata import PCA_FEATURE, MetadataConfig, imputed_feature, value_feature

_MEDIAN_ERROR = 1e-4  # as a share of the ranks; below 1 / (2 * rows) the median is exact


def impute_metadata(inputs: Mapping[str, Any], config: MetadataConfig) -> dict[str, tf.Tensor]:
    """Standardised values and marks of what was imputed, by the names of their features, each float32 [batch].

    With `config.pca` also the principal components, float32 [batch, components], of the standardised values of its columns.

    Mean and variance are those of the numbers that Examples of the training split hold. A gap gets their median if `config`
    says so, otherwise their mean. With `nearest` ingest has filled all gaps, but a request may have one.

    Args:
      inputs: a column's value is a SparseTensor, float32 [batch, at most 1]; with `nearest` its mark is float32 [batch, 1].
    """
    outputs: dict[str, tf.Tensor] = {}
    for column in config.columns:
        values = _dense(inputs[value_feature(column)])  # [batch], NaN in gaps
        is_gap = ~tf.math.is_finite(values)
        known = tf.boolean_mask(values, ~is_gap)
        # Beam adds up in any order, on which the last digit of sums in float32 depends.
        exact = tf.cast(known, tf.float64)
        mean, variance = (_or_zero(tf.cast(each, tf.float32)) for each in (tft.mean(exact), tft.var(exact)))
        stand_in = _or_zero(_median(known)) if config.imputation == "median" else mean
        filled = tf.where(is_gap, stand_in, values)
        outputs[value_feature(column)] = tf.math.divide_no_nan(filled - mean, tf.sqrt(variance))
        is_imputed = is_gap
        if config.imputation == "nearest":
            is_imputed |= inputs[imputed_feature(column)][:, 0] > 0
        outputs[imputed_feature(column)] = tf.cast(is_imputed, tf.float32)
    if config.pca:
        vector = [outputs[value_feature(column)] for column in config.pca.select(config.columns)]
        outputs[PCA_FEATURE] = _principal_components(tf.stack(vector, axis=1), config.pca.components)
    return outputs


def _principal_components(vectors: tf.Tensor, num_components: int) -> tf.Tensor:
    """Vectors, float32 [batch, size], minus the training split's mean, along its directions of largest variance."""
    centred = vectors - tft.mean(vectors, reduce_instance_dims=False)
    return tf.matmul(centred, tft.pca(vectors, num_components, tf.float32))  # [batch, num_components]


def _dense(values: tf.SparseTensor) -> tf.Tensor:
    one_each = tf.SparseTensor(values.indices, values.values, [values.dense_shape[0], 1])
    return tf.sparse.to_dense(one_each, default_value=float("nan"))[:, 0]


def _median(values: tf.Tensor) -> tf.Tensor:
    """The median of the training split; of an even number of values one of the two in the middle."""
    return tf.reshape(tft.quantiles(values, num_buckets=2, epsilon=_MEDIAN_ERROR), [-1])[0]


def _or_zero(statistic: tf.Tensor) -> tf.Tensor:
    """0 in place of NaN, which a statistic of no values is."""
    return tf.where(tf.math.is_finite(statistic), statistic, 0.0)
