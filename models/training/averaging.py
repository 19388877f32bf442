"""A moving average of a network's weights, which often generalises better than the last ones.

Source: Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992; in this exponential form as in
Tarvainen and Valpola, "Mean teachers are better role models", NeurIPS 2017 (arXiv:1703.01780).
"""

import keras
import tensorflow as tf


class WeightAverage:
    """The average of all weights, moving statistics of normalisation included; to be made in the strategy's scope."""

    def __init__(self, network: keras.Model, decay: float) -> None:
        self._decay = decay
        self._weights = [weight.value for weight in network.weights]
        self._averages = [_mirrored(weight) for weight in self._weights]
        self._num_updates = _mirrored(tf.constant(0.0))

    @property
    def variables(self) -> list[tf.Variable]:
        """The whole state: the averages, in the order of the network's weights, and the number of updates."""
        return [*self._averages, self._num_updates]

    def update(self) -> None:
        """Count the weights of one more step in; each replica calls it."""
        self._num_updates.assign(self._num_updates + 1.0)
        # In the first steps the average would stay close to the weights that training started from.
        decay = tf.minimum(self._decay, (1 + self._num_updates) / (10 + self._num_updates))
        for average, weight in zip(self._averages, self._weights, strict=True):
            average.assign(average + (1 - decay) * (weight - average))


def _mirrored(value: tf.Tensor) -> tf.Variable:
    # All replicas compute the same, so any of them will do.
    return tf.Variable(value, trainable=False, aggregation=tf.VariableAggregation.ONLY_FIRST_REPLICA)
