"""On which devices and machines a training runs."""

import contextlib
from collections.abc import Iterator

import keras
import tensorflow as tf

from foundation.messages.errors import UserError
from models.training.config import TrainingConfig

_ABORTED = "Collective ops is aborted by: "


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
    """Whether this process writes the files: of several workers the first one does."""
    resolver = strategy.cluster_resolver
    return resolver is None or first_worker(resolver) is None


def first_worker(resolver: tf.distribute.cluster_resolver.ClusterResolver) -> str | None:
    """The address of the chief, or of the first worker if none is called so; None if that is this process, or it is alone."""
    cluster = resolver.cluster_spec()
    if not cluster.jobs:
        return None
    first = "chief" if "chief" in cluster.jobs else "worker"
    if (resolver.task_type, resolver.task_id) == (first, 0):
        return None
    return str(cluster.task_address(first, 0))


@contextlib.contextmanager
def explained_loss() -> Iterator[None]:
    """The loss of another worker, which TensorFlow notices when they compute together, becomes an error with what to do.

    Raises:
      UserError: another worker is gone.
    """
    try:
        yield
    except tf.errors.OpError as error:
        _, is_lost, reason = str(error).partition(_ABORTED)
        if not is_lost:
            raise
        raise lost("another worker", reason.splitlines()[0].partition(". ")[0]) from error


def lost(worker: str, sign: str) -> UserError:
    """What to say when a worker is gone; `sign`: what shows it."""
    return UserError(
        f"training.distribution: {worker} of this training is gone ({sign}). Start `clipgate run` and `clipgate worker` on all "
        "machines again: they go on after the last whole epoch"
    )


def synchronize_batch_norm(network: keras.Model) -> None:
    """Let batch normalisation use the statistics of the whole batch instead of each device's part of it.

    Parts are small with clips, and several devices then compute what one would.
    """
    for layer in network._flatten_layers():  # `layers` has no layers of layers
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.synchronized = True
