"""A training from its first or its last epoch to its end."""

import contextlib
import functools
from collections.abc import Callable
from dataclasses import dataclass

import keras
import tensorflow as tf

from foundation.messages.errors import UserError
from foundation.messages.progress import Progress, announce, say, say_ended
from models.training.batches import Batches
from models.training.checkpoints import Arrays, Checkpoint, CheckpointFolder
from models.training.distribution import is_chief
from models.training.duration import learning_equivalent, said_of_duration
from models.training.feature_batches import FeatureBatches
from models.training.history import History, best_epoch, eval_losses, is_over
from models.training.loop import Learner
from models.training.objectives import make_objective
from models.training.optimizers import learning_rates
from models.training.step_watch import watched
from models.training.summaries import Summaries


@dataclass(frozen=True)
class Fitted:
    """The weights of the epoch with the best validation loss, in the order of the network's, and what led there."""

    weights: Arrays
    history: History


def fit(
    build: Callable[[], keras.Model],
    batches: Batches | FeatureBatches,
    strategy: tf.distribute.Strategy,
    checkpoints: CheckpointFolder,
    model_run_dir: str,
    stop_after: int | None = None,
) -> Fitted:
    """Train the network that `build` makes, going on after the checkpoint if there is one.

    `stop_after`: epochs of the schedule's `training.epochs` that are done for now; the checkpoint is for the others.

    Checkpoints, and TensorBoard's logs in `model_run_dir`, are written by the first worker alone.

    Raises:
      UserError: the loss is not a number from the first epoch on, or workers do not see the same checkpoint.
    """
    training = batches.training
    objective = make_objective(training, batches.train_labels, len(batches.classes), batches.heads)
    learner = Learner(build, training, objective, strategy)
    history: History = []
    best: Arrays | None = None
    if checkpoint := checkpoints.load():
        history, best, learner.state = checkpoint.history, checkpoint.best, checkpoint.state
        say(f"resumed after epoch {len(history)}", resumed_after_epoch=len(history))
    _require_common_start(strategy, len(history))
    summaries = Summaries(model_run_dir) if is_chief(strategy) else None
    if summaries:
        for epoch, measures in enumerate(history):
            summaries.write(epoch, measures)

    num_epochs = min(training.epochs, stop_after or training.epochs)
    progress = Progress(num_epochs, "epochs")
    if history:
        progress.advance(len(history))

    def tell(step_seconds: float) -> None:
        eval_steps = -(-len(batches.eval_labels) // training.batch_size)
        num_left = num_epochs - len(history)
        num_steps = learning_equivalent(batches.steps_per_epoch, eval_steps, num_left)
        for sentence in said_of_duration(learner.name, num_left, step_seconds * num_steps):
            announce(sentence)

    train = iter(strategy.distribute_datasets_from_function(functools.partial(batches.training_batches, len(history))))
    train = watched(train, tell)
    evaluation = strategy.distribute_datasets_from_function(batches.evaluation_batches)
    while not is_over(history, num_epochs, training.early_stopping_patience):
        rates = learning_rates(training, len(history), batches.steps_per_epoch, eval_losses(history))
        history.append(learner.train_epoch(train, rates) | learner.evaluate(evaluation))
        if best_epoch(eval_losses(history)) == len(history) - 1:
            best = learner.weights
        if summaries:
            checkpoints.save(Checkpoint(history, learner.state, best))
            summaries.write(len(history) - 1, history[-1])
        progress.advance(detail=_describe(history[-1]))
    if best is None:
        if summaries:
            checkpoints.clear()
        raise UserError(
            f"training diverged: the eval loss was {history[0]['val_loss']} after the first epoch. "
            f"Lower training.learning_rate, which is {training.learning_rate:g}"
        )
    _end_together(strategy)
    return Fitted(best, history)


def _require_common_start(strategy: tf.distribute.Strategy, epoch: int) -> None:
    """All workers go on after the same epoch; they would wait for each other for ever if they did not."""
    number = tf.constant([1, epoch, epoch**2], tf.float64)
    count, total, squares = strategy.reduce("SUM", strategy.run(lambda: tf.identity(number)), axis=None).numpy()
    if count * squares != total**2:
        raise UserError(
            f"the workers found different checkpoints, this one that of epoch {epoch}; "
            "output_dir must be one folder that all of them share"
        )


def _end_together(strategy: tf.distribute.Strategy) -> None:
    """Wait until all workers have done their last epoch. From then on none needs another, and each may leave when it likes.

    TensorFlow has no orderly way to leave: to the others whoever does is lost, and what they compute together fails. Here that
    does no harm.
    """
    if not is_chief(strategy):
        say_ended()
    with contextlib.suppress(tf.errors.OpError):
        strategy.reduce("SUM", strategy.run(lambda: tf.constant(1.0)), axis=None).numpy()


def _describe(measures: dict[str, float]) -> str:
    boxes = "mean IoU {mean_iou:.2f}, eval mean IoU {val_mean_iou:.2f}, " if "mean_iou" in measures else ""
    return boxes.format(**measures) + (
        f"loss {measures['loss']:.2f}, accuracy {measures['accuracy']:.2f}, "
        f"eval loss {measures['val_loss']:.2f}, eval accuracy {measures['val_accuracy']:.2f}; "
        f"{measures['clips_per_second']:.1f} clips/s, {measures['input_wait_share']:.1%} of the time waiting for input"
    )
