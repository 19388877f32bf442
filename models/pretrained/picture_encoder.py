"""What ImageNet's encoder sees in pictures, for whoever compares them without a training."""

from collections.abc import Sequence

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers, ops

from models.networks.efficientnet_lite import feature_map
from models.networks.frames import GridMeans
from models.pretrained.cards import EFFICIENTNET_LITE0
from models.pretrained.efficientnet_lite0 import load_encoder

_HEIGHT, _WIDTH = 128, 160
_GRID = 3


class PictureEncoder:
    """EfficientNet-Lite0 up to its last convolution, averaged over the parts of a grid of 3 x 3."""

    def __init__(self) -> None:
        """Raises UserError if the package with the weights is not installed."""
        card = EFFICIENTNET_LITE0
        pictures = keras.Input((_HEIGHT, _WIDTH, 3), dtype="float32")
        scale = [1 / (255 * std) for std in card.std]
        offset = [-mean / std for mean, std in zip(card.mean, card.std, strict=True)]
        maps = feature_map(layers.Rescaling(scale, offset)(pictures))
        parts = ops.reshape(GridMeans(_GRID)(maps), (-1, _GRID**2, maps.shape[-1]))
        network = keras.Model(pictures, parts)
        load_encoder(network, card.find())

        def encode(jpegs: tf.Tensor) -> tf.Tensor:
            return network(tf.map_fn(_picture, jpegs, fn_output_signature=tf.float32), training=False)

        self._encode = tf.function(encode, input_signature=[tf.TensorSpec([None], tf.string)], autograph=False)

    def encode(self, jpegs: Sequence[bytes]) -> npt.NDArray[np.float32]:
        """What it sees of JPEGs of any size: float32 [num_pictures, 9, 1280]."""
        return np.asarray(self._encode(tf.constant(list(jpegs))), dtype=np.float32)


def _picture(jpeg: tf.Tensor) -> tf.Tensor:
    """Float32 [128, 160, 3] of 0..255; the whole picture, whatever its shape."""
    return tf.image.resize(tf.io.decode_jpeg(jpeg, channels=3), (_HEIGHT, _WIDTH), antialias=True)
