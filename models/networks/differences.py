"""Changes from frame to frame, in place of the frames.

Source: the RGB differences of Wang et al., "Temporal Segment Networks", ECCV 2016 (arXiv:1608.00859). Here they have no sign
and no colour, and are relative to the clip's contrast, so that neither clothes nor a dull camera matter.
"""

from typing import Any

from keras import layers, ops

_LEAST_CONTRAST = 0.1  # in units of the training clips' contrast: the noise of a black clip is no motion


class FrameDifferences(layers.Layer):
    """Absolute change of brightness since the frame before; the first frame gets the change of the second."""

    def call(self, clips: Any) -> Any:
        """Normalised clips, [batch, time >= 2, height, width, 3], to [batch, time, height, width, 1]."""
        brightness = ops.mean(clips, axis=-1, keepdims=True)  # [batch, time, height, width, 1]
        contrast = ops.std(brightness, axis=(1, 2, 3, 4), keepdims=True)  # [batch, 1, 1, 1, 1]
        changes = ops.abs(brightness[:, 1:] - brightness[:, :-1]) / ops.maximum(contrast, _LEAST_CONTRAST)
        return ops.concatenate([changes[:, :1], changes], axis=1)
