"""The optimizer, and the learning rate of each step."""

import math
from collections.abc import Sequence

import keras

from models.training.config import TrainingConfig
from models.training.fused_adam import FusedAdam
from models.training.history import count_plateaus

_SPARED = ("bias", "gamma", "beta", "position")


def make_optimizer(training: TrainingConfig, num_replicas: int) -> keras.optimizers.Optimizer:
    """The optimizer, whose rate is set before each step; weight decay spares normalisation and biases.

    The gradients of `num_replicas` replicas are added up, so each is clipped to its share of the norm.
    """
    options = {
        "weight_decay": training.decoupled_weight_decay or None,
        "global_clipnorm": training.clip_norm and training.clip_norm / num_replicas,
    }
    if training.optimizer == "sgd":
        optimizer = keras.optimizers.SGD(momentum=0.9, nesterov=True, **options)
    else:
        optimizer = FusedAdam(**options)  # with weight decay it is AdamW
    optimizer.exclude_from_weight_decay(var_names=list(_SPARED))
    return optimizer


def decayed_weights(network: keras.Model) -> list[keras.Variable]:
    """Weights that decay and penalties apply to: all but biases and normalisation."""
    return [weight for weight in network.trainable_weights if not any(name in weight.name for name in _SPARED)]


def learning_rates(
    training: TrainingConfig, epoch: int, steps_per_epoch: int, eval_losses: Sequence[float]
) -> list[float]:
    """Learning rate of each step of an epoch (from 0); `eval_losses`: of the epochs before it."""
    warmup_steps = min(round(training.warmup_epochs * steps_per_epoch), training.epochs * steps_per_epoch - 1)
    steps = range(epoch * steps_per_epoch, (epoch + 1) * steps_per_epoch)
    num_plateaus = count_plateaus(eval_losses, training.plateau_patience)

    def share(step: int) -> float:
        if step < warmup_steps:
            return step / warmup_steps
        steps_done = step - warmup_steps
        match training.schedule:
            case "cosine":
                steps_in_all = training.epochs * steps_per_epoch - warmup_steps
                return (1 + math.cos(math.pi * steps_done / steps_in_all)) / 2
            case "step":
                return float(training.decay_factor ** (steps_done // (training.decay_epochs * steps_per_epoch)))
            case "plateau":
                return float(training.decay_factor**num_plateaus)
            case "constant":
                return 1.0

    return [training.learning_rate * share(step) for step in steps]
