"""The export: one SavedModel with every signature, working through micro-batches so that memory is bounded."""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
import tensorflow_transform as tft

from models import features
from models.base_model import WEIGHTS_FILE
from models.card import ModelCard
from models.config import ModelConfig
from models.networks.causal import is_causal
from models.preprocessing import decode_clips, fit_clips, label_ids, unpack_clips
from models.streaming import stream_signatures
from models.views import centre_view

MICRO_BATCH = 8

# No Python statement below depends on a tensor's value; AutoGraph would rewrite all the code for seconds to find that out.
_graph = functools.partial(tf.function, autograph=False)


class ServingModule(tf.Module):
    """A trained network together with the Transform graph of its training data."""

    def __init__(
        self, network: keras.Model, transform: tft.TFTransformOutput, config: ModelConfig, classes: tuple[str, ...]
    ) -> None:
        """`network`: frames to logits; `classes`: labels in the order of the logits."""
        super().__init__(name="clipgate")
        self.network = network
        layer = transform.transform_features_layer()
        # Hidden from the tracking: the layer would be saved with functions of its own, which takes longer than all signatures.
        # A Transform graph with vocabularies needs to be tracked; saving would say so.
        self._transform: Callable[[dict[str, tf.Tensor]], dict[str, tf.Tensor]] = lambda raw: layer(raw)
        self._raw_spec = transform.raw_feature_spec()
        self._config = config
        self._classes = tf.constant(classes)

    def signatures(self) -> dict[str, Any]:
        """Signature names and their functions. Only `serving_default` and `evaluate` need the Transform graph.

        Those of a causal network include `stream_init` and `stream_step`.
        """
        text = tf.TensorSpec([None], tf.string, name="examples")
        frames = tf.TensorSpec([None, None, None, None, 3], tf.uint8, name="frames")
        jpegs = tf.TensorSpec([None, None], tf.string, name="frames")

        @_graph(input_signature=[text])
        def serving_default(examples: tf.Tensor) -> dict[str, tf.Tensor]:
            """Serialized tf.Examples, of which only `frames` is read."""
            return self._answer(self._predict(examples, self._clips_of_examples))

        @_graph(input_signature=[frames])
        def predict_frames(frames: tf.Tensor) -> dict[str, tf.Tensor]:
            """RGB frames of any number and size."""
            return self._answer(self._predict(frames, lambda part: fit_clips(part, self._config)))

        @_graph(input_signature=[jpegs])
        def predict_jpeg(frames: tf.Tensor) -> dict[str, tf.Tensor]:
            """JPEG frames of any number and size."""
            return self._answer(self._predict(frames, lambda part: decode_clips(part, self._config)))

        @_graph(input_signature=[text])
        def evaluate(examples: tf.Tensor) -> dict[str, tf.Tensor]:
            """Probabilities only, for TFMA."""
            return {"probabilities": self._predict(examples, self._clips_of_examples)}

        @_graph(input_signature=[text])
        def transform_features(examples: tf.Tensor) -> dict[str, tf.Tensor]:
            """The label's id, for TFMA, which hands over a thousand clips at once.

            The Transform graph would decode all of their frames: it computes every output or none.
            """
            raw = tf.io.parse_example(examples, {features.LABEL: self._raw_spec[features.LABEL]})
            return {features.LABEL_ID: label_ids(raw[features.LABEL][:, 0], self._classes)}

        streaming = is_causal(self.network)
        return {
            "serving_default": serving_default,
            "predict_frames": predict_frames,
            "predict_jpeg": predict_jpeg,
            "evaluate": evaluate,
            "transform_features": transform_features,
            **(stream_signatures(self.network, self._config, self._answer) if streaming else {}),
        }

    def _clips_of_examples(self, examples: tf.Tensor) -> tf.Tensor:
        raw = tf.io.parse_example(examples, {features.FRAMES: self._raw_spec[features.FRAMES]})
        num_frames = self._raw_spec[features.FRAMES].shape[0]
        return unpack_clips(self._transform(raw)[features.CLIP], num_frames, self._config)

    def _predict(self, inputs: tf.Tensor, to_clips: Callable[[tf.Tensor], tf.Tensor]) -> tf.Tensor:
        """Probabilities, float32 [batch, classes]; decoded frames of MICRO_BATCH clips exist at a time."""
        num_classes = self._classes.shape[0]
        num_inputs = tf.shape(inputs)[0]
        num_parts = (num_inputs + MICRO_BATCH - 1) // MICRO_BATCH
        results = tf.TensorArray(
            tf.float32, size=num_parts, element_shape=[None, num_classes], infer_shape=False, clear_after_read=True
        )

        def step(index: tf.Tensor, results: tf.TensorArray) -> tuple[tf.Tensor, tf.TensorArray]:
            part = inputs[index * MICRO_BATCH : (index + 1) * MICRO_BATCH]
            view = centre_view(to_clips(part), self._config)
            return index + 1, results.write(index, tf.nn.softmax(self.network(view, training=False)))

        _, results = tf.while_loop(lambda index, _: index < num_parts, step, [0, results], parallel_iterations=1)
        probabilities = results.concat()
        return tf.ensure_shape(probabilities, [None, num_classes])

    def _answer(self, probabilities: tf.Tensor) -> dict[str, tf.Tensor]:
        return {
            "probabilities": probabilities,  # [batch, classes]
            "label": tf.gather(self._classes, tf.argmax(probabilities, axis=1)),  # [batch]
            "classes": tf.tile(self._classes[tf.newaxis], [tf.shape(probabilities)[0], 1]),  # [batch, classes]
        }


def export(module: ServingModule, card: ModelCard, export_dir: str) -> None:
    """Save the module with all of its signatures, its card, and its weights for a training that begins with them."""
    tf.saved_model.save(module, export_dir, signatures=module.signatures())
    card.write(Path(export_dir))
    # Those of the SavedModel have no names, and Keras layers do not find all of them there.
    module.network.save_weights(Path(export_dir) / WEIGHTS_FILE)
