"""The export: one SavedModel with every signature, which works through micro-batches so that memory is bounded."""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import keras
import tensorflow as tf
import tensorflow_transform as tft

from models import features
from models.config import Labels, ModelConfig
from models.export_info import WEIGHTS_FILE, ExportInfo
from models.geometry import boxes_in_frame, frame_sizes, image_sizes
from models.iou import iou
from models.networks.causal import is_causal
from models.networks.outputs import is_tracker, outputs_of, probabilities_of
from models.preprocessing import decode_clips, fit_frames, ids_of_labels, unpack_clips
from models.streaming import stream_signatures
from models.views import centre_frames, centre_view

MICRO_BATCH = 8

# No Python statement below depends on a tensor's value, which AutoGraph would take seconds to find out.
_graph = functools.partial(tf.function, autograph=False)

PROBABILITIES, BOXES, FRAME_INDICES = "probabilities", "boxes", "frame_indices"
# Of a model that may give a clip several labels.
THRESHOLDS, CHOSEN = "thresholds", "chosen"


class InputReader(NamedTuple):
    """Functions for what a client sends: `clips` makes uint8 [batch, time, clip_height, clip_width, 3] of it.

    `sizes` gives height and width of each clip's frames as they came, int32 [batch, 2].
    """

    clips: Callable[[tf.Tensor], tf.Tensor]
    sizes: Callable[[tf.Tensor], tf.Tensor]


