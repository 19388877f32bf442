"""Numeric metadata in Transform: gaps filled and values standardised, both by statistics of the training split."""

from collections.abc import Mapping
from typing import Any

import tensorflow as tf
import tensorflow_transform as tft

from models import features
from models.metadata import PCA_FEATURE, MetadataConfig, Numbers, imputed_feature, value_feature
from models.numbers import dense, pack_statistics, standardise

_MEDIAN_ERROR = 1e-4  # as a share of the ranks; below 1 / (2 * rows) the median is exact


def impute_metadata(inputs: Mapping[str, Any], config: MetadataConfig, numbers: Numbers) -> dict[str, tf.Tensor]:
    """Standardised values and marks of what was imputed, by the names of their features, each float32 [batch].

    With `config.pca` also the principal components, float32 [batch, components], of the standardised values of its columns.
    With `numbers` also the statistics by which a network's are made, float32 [batch, ...], the same in every row: see
    `models.numbers`.

    Mean and variance are those of the numbers that Examples of the training split hold. A gap gets their median if `config`
    says so, otherwise their mean. With `nearest` ingest has filled all gaps, but a request may have one.

    Args:
      inputs: a column's value is a SparseTensor, float32 [batch, at most 1]; with `nearest` its mark is float32 [batch, 1].
    """
    outputs: dict[str, tf.Tensor] = {}
    statistics: dict[str, tf.Tensor] = {}
    for column in config.columns:
        values = dense(inputs[value_feature(column)])  # [batch], NaN in gaps
        known = tf.boolean_mask(values, tf.math.is_finite(values))
        # Beam adds up in any order, on which the last digit of sums in float32 depends.
        exact = tf.cast(known, tf.float64)
        mean, variance = (_or_zero(tf.cast(each, tf.float32)) for each in (tft.mean(exact), tft.var(exact)))
        stand_in = _or_zero(_median(known)) if config.imputation == "median" else mean
        deviation = tf.sqrt(variance)
        statistics[column] = tf.stack([mean, deviation, stand_in])
        is_imputed = (
            inputs[imputed_feature(column)][:, 0] > 0
            if config.imputation == "nearest"
            else tf.zeros_like(values, tf.bool)
        )
        standard, mark = standardise(values, is_imputed, mean, deviation, stand_in)
        outputs[value_feature(column)], outputs[imputed_feature(column)] = standard, mark
    of_components: tuple[tf.Tensor, ...] = ()
    if config.pca:
        vectors = tf.stack([outputs[value_feature(column)] for column in config.pca.select(config.columns)], axis=1)
        # Vectors minus the training split's mean, along its directions of largest variance.
        centre = tft.mean(vectors, reduce_instance_dims=False)
        directions = tft.pca(vectors, config.pca.components, tf.float32)
        outputs[PCA_FEATURE] = tf.matmul(vectors - centre, directions)  # [batch, components]
        if numbers.num_components:
            of_components = centre, directions, _deviations_along(directions, vectors)
    if numbers.width:
        packed = pack_statistics(numbers, statistics, of_components)
        num_clips = tf.shape(outputs[value_feature(config.columns[0])])[0]
        outputs[features.NUMBER_STATISTICS] = tf.tile(packed[tf.newaxis], [num_clips, 1])
    return outputs


def _deviations_along(directions: tf.Tensor, vectors: tf.Tensor) -> tf.Tensor:
    """Standard deviations of the training split's vectors, float32 [batch, size], along directions, [size, components]."""
    # The components themselves would be analysed in a third pass over the data, which Beam's runner did not come to the end of.
    covariance = tft.covariance(vectors, tf.float32)
    return tf.sqrt(tf.maximum(tf.reduce_sum(directions * tf.matmul(covariance, directions), axis=0), 0.0))


def _median(values: tf.Tensor) -> tf.Tensor:
    """The median of the training split; of an even number of values one of the two in the middle."""
    return tf.reshape(tft.quantiles(values, num_buckets=2, epsilon=_MEDIAN_ERROR), [-1])[0]


def _or_zero(statistic: tf.Tensor) -> tf.Tensor:
    """0 in place of NaN, which a statistic of no values is."""
    return tf.where(tf.math.is_finite(statistic), statistic, 0.0)
