"""On which devices and machines a training runs."""

import keras
import tensorflow as tf

from foundation.messages.errors import UserError
from models.training.config import TrainingConfig


def make_strategy(training: TrainingConfig) -> tf.distribute.Strategy:
    """TensorFlow's strategy for `training.distribution`.

    Raises:
      UserError: a batch cannot be shared evenly among the devices.
    """
    match training.distribution:
        case "none":
            strategy = tf.distribute.get_strategy()
        case "mirrored":
            devices = tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
            strategy = tf.distribute.MirroredStrategy([device.name for device in devices])
        case "multi_worker":
            strategy = tf.distribute.MultiWorkerMirroredStrategy()
    require_even_shares(training.batch_size, strategy.num_replicas_in_sync)
    return strategy


def require_even_shares(batch_size: int, num_replicas: int) -> None:
    """Every device gets the same number of clips."""
    if batch_size % num_replicas:
        raise UserError(
            f"training.batch_size: {batch_size} clips cannot be shared evenly among {num_replicas} devices; "
            f"choose a multiple of {num_replicas}"
        )


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Whether this process writes the files: of several workers the chief does, or the first if none is called so."""
    resolver = strategy.cluster_resolver
    if resolver is None or not (jobs := resolver.cluster_spec().jobs):
        return True
    return (resolver.task_type, resolver.task_id) == ("chief" if "chief" in jobs else "worker", 0)


def synchronize_batch_norm(network: keras.Model) -> None:
    """Let batch normalisation use the statistics of the whole batch instead of each device's part of it.

    Parts are small with clips, and several devices then compute what one would.
    """
    for layer in network._flatten_layers():  # `layers` has no layers of layers
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True
