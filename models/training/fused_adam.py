"""Adam in one pass over the weights."""

from collections.abc import Sequence

import keras
import tensorflow as tf


class FusedAdam(keras.optimizers.Adam):
    """Keras's Adam, with decoupled weight decay if wanted, computed by TensorFlow's fused operation: the same steps.

    Keras composes a step of a dozen operations, each of which reads and writes all of the weights.
    """

    def update_step(self, gradient: tf.Tensor, variable: tf.Variable, learning_rate: tf.Tensor) -> None:
        """Do one step for one variable; Keras has changed its gradient before, as for all optimizers."""
        rate = tf.cast(learning_rate, tf.float32)
        if self.weight_decay and self._use_weight_decay(variable):
            variable.assign(variable * (1 - rate * self.weight_decay))
        step = tf.cast(self.iterations + 1, tf.float32)
        index = self._get_variable_index(variable)
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[index].value.handle,
            v=self._velocities[index].value.handle,
            beta1_power=tf.pow(self.beta_1, step),
            beta2_power=tf.pow(self.beta_2, step),
            lr=rate,
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, tf.float32),
        )

    def _apply_weight_decay(self, variables: Sequence[tf.Variable]) -> None:
        """Do nothing: `update_step` decays the weights in its one pass, for which Keras takes three more."""
