"""Chooses a network that this machine trains in the time that somebody has."""

from collections.abc import Mapping
from dataclasses import dataclass

from models.config import ModelConfig
from models.pretrained.cards import EFFICIENTNET_LITE0
from models.training.config import TrainingConfig
from models.training.duration import learning_equivalent
from pipeline.training_time import measure_seconds_per_clip, training_seconds

# Its encoder sees each clip once, and has seen a million pictures before.
WITH_WEIGHTS = ModelConfig(network="frames", preset="efficientnet_lite0", num_frames=8, height=160, width=224)
# From small to large, for where there are no weights to begin with: what fits is taken.
LADDER = (
    ModelConfig(preset="tiny", num_frames=8, height=64, width=64),
    ModelConfig(preset="tiny", num_frames=16, height=80, width=80),
    ModelConfig(preset="tiny", num_frames=16, height=112, width=112),
    ModelConfig(preset="small", num_frames=16, height=112, width=112),
    ModelConfig(preset="r2plus1d_18", num_frames=16, height=112, width=112),
)
_EPOCHS, _FEWEST_EPOCHS = 30, 10


@dataclass(frozen=True)
class Choice:
    """A network, for how many epochs it is trained, and how long that takes on this machine, and a clip of it."""

    model: ModelConfig
    num_epochs: int
    seconds: float
    seconds_per_clip: float


def choose_network(sizes: Mapping[str, float], num_classes: int, most_seconds: float) -> Choice:
    """The network with weights from elsewhere, where these are installed and its encoder can see so many clips in that time.

    Otherwise the largest of the ladder that can be trained for 30 epochs. Where not even the smallest can be, it gets as many
    epochs as fit, but no fewer than ten. `sizes`: clips of each split.

    Raises:
      MachineError: see `measure_seconds_per_clip`.
    """
    training = TrainingConfig(epochs=_EPOCHS)
    if EFFICIENTNET_LITE0.is_installed:
        (per_clip,) = measure_seconds_per_clip([WITH_WEIGHTS], training, num_classes)
        seconds = training_seconds(per_clip, WITH_WEIGHTS, training, sizes)
        if seconds <= most_seconds:
            return Choice(WITH_WEIGHTS, _EPOCHS, seconds, per_clip)
    one_epoch = learning_equivalent(sizes["train"], sizes["eval"], 1)
    steps = measure_seconds_per_clip(LADDER, training, num_classes, most_seconds / (_EPOCHS * one_epoch))
    return choose(steps, one_epoch, most_seconds)


def seconds_with_folds(choice: Choice, sizes: Mapping[str, float], num_folds: int) -> float:
    """What the trainings of a chosen network take with folds; `sizes`: clips of each split."""
    training = TrainingConfig(epochs=choice.num_epochs)
    return training_seconds(choice.seconds_per_clip, choice.model, training, sizes, num_folds)


def choose(per_clip: list[float], one_epoch: float, most_seconds: float) -> Choice:
    """The choice of the ladder where its first networks take so many seconds for a clip, and an epoch has so many clips."""
    fitting = [rung for rung, seconds in enumerate(per_clip) if seconds * one_epoch * _EPOCHS <= most_seconds]
    rung = max(fitting, default=0)
    epoch_seconds = per_clip[rung] * one_epoch
    num_epochs = max(_FEWEST_EPOCHS, min(_EPOCHS, int(most_seconds / epoch_seconds)))
    return Choice(LADDER[rung], num_epochs, num_epochs * epoch_seconds, per_clip[rung])
