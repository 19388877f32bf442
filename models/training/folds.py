"""A training without a part of the clips, and what its network then says of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import keras
import numpy as np
import numpy.typing as npt

from models.config import SEVERAL
from models.data import ClipSource
from models.networks.inputs import for_network
from models.networks.outputs import probabilities_of
from models.training.checkpoints import CheckpointFolder
from models.training.distribution import make_strategy
from models.training.feature_batches import See, see_clips
from models.training.job import Job
from models.training.learning import from_summary, learn, up_to_summary
from models.training.preparation import Preparation, prepare
from models.training.thresholds import choose_thresholds


class Answers(NamedTuple):
    """`probabilities`, float32 [clips, classes], and where clips may have several labels the model's `thresholds`, by class."""

    probabilities: npt.NDArray[np.float32]
    thresholds: Mapping[str, float]


def answer(job: Job, held_out: str, see: See = see_clips) -> Answers:
    """Train as the Trainer does, and ask about the clips in a file that is none of the job's.

    The network is one that gives no boxes.

    The checkpoint in the job's `checkpoint_dir` stays, until whoever asks has written the answers down.

    Raises:
      UserError: see `learn`.
    """
    keras.utils.clear_session()
    strategy = make_strategy(job.training)
    prepared = prepare(job)
    keras.utils.set_random_seed(job.training.seed)
    checkpoints = CheckpointFolder(job.config["checkpoint_dir"])
    fitted = learn(prepared, strategy, checkpoints, job.model_run_dir, see=see)
    network = prepared.begin()
    network.set_weights(fitted.weights)
    source = replace(prepared.batches.train, patterns=(held_out,))
    return Answers(ask(prepared, network, source, see), model_thresholds(prepared, network, see))


def model_thresholds(prepared: Preparation, network: keras.Model, see: See = see_clips) -> dict[str, float]:
    """The threshold of each class by what a trained network says of the eval clips; none but where labels are any."""
    model, classes = prepared.job.model, prepared.job.classes
    if model.labels != SEVERAL:
        return {}
    batches = prepared.batches
    chosen = choose_thresholds(ask(prepared, network, batches.evaluation, see), batches.eval_labels)
    return {**dict(zip(classes, map(float, chosen), strict=True)), **model.thresholds}


def ask(
    prepared: Preparation, network: keras.Model, source: ClipSource, see: See = see_clips
) -> npt.NDArray[np.float32]:
    """What a network says of the centre view of each clip, as it would be exported: float32 [clips, classes].

    `network`: computes in float32 and on one device.
    """
    trunk = up_to_summary(network) if prepared.has_encoder else None
    if trunk is not None and not trunk.trainable_weights:
        rest = from_summary(network)
        seen = for_network(rest, (see(prepared.batches, source, trunk), source.numbers()))
        logits = rest(seen, training=False)
    else:
        logits = see_clips(prepared.batches, source, network)
    return np.asarray(probabilities_of(logits, prepared.job.model.labels, prepared.batches.heads), np.float32)
