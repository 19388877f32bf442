"""Numbers beside the pixels: from raw metadata to what a network sees, in training and in serving alike."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.metadata import ColumnStatistics, Numbers, NumbersCard, imputed_feature, value_feature

# In standard deviations. One absurd value in a request must not become an answer that is not finite.
_LARGEST = 10.0


def standardise(
    values: tf.Tensor, is_imputed: tf.Tensor, mean: tf.Tensor, deviation: tf.Tensor, stand_in: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Standardised values and marks of what was imputed, both float32 and of the shape of `values`.

    Args:
      values: float32 [batch, ...]; what is not finite is a gap, which `stand_in` fills.
      is_imputed: bool, of the same shape: where a value stood in for a gap already.
    """
    is_gap = ~tf.math.is_finite(values)
    filled = tf.where(is_gap, stand_in, values)
    return tf.math.divide_no_nan(filled - mean, deviation), tf.cast(is_gap | is_imputed, tf.float32)


def read_numbers(values: tf.Tensor, is_imputed: tf.Tensor, card: NumbersCard) -> tuple[tf.Tensor, tf.Tensor]:
    """What a network sees of raw values, float32 [batch, width], and which of them are imputed, bool [batch, sources].

    Args:
      values: float32 [batch, sources], not finite where one is not known.
      is_imputed: bool [batch, sources]: where a value stood in for a gap already.
    """
    numbers = card.numbers
    statistics = [(of.mean, of.deviation, of.stand_in) for of in card.columns.values()]
    standard, marks = standardise(values, is_imputed, *tf.unstack(tf.constant(statistics, tf.float32), axis=1))
    num_columns = len(numbers.columns)  # which come first among the sources
    parts, of_parts = [standard[:, :num_columns]], [marks[:, :num_columns]]
    if numbers.num_components:
        indices = [numbers.sources.index(column) for column in numbers.component_columns]
        vectors = tf.gather(standard, indices, axis=1) - tf.constant(card.centre)
        components = tf.matmul(vectors, tf.constant(card.directions))  # [batch, components]
        # The first ones vary far more than the others.
        parts.append(tf.math.divide_no_nan(components, tf.constant(card.component_deviations)))
        of_parts.append(tf.reduce_mean(tf.gather(marks, indices, axis=1), axis=1, keepdims=True))
    vector = tf.clip_by_value(tf.concat([*parts, *of_parts], axis=1), -_LARGEST, _LARGEST)
    vector = tf.ensure_shape(tf.where(tf.math.is_nan(vector), 0.0, vector), [None, numbers.width])
    return vector, marks > 0


def read_example_numbers(examples: tf.Tensor, card: NumbersCard) -> tuple[tf.Tensor, tf.Tensor]:
    """The same as `read_numbers`, of serialized Examples, string [batch]."""
    sources = card.numbers.sources
    if not sources:
        return tf.zeros([tf.size(examples), 0]), tf.zeros([tf.size(examples), 0], tf.bool)
    spec: dict[str, Any] = {value_feature(column): tf.io.VarLenFeature(tf.float32) for column in sources}
    # Only with `nearest` there are such marks in Examples.
    spec |= {imputed_feature(column): tf.io.FixedLenFeature([], tf.float32, 0.0) for column in sources}
    parsed = tf.io.parse_example(examples, spec)
    values = tf.stack([dense(parsed[value_feature(column)]) for column in sources], axis=1)
    is_imputed = tf.stack([parsed[imputed_feature(column)] > 0 for column in sources], axis=1)
    return read_numbers(values, is_imputed, card)


def dense(values: tf.SparseTensor) -> tf.Tensor:
    """Values of a feature that each clip has at most once, float32 [batch]; NaN where there is none."""
    one_each = tf.SparseTensor(values.indices, values.values, [values.dense_shape[0], 1])
    return tf.sparse.to_dense(one_each, default_value=float("nan"))[:, 0]


def unknown_numbers(card: NumbersCard) -> npt.NDArray[np.float32]:
    """What a network sees of a clip of which no number is known: float32 [width]."""
    if not card.numbers.width:
        return np.zeros(0, np.float32)
    nothing = tf.fill([1, len(card.numbers.sources)], np.float32(np.nan))
    return np.asarray(read_numbers(nothing, tf.zeros_like(nothing, tf.bool), card)[0][0])


def pack_statistics(
    numbers: Numbers, columns: Mapping[str, tf.Tensor], of_components: Sequence[tf.Tensor]
) -> tf.Tensor:
    """The statistics of the sources and of the components as one vector, float32, which `unpack_statistics` reads.

    `of_components`: centre, directions and deviations, as in a NumbersCard; they count where the network sees components.
    """
    parts = [columns[column] for column in numbers.sources]
    if numbers.num_components:
        parts += [tf.reshape(part, [-1]) for part in of_components]
    return tf.concat(parts, axis=0)


def unpack_statistics(packed: npt.NDArray[np.float32], numbers: Numbers) -> NumbersCard:
    """The inverse of `pack_statistics`."""
    of_columns, of_components = np.split(packed, [3 * len(numbers.sources)])
    rows = of_columns.reshape(-1, 3).tolist()
    columns = {column: ColumnStatistics(*row) for column, row in zip(numbers.sources, rows, strict=True)}
    if not numbers.num_components:
        return NumbersCard(numbers, columns)
    size, count = len(numbers.component_columns), numbers.num_components
    centre, directions, deviations = np.split(of_components, [size, size + size * count])
    table = tuple(tuple(row) for row in directions.reshape(size, count).tolist())
    return NumbersCard(numbers, columns, tuple(centre.tolist()), table, tuple(deviations.tolist()))
