"""What a network makes of clips before it decides: the features that its logits are computed from."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf

from models.base_model import WEIGHTS_FILE
from models.card import ModelCard
from models.config import ModelConfig
from models.errors import UserError
from models.networks.build import build_network
from models.preprocessing import decode_clips
from models.serving import MICRO_BATCH
from models.views import centre_frames, centre_view


class FeatureExtractor:
    """The network of an exported model, up to its features.

    It is built anew from Keras's weights: no signature gives features, since no client of a server has asked for them, and
    each signature makes the export larger and its loading slower.
    """

    def __init__(self, model_dir: Path, card: ModelCard) -> None:
        """`card`: of the exported model in `model_dir`.

        Raises:
          UserError: the model has no weights of Keras's, or no features.
        """
        self._config = ModelConfig.model_validate(card.model)
        weights = model_dir / WEIGHTS_FILE
        if not weights.is_file():
            raise UserError(
                f"{model_dir} has no {WEIGHTS_FILE}; train that model once more with this version of clipgate"
            )
        if self._config.network == "majority":
            raise UserError(f"{model_dir} is of the network 'majority', which looks at no frame; name another model")
        network = build_network(
            self._config,
            num_classes=len(card.classes),
            dropout=0,
            channel_mean=card.normalization["mean"],
            channel_std=card.normalization["std"],
        )
        network.load_weights(weights)
        head = keras.Model(network.input, network.get_layer("logits").input)
        self._features = tf.function(
            lambda frames: head(centre_view(decode_clips(frames, self._config), self._config), training=False),
            input_signature=[tf.TensorSpec([None, None], tf.string)],
            autograph=False,
        )

    def features(self, clips: Sequence[Sequence[bytes]]) -> npt.NDArray[np.float32]:
        """Of clips of equally many JPEGs each: float32 [clips, width]."""
        shown = centre_frames(tf.constant(len(clips[0])), self._config).numpy()
        seen = [[clip[index] for index in shown] for clip in clips]
        parts = [
            self._features(tf.constant(seen[start : start + MICRO_BATCH])) for start in range(0, len(seen), MICRO_BATCH)
        ]
        return np.concatenate([part.numpy() for part in parts])
