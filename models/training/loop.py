"""The training loop, in one object that holds all that changes while a network learns."""

import contextlib
import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import keras
import tensorflow as tf

from models.iou import iou
from models.networks.outputs import Outputs, is_tracker, outputs_of
from models.training.averaging import WeightAverage
from models.training.checkpoints import Arrays
from models.training.config import TrainingConfig
from models.training.distribution import synchronize_batch_norm
from models.training.losses import box_losses, weight_penalty
from models.training.objectives import Objective
from models.training.optimizers import decayed_weights, make_optimizer

Measures = dict[str, float]


class Learner:
    """A network on the devices of a strategy, its optimizer and, if wanted, the average of its weights."""

    def __init__(
        self,
        build: Callable[[], keras.Model],
        training: TrainingConfig,
        objective: Objective,
        strategy: tf.distribute.Strategy,
    ) -> None:
        """`build` makes the network in the precision that it computes in."""
        self._training = training
        self._objective = objective
        self._strategy = strategy
        self._num_replicas = strategy.num_replicas_in_sync
        with strategy.scope():
            self._network = build()
            optimizer = make_optimizer(training, self._num_replicas)
            self._scales_loss = self._network.compute_dtype == "float16"
            self._optimizer = keras.optimizers.LossScaleOptimizer(optimizer) if self._scales_loss else optimizer
            self._optimizer.build(self._network.trainable_variables)
            self._average = WeightAverage(self._network, training.ema_decay) if training.ema_decay else None
        if self._num_replicas > 1:
            synchronize_batch_norm(self._network)
        # A step does not need AutoGraph.
        self._train_step = tf.function(self._distributed(self._train_replica), autograph=False)
        self._eval_step = tf.function(self._distributed(self._eval_replica), autograph=False)

    @property
    def name(self) -> str:
        """The network's."""
        return str(self._network.name)

    @property
    def state(self) -> Arrays:
        """All that the next step depends on, but the data."""
        return [variable.numpy() for variable in self._state_variables]

    @state.setter
    def state(self, values: Arrays) -> None:
        for variable, value in zip(self._state_variables, values, strict=True):
            variable.assign(value)

    @property
    def weights(self) -> Arrays:
        """The weights to evaluate and export: the network's, or their average if there is one."""
        variables = self._network.weights if self._average is None else self._average.variables[:-1]
        return [variable.numpy() for variable in variables]

    def train_epoch(self, batches: Iterator[Any], rates: Sequence[float]) -> Measures:
        """Do one step for each learning rate."""
        totals = tf.zeros([5], tf.float64)
        started, waited = time.perf_counter(), 0.0
        for rate in rates:
            self._optimizer.learning_rate = rate
            asked = time.perf_counter()
            batch = next(batches)
            waited += time.perf_counter() - asked
            totals += self._train_step(batch)
        means = self._means(totals)  # waits for the last step
        seconds = time.perf_counter() - started
        return {
            **means,
            "learning_rate": rates[-1],
            "clips_per_second": self._training.batch_size * len(rates) / seconds,
            "input_wait_share": waited / seconds,
        }

    def evaluate(self, batches: tf.data.Dataset) -> Measures:
        """Loss, accuracy and a tracker's mean IoU of the weights that would be exported."""
        totals = tf.zeros([5], tf.float64)
        with self._averaged():
            for batch in batches:
                totals += self._eval_step(batch)
        return {f"val_{name}": value for name, value in self._means(totals).items()}

    def _means(self, totals: tf.Tensor) -> Measures:
        loss, num_correct, num_clips, total_iou, total_validity = totals.numpy().tolist()
        means = {"loss": loss / num_clips, "accuracy": num_correct / num_clips}
        if is_tracker(self._network):
            means["mean_iou"] = total_iou / total_validity if total_validity else math.nan
        return means

    @property
    def _state_variables(self) -> list[Any]:
        averages = self._average.variables if self._average else []
        return [*self._network.variables, *self._optimizer.variables, *averages]

    @contextlib.contextmanager
    def _averaged(self) -> Iterator[None]:
        """Give the network the averaged weights for a while."""
        if self._average is None:
            yield
            return
        own = [weight.numpy() for weight in self._network.weights]
        self._network.set_weights(self.weights)
        try:
            yield
        finally:
            self._network.set_weights(own)

    def _distributed(self, replica_step: Callable[..., tf.Tensor]) -> Callable[[Any], tf.Tensor]:
        """The step of all replicas, which sums up their results."""
        return lambda batch: self._strategy.reduce("SUM", self._strategy.run(replica_step, args=batch), axis=None)

    def _train_replica(self, clips: tf.Tensor, targets: tf.Tensor, *boxes: tf.Tensor) -> tf.Tensor:
        """Do one step on this replica's part of a batch, with boxes and their validity for a tracker; return `_sums`."""
        weights = self._network.trainable_variables
        with tf.GradientTape() as tape:
            outputs = outputs_of(self._network, clips, training=True)
            losses = self._losses(outputs, targets, *boxes) * self._objective.clip_weights(targets)
            penalty = weight_penalty(decayed_weights(self._network), self._training.l1, self._training.l2)
            # The gradients of all replicas are added up.
            loss = tf.reduce_sum(losses) / self._training.batch_size + penalty / self._num_replicas
            minimised = self._optimizer.scale_loss(loss)
        gradients = tape.gradient(minimised, [weight.value for weight in weights])
        if self._training.clip_norm or self._scales_loss:
            gradients = self._shared(gradients)
        if weights:  # a network may have nothing to learn
            self._optimizer.apply(gradients, weights)
        if self._average:
            self._average.update()
        return self._sums(loss * self._training.batch_size, outputs, targets, *boxes)

    def _shared(self, gradients: list[tf.Tensor]) -> list[tf.Tensor]:
        """Each replica's equal share of the sum of all gradients.

        Clipping, and the search for overflows, look at the sum; the optimizer adds up what it gets.
        """
        if self._num_replicas == 1:
            return gradients
        context = tf.distribute.get_replica_context()
        return [total / self._num_replicas for total in context.all_reduce(tf.distribute.ReduceOp.SUM, gradients)]

    def _eval_replica(self, clips: tf.Tensor, targets: tf.Tensor, *boxes: tf.Tensor) -> tf.Tensor:
        outputs = outputs_of(self._network, clips, training=False)
        return self._sums(tf.reduce_sum(self._losses(outputs, targets, *boxes)), outputs, targets, *boxes)

    def _losses(self, outputs: Outputs, targets: tf.Tensor, *boxes: tf.Tensor) -> tf.Tensor:
        """The loss of each clip, float32 [batch]."""
        losses = self._objective.losses(targets, outputs.logits)
        if boxes:
            edges, validity = boxes
            losses += self._training.box_loss_weight * box_losses(edges, outputs.boxes, validity)
        return losses

    def _sums(self, loss: tf.Tensor, outputs: Outputs, targets: tf.Tensor, *boxes: tf.Tensor) -> tf.Tensor:
        """Loss, hits, number of clips, and of a tracker IoU times validity and validity of the boxes: float64 [5].

        Clips whose target is zeros are not counted.
        """
        hits = tf.reduce_sum(self._objective.hits(targets, outputs.logits))
        num_clips = tf.reduce_sum(self._objective.presence(targets))
        total_iou = total_validity = tf.zeros([])
        if boxes:
            edges, validity = boxes
            total_iou = tf.reduce_sum(iou(edges, outputs.boxes) * validity)
            total_validity = tf.reduce_sum(validity)
        return tf.cast(tf.stack([loss, hits, num_clips, total_iou, total_validity]), tf.float64)
