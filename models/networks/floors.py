"""Two floors for other networks: one that knows only the share of each class, and one that sees a single frame."""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import layers, ops

from models.config import ONE, SEVERAL, Labels
from models.networks import resnet
from models.networks.blocks import Regularization

PRESETS = resnet.PRESETS
_LEAST_SHARE = 1e-7  # the logarithm of zero would make the loss infinite


def single_frame(
    clips: keras.KerasTensor, preset: resnet.ResNetPreset, regularization: Regularization
) -> keras.KerasTensor:
    """The backbone: [batch, time, height, width, channels] to features [batch, stage_widths[-1]]."""
    return resnet.resnet(OneFrame(name="stem_one_frame")(clips), preset, regularization.drop_path)


class ClassShares(layers.Layer):
    """Gives each class the probability that it had in training, whatever the clip: logits [batch, classes].

    `shares`: of the training clips, those with each class; `labels`: how many a clip has.
    """

    def __init__(self, shares: Sequence[float], labels: Labels = ONE, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        possible = np.maximum(np.array(shares), _LEAST_SHARE)
        logits = np.log(possible)
        if labels == SEVERAL:
            logits -= np.log(np.maximum(1 - possible, _LEAST_SHARE))
        self._logits = self.add_weight(
            shape=logits.shape,
            initializer=lambda shape, dtype: ops.convert_to_tensor(logits, dtype),
            trainable=False,
            name="log_shares",
        )

    def call(self, clips: Any) -> Any:
        """Any [batch, ...] to logits [batch, classes]."""
        return ops.zeros((ops.shape(clips)[0], 1)) + self._logits


class OneFrame(layers.Layer):
    """Takes one frame of each clip: the middle one, in training a random one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._seed = keras.random.SeedGenerator()

    def call(self, clips: Any, training: bool = False) -> Any:
        """[batch, time, height, width, channels] to [batch, height, width, channels]."""
        num_clips, time = ops.shape(clips)[:2]
        if not training:
            return clips[:, time // 2]
        indices = keras.random.randint((num_clips,), 0, time, seed=self._seed)
        images = ops.reshape(clips, (-1, *clips.shape[2:]))  # [batch * time, height, width, channels]
        return ops.take(images, ops.arange(num_clips) * time + indices, axis=0)
