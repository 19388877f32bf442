"""How long a clip takes in training on this machine, measured on clips of noise."""

import statistics
import time
from collections.abc import Callable

import keras
import numpy as np
import tensorflow as tf

from models.config import ModelConfig
from models.networks.build import build_network
from models.networks.catalogue import NETWORKS
from models.training.config import TrainingConfig
from models.training.learning import up_to_summary
from models.training.loop import Learner
from models.training.objectives import make_objective
from models.training.precision import choose_policy, dtype_policy

_NUM_STEPS = 3
# Large networks take seconds a clip, and small ones less of them in larger batches.
_FEW_CLIPS, _SHORT_STEP_SECONDS = 2, 1.0


def seconds_per_clip(model: ModelConfig, training: TrainingConfig, num_classes: int) -> float:
    """Median over a few steps, after one that traces the network.

    Where an encoder stays as it is, the steps are its own: what follows it takes hardly any time.
    """
    few = min(_FEW_CLIPS, training.batch_size)
    seconds = _step_seconds(model, training, num_classes, few)
    if seconds > _SHORT_STEP_SECONDS or few == training.batch_size:
        return seconds / few
    return _step_seconds(model, training, num_classes, training.batch_size) / training.batch_size


def _step_seconds(model: ModelConfig, training: TrainingConfig, num_classes: int, num_clips: int) -> float:
    def build() -> keras.Model:
        with dtype_policy(choose_policy(training.precision)):
            return build_network(
                model, num_classes=num_classes, dropout=training.dropout, drop_path=training.stochastic_depth
            )

    clips = tf.constant(
        np.random.default_rng(0).integers(0, 256, (num_clips, model.num_frames, model.height, model.width, 3), np.uint8)
    )
    if NETWORKS[model.network].is_pretrained and training.warm_start is None:
        encoder = up_to_summary(build())
        see = tf.function(lambda: encoder(clips, training=False), autograph=False)
        return _median_seconds(see)
    # The optimizer's step does not depend on the batch, so this is of the batch that is meant.
    training = training.model_copy(update={"batch_size": num_clips})
    labels = np.arange(num_clips) % num_classes
    objective = make_objective(training, labels, num_classes)
    learner = Learner(build, training, objective, tf.distribute.get_strategy())
    targets = tf.one_hot(labels, num_classes)
    boxes = (tf.zeros((*clips.shape[:2], 4)), tf.ones(clips.shape[:2])) if model.tracks else ()
    return _median_seconds(lambda: learner.train_epoch(iter([(clips, targets, *boxes)]), [training.learning_rate]))


def _median_seconds(step: Callable[[], object]) -> float:
    times = []
    for _ in range(1 + _NUM_STEPS):
        started = time.perf_counter()
        step()
        times.append(time.perf_counter() - started)
    return statistics.median(times[1:])
