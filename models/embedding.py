"""Features of clips, from which a network computes its logits, and its probabilities."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from foundation.messages.errors import UserError
from models.config import ModelConfig
from models.export_info import WEIGHTS_FILE, ExportInfo
from models.networks.build import build_network
from models.networks.catalogue import NETWORKS
from models.networks.inputs import for_network
from models.networks.outputs import probabilities_of
from models.numbers import unknown_numbers
from models.preprocessing import decode_clips
from models.serving import MICRO_BATCH
from models.views import centre_frames, centre_view


class Seen(NamedTuple):
    """Features, float32 [clips, width], of which the logits are made; probabilities, float32 [clips, classes], as exported."""

    features: npt.NDArray[np.float32]
    probabilities: npt.NDArray[np.float32]


class FeatureExtractor:
    """The network of an exported model, with its features. Numbers beside the pixels count as not known.

    It is built anew from Keras's weights, since no signature gives features: no client has asked for them, and each signature
    makes the export larger and slower to load.
    """

    def __init__(self, model_dir: Path, info: ExportInfo) -> None:
        """`info`: of the exported model in `model_dir`.

        Raises:
          UserError: the model has no weights of Keras's, or no features.
        """
        self._config = ModelConfig.model_validate(info.model)
        weights = model_dir / WEIGHTS_FILE
        if not weights.is_file():
            raise UserError(
                f"{model_dir} has no {WEIGHTS_FILE}; train that model once more with this version of clipgate"
            )
        if not NETWORKS[self._config.network].learns:
            raise UserError(
                f"{model_dir} is of the network {self._config.network!r}, which looks at no frame; name another model"
            )
        network = build_network(
            self._config,
            num_classes=len(info.classes),
            dropout=0,
            channel_mean=info.normalization["mean"],
            channel_std=info.normalization["std"],
            numbers=info.numbers_card.numbers,
        )
        network.load_weights(weights)
        last = network.get_layer("logits")
        head = keras.Model(network.input, [last.input, last.output])
        unknown = unknown_numbers(info.numbers_card)

        def see(frames: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
            clips = centre_view(decode_clips(frames, self._config), self._config)
            numbers = tf.tile(unknown[tf.newaxis], [tf.shape(clips)[0], 1])
            features, logits = head(for_network(network, (clips, numbers)), training=False)
            return features, probabilities_of(logits, self._config.labels, info.heads)

        self._see = tf.function(see, input_signature=[tf.TensorSpec([None, None], tf.string)], autograph=False)

    def see(self, clips: Sequence[Sequence[bytes]]) -> Seen:
        """Look at clips of equally many JPEGs each; there must be at least one."""
        shown = centre_frames(tf.constant(len(clips[0])), self._config).numpy()
        frames = [[clip[index] for index in shown] for clip in clips]
        starts = range(0, len(frames), MICRO_BATCH)
        parts = [self._see(tf.constant(frames[start : start + MICRO_BATCH])) for start in starts]
        features, probabilities = zip(*parts, strict=True)
        return Seen(np.concatenate(features), np.concatenate(probabilities))