class ServingModule(tf.Module):
    """A trained network together with the Transform graph of its training data."""

    def __init__(
        self,
        network: keras.Model,
        transform: tft.TFTransformOutput,
        config: ModelConfig,
        classes: tuple[str, ...],
        thresholds: Mapping[str, float] = MappingProxyType({}),
    ) -> None:
        """`network`: by `build_network`; `classes`: labels in the order of the logits, with `thresholds` of several labels."""
        super().__init__(name="clipgate")
        # Hidden from the tracking, which would find each variable twice, as Keras's and as TensorFlow's. tf.saved_model.load
        # would restore the ones that the functions read, and TensorFlow Serving the others.
        self._get_network: Callable[[], keras.Model] = lambda: network
        self._variables = [variable.value for variable in network.variables]
        layer = transform.transform_features_layer()
        # Hidden too, since the layer's own functions would take longer to save than all signatures. A Transform graph with
        # vocabularies must be tracked: saving would fail and say so.
        self._transform: Callable[[dict[str, tf.Tensor]], dict[str, tf.Tensor]] = lambda raw: layer(raw)
        view = tf.TensorSpec([None, config.num_frames, config.height, config.width, 3], tf.uint8)
        # One function for all signatures, since each would hold the whole network otherwise.
        see = _graph(lambda clips: _outputs(network, clips, config.labels), input_signature=[view])
        self._see: Callable[[tf.Tensor], dict[str, tf.Tensor]] = lambda clips: see(clips)
        self._raw_spec = transform.raw_feature_spec()
        self._config = config
        self._classes = tf.constant(classes)
        self._thresholds = tf.constant([thresholds[label] for label in classes if thresholds], tf.float32)

    @property
    def network(self) -> keras.Model:
        return self._get_network()

    def signatures(self) -> dict[str, Any]:
        """Functions by the names of their signatures; a causal network also has `stream_init` and `stream_step`.

        Only `serving_default` and `evaluate` need the Transform graph.
        """
        text = tf.TensorSpec([None], tf.string, name="examples")
        frames = tf.TensorSpec([None, None, None, None, 3], tf.uint8, name="frames")
        jpegs = tf.TensorSpec([None, None], tf.string, name="frames")
        of_examples = InputReader(self._clips_of_examples, lambda part: frame_sizes(self._jpegs_of_examples(part)))
        of_frames = InputReader(
            lambda part: fit_frames(self._seen_frames(part), self._config),
            lambda part: tf.tile([tf.shape(part)[2:4]], [tf.shape(part)[0], 1]),
        )
        of_jpegs = InputReader(lambda part: decode_clips(self._seen_frames(part), self._config), image_sizes)

        @_graph(input_signature=[text])
        def serving_default(examples: tf.Tensor) -> dict[str, tf.Tensor]:
            """Takes serialized tf.Examples, of which it reads only `frames`."""
            return self._respond(self._predict(examples, of_examples), self._num_stored)

        @_graph(input_signature=[frames])
        def predict_frames(frames: tf.Tensor) -> dict[str, tf.Tensor]:
            """Takes RGB frames of any number and size."""
            return self._respond(self._predict(frames, of_frames), tf.shape(frames)[1])

        @_graph(input_signature=[jpegs])
        def predict_jpeg(frames: tf.Tensor) -> dict[str, tf.Tensor]:
            """Takes JPEG frames of any number and size."""
            return self._respond(self._predict(frames, of_jpegs), tf.shape(frames)[1])

        @_graph(input_signature=[text])
        def evaluate(examples: tf.Tensor) -> dict[str, tf.Tensor]:
            """Gives TFMA the probabilities, and of a tracker how well its boxes agree with those of the Examples."""
            outputs = self._predict(examples, of_examples)
            agreement = self._agreement(examples, outputs[BOXES]) if BOXES in outputs else {}
            return {PROBABILITIES: outputs[PROBABILITIES], **self._thresholds_of(outputs[PROBABILITIES]), **agreement}

        @_graph(input_signature=[text])
        def transform_features(examples: tf.Tensor) -> dict[str, tf.Tensor]:
            """Gives TFMA the ids of labels, for a thousand clips at once.

            The Transform graph would decode all of their frames, since it computes every output or none.
            """
            raw = tf.io.parse_example(examples, {features.LABEL: self._raw_spec[features.LABEL]})
            return {features.LABEL_ID: ids_of_labels(raw[features.LABEL], self._classes)}

        streaming = is_causal(self.network)
        return {
            "serving_default": serving_default,
            "predict_frames": predict_frames,
            "predict_jpeg": predict_jpeg,
            "evaluate": evaluate,
            "transform_features": transform_features,
            **(stream_signatures(self.network, self._config, self._answer) if streaming else {}),
        }

    @property
    def _num_stored(self) -> int:
        return int(self._raw_spec[features.FRAMES].shape[0])

    def _seen_frames(self, frames: tf.Tensor) -> tf.Tensor:
        """The frames, of [batch, time, ...], that the network sees; the others need not be decoded or resized."""
        return tf.gather(frames, centre_frames(tf.shape(frames)[1], self._config), axis=1)

    def _jpegs_of_examples(self, examples: tf.Tensor) -> tf.Tensor:
        return tf.io.parse_example(examples, {features.FRAMES: self._raw_spec[features.FRAMES]})[features.FRAMES]

    def _clips_of_examples(self, examples: tf.Tensor) -> tf.Tensor:
        raw = {features.FRAMES: self._jpegs_of_examples(examples)}
        return unpack_clips(self._transform(raw)[features.CLIP], self._num_stored, self._config)

    def _predict(self, inputs: tf.Tensor, reader: InputReader) -> dict[str, tf.Tensor]:
        """The network's answers; decoded frames of MICRO_BATCH clips exist at a time.

        Returns:
          `probabilities`, float32 [batch, classes], and of a tracker `boxes`, float32 [batch, num_frames, 4], relative to the
          frames as they came.
        """
        shapes: dict[str, list[int | None]] = {PROBABILITIES: [None, self._classes.shape[0]]}
        if is_tracker(self.network):
            shapes[BOXES] = [None, self._config.num_frames, 4]
        num_inputs = tf.shape(inputs)[0]
        num_parts = (num_inputs + MICRO_BATCH - 1) // MICRO_BATCH
        results = {
            name: tf.TensorArray(tf.float32, num_parts, element_shape=shape, infer_shape=False, clear_after_read=True)
            for name, shape in shapes.items()
        }

        def step(index: tf.Tensor, results: dict[str, tf.TensorArray]) -> tuple[tf.Tensor, dict[str, tf.TensorArray]]:
            part = inputs[index * MICRO_BATCH : (index + 1) * MICRO_BATCH]
            values = self._see(centre_view(reader.clips(part), self._config))
            if BOXES in values:
                values |= {BOXES: boxes_in_frame(values[BOXES], reader.sizes(part), self._config)}
            return index + 1, {name: array.write(index, values[name]) for name, array in results.items()}

        _, results = tf.while_loop(lambda index, _: index < num_parts, step, [0, results], parallel_iterations=1)
        return {name: tf.ensure_shape(array.concat(), shapes[name]) for name, array in results.items()}

    def _agreement(self, examples: tf.Tensor, boxes: tf.Tensor) -> dict[str, tf.Tensor]:
        """IoU of `boxes` with those of the Examples, and how much each counts: float32 [batch, num_frames]."""
        num_stored = self._num_stored
        spec = {
            name: tf.io.FixedLenFeature(shape, tf.float32, tf.zeros(shape))
            for name, shape in ((features.BOXES, [4 * num_stored]), (features.BOX_VALID, [num_stored]))
        }
        raw = tf.io.parse_example(examples, spec)
        indices = centre_frames(tf.constant(num_stored), self._config)
        expected = tf.gather(tf.reshape(raw[features.BOXES], [-1, num_stored, 4]), indices, axis=1)
        validity = tf.gather(raw[features.BOX_VALID], indices, axis=1)
        return {features.BOX_IOU: iou(expected, boxes), features.BOX_VALID: validity}

    def _respond(self, outputs: dict[str, tf.Tensor], num_given: int | tf.Tensor) -> dict[str, tf.Tensor]:
        """The answer for a client; of a tracker with the boxes, and their indices among the `num_given` frames."""
        answer = self._answer(outputs[PROBABILITIES])
        if BOXES not in outputs:
            return answer
        indices = centre_frames(tf.convert_to_tensor(num_given), self._config)
        num_clips = tf.shape(outputs[BOXES])[0]
        return {**answer, BOXES: outputs[BOXES], FRAME_INDICES: tf.tile(indices[tf.newaxis], [num_clips, 1])}

    def _answer(self, probabilities: tf.Tensor) -> dict[str, tf.Tensor]:
        return {
            PROBABILITIES: probabilities,  # [batch, classes]
            "label": tf.gather(self._classes, tf.argmax(probabilities, axis=1)),  # [batch]
            "classes": tf.tile(self._classes[tf.newaxis], [tf.shape(probabilities)[0], 1]),  # [batch, classes]
            **self._chosen(probabilities),
        }

    def _chosen(self, probabilities: tf.Tensor) -> dict[str, tf.Tensor]:
        """Where clips may have several labels, which ones these have, by which thresholds: [batch, classes] both."""
        thresholds = self._thresholds_of(probabilities)
        return {**thresholds, CHOSEN: probabilities >= thresholds[THRESHOLDS]} if thresholds else {}

    def _thresholds_of(self, probabilities: tf.Tensor) -> dict[str, tf.Tensor]:
        if not self._config.has_several_labels:
            return {}
        return {THRESHOLDS: tf.tile(self._thresholds[tf.newaxis], [tf.shape(probabilities)[0], 1])}


def _outputs(network: keras.Model, clips: tf.Tensor, labels: Labels) -> dict[str, tf.Tensor]:
    """`probabilities`, and of a tracker `boxes`, which are relative to the network's input."""
    outputs = outputs_of(network, clips, training=False)
    boxes = {} if outputs.boxes is None else {BOXES: outputs.boxes}
    return {PROBABILITIES: probabilities_of(outputs.logits, labels), **boxes}


def export(module: ServingModule, info: ExportInfo, export_dir: str) -> None:
    """Save the module with all its signatures, its card, and its weights for a training that begins with them."""
    tf.saved_model.save(module, export_dir, signatures=module.signatures())
    info.write(Path(export_dir))
    # In the SavedModel weights have no names, and Keras layers do not find all of them.
    module.network.save_weights(Path(export_dir) / WEIGHTS_FILE)
