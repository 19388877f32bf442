"""A training without a part of the clips, and what its network then says of them."""

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.data import ClipSource
from models.training.checkpoints import CheckpointFolder
from models.training.distribution import make_strategy
from models.training.feature_batches import See, see_clips
from models.training.fit import Fitted
from models.training.job import Job
from models.training.learning import from_summary, learn, up_to_summary
from models.training.preparation import Preparation, prepare

Probabilities = npt.NDArray[np.float32]


def answer(job: Job, held_out: str, see: See = see_clips) -> Probabilities:
    """Train as the Trainer does, and ask about the clips in a file that is none of the job's: float32 [clips, classes].

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
    return _ask(prepared, fitted, ClipSource((held_out,), prepared.batches.train.transform, job.model), see)


def _ask(prepared: Preparation, fitted: Fitted, source: ClipSource, see: See) -> Probabilities:
    """What the network says of the centre view of each clip, in float32 and on one device, as it would be exported."""
    network = prepared.begin()
    network.set_weights(fitted.weights)
    trunk = up_to_summary(network) if prepared.has_encoder else None
    if trunk is not None and not trunk.trainable_weights:
        logits = from_summary(network)(see(prepared.batches, source, trunk), training=False)
    else:
        logits = see_clips(prepared.batches, source, network)
    return np.asarray(tf.nn.softmax(logits), np.float32)
