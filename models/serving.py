"""The export: one SavedModel with every signature, which works through micro-batches so that memory is bounded."""

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import keras
import numpy as np
import tensorflow as tf
import tensorflow_transform as tft

from models import features
from models.config import Labels, ModelConfig
from models.export_info import WEIGHTS_FILE, ExportInfo
from models.geometry import boxes_in_frame, frame_sizes, image_sizes
from models.heads import Heads, heads_of
from models.iou import iou
from models.metadata import NO_CARD, WITH_METADATA, NumbersCard, imputed_feature
from models.networks.causal import is_causal
from models.networks.inputs import joined
from models.networks.outputs import best_of_heads, is_tracker, outputs_of, probabilities_of
from models.numbers import read_example_numbers, read_numbers
from models.preprocessing import decode_clips, fit_frames, ids_of_labels, unpack_clips
from models.streaming import stream_signatures
from models.views import centre_frames, centre_view

MICRO_BATCH = 8

# No Python statement below depends on a tensor's value, which AutoGraph would take seconds to find out.
_graph = functools.partial(tf.function, autograph=False)

PROBABILITIES, BOXES, FRAME_INDICES = "probabilities", "boxes", "frame_indices"
# Of a model that may give a clip several labels.
THRESHOLDS, CHOSEN = "thresholds", "chosen"


# What the network sees of numbers, float32 [batch, width], and which of them are imputed, bool [batch, sources].
Seen = tuple[tf.Tensor, tf.Tensor]
_NO_NUMBERS: Seen = (np.zeros((0, 0), np.float32), np.zeros((0, 0), np.bool_))


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
        card: NumbersCard = NO_CARD,
    ) -> None:
        """`network`: by `build_network`; `classes`: labels in the order of the logits, with `thresholds` of several labels.

        `card`: of the numbers that the network sees beside the frames.
        """
        super().__init__(name="clipgate")
        # Hidden from the tracking, which would find each variable twice, as Keras's and as TensorFlow's. tf.saved_model.load
        # would restore the ones that the functions read, and TensorFlow Serving the others.
        self._get_network: Callable[[], keras.Model] = lambda: network
        self._variables = [variable.value for variable in network.variables]
        layer = transform.transform_features_layer()
        # Hidden too, since the layer's own functions would take longer to save than all signatures. A Transform graph with
        # vocabularies must be tracked: saving would fail and say so.
        self._transform: Callable[[dict[str, tf.Tensor]], dict[str, tf.Tensor]] = lambda raw: layer(raw)
        heads = heads_of(classes, config.labels)
        specs = [tf.TensorSpec([None, config.num_frames, config.height, config.width, 3], tf.uint8)]
        specs += [tf.TensorSpec([None, card.numbers.width], tf.float32)] if card.numbers.width else []
        # One function for all signatures, since each would hold the whole network otherwise.
        see = _graph(lambda *parts: _outputs(network, joined(parts), config.labels, heads), input_signature=specs)
        self._see: Callable[..., dict[str, tf.Tensor]] = lambda *parts: see(*parts)
        self._raw_spec = transform.raw_feature_spec()
        self._config = config
        self._classes = tf.constant(classes)
        self._thresholds = tf.constant([thresholds[label] for label in classes if thresholds], tf.float32)
        self._card = card
        self._heads: Callable[[], Heads] = lambda: heads  # hidden from the tracking

    @property
    def network(self) -> keras.Model:
        return self._get_network()

    def signatures(self) -> dict[str, Any]:
        """Functions by the names of their signatures.

        A causal network also has `stream_init` and `stream_step`; one that sees numbers beside the frames has signatures that
        take them, since TensorFlow's have no inputs that may be left out, and no streams.

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

        def answer_frames(
            frames: tf.Tensor, reader: InputReader, given: Mapping[str, tf.Tensor]
        ) -> dict[str, tf.Tensor]:
            numbers, is_imputed = self._numbers_given(given, tf.shape(frames)[0])
            return self._respond(self._predict(frames, reader, numbers), tf.shape(frames)[1], is_imputed)

        def with_metadata(frames: tf.TensorSpec, reader: InputReader) -> Any:
            specs = {"frames": frames} | {name: tf.TensorSpec([None], tf.float32, name) for name in self._card.inputs}
            return _graph(lambda inputs: answer_frames(inputs["frames"], reader, inputs), input_signature=[specs])

        @_graph(input_signature=[text])
        def serving_default(examples: tf.Tensor) -> dict[str, tf.Tensor]:
            """Takes serialized tf.Examples, of which it reads only `frames`, and numbers that the network sees."""
            numbers, is_imputed = self._numbers_of_examples(examples)
            return self._respond(self._predict(examples, of_examples, numbers), self._num_stored, is_imputed)

        @_graph(input_signature=[frames])
        def predict_frames(frames: tf.Tensor) -> dict[str, tf.Tensor]:
            """Takes RGB frames of any number and size."""
            return answer_frames(frames, of_frames, {})

        @_graph(input_signature=[jpegs])
        def predict_jpeg(frames: tf.Tensor) -> dict[str, tf.Tensor]:
            """Takes JPEG frames of any number and size."""
            return answer_frames(frames, of_jpegs, {})

        @_graph(input_signature=[text])
        def evaluate(examples: tf.Tensor) -> dict[str, tf.Tensor]:
            """Gives TFMA the probabilities, and of a tracker how well its boxes agree with those of the Examples."""
            outputs = self._predict(examples, of_examples, self._numbers_of_examples(examples)[0])
            agreement = self._agreement(examples, outputs[BOXES]) if BOXES in outputs else {}
            return {PROBABILITIES: outputs[PROBABILITIES], **self._thresholds_of(outputs[PROBABILITIES]), **agreement}

        @_graph(input_signature=[text])
        def transform_features(examples: tf.Tensor) -> dict[str, tf.Tensor]:
            """Gives TFMA the ids of labels, for a thousand clips at once.

            The Transform graph would decode all of their frames, since it computes every output or none.
            """
            names = {features.LABEL, features.KNOWN_LABELS} & self._raw_spec.keys()
            raw = tf.io.parse_example(examples, {name: self._raw_spec[name] for name in sorted(names)})
            ids = ids_of_labels(raw[features.LABEL], self._classes, raw.get(features.KNOWN_LABELS))
            return {features.LABEL_ID: ids}

        sees_numbers = bool(self._card.numbers.width)
        taking_numbers = (
            {
                f"predict_frames{WITH_METADATA}": with_metadata(frames, of_frames),
                f"predict_jpeg{WITH_METADATA}": with_metadata(jpegs, of_jpegs),
            }
            if sees_numbers
            else {}
        )
        streaming = is_causal(self.network) and not sees_numbers
        return {
            "serving_default": serving_default,
            "predict_frames": predict_frames,
            "predict_jpeg": predict_jpeg,
            "evaluate": evaluate,
            "transform_features": transform_features,
            **taking_numbers,
            **(stream_signatures(self.network, self._config, self._answer, self._heads()) if streaming else {}),
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

    def _numbers_of_examples(self, examples: tf.Tensor) -> Seen:
        return read_example_numbers(examples, self._card) if self._card.inputs else _NO_NUMBERS

    def _numbers_given(self, given: Mapping[str, tf.Tensor], num_clips: tf.Tensor) -> Seen:
        """What the network sees of numbers that a client gave by the names of inputs; those that are missing are not known."""
        if not self._card.inputs:
            return _NO_NUMBERS
        nothing = tf.fill([num_clips], np.float32(np.nan))
        values = tf.stack([given.get(name, nothing) for name in self._card.inputs], axis=1)
        tf.debugging.assert_equal(tf.shape(values)[0], num_clips, "each clip needs a number, NaN where it is not known")
        return read_numbers(values, tf.zeros_like(values, tf.bool), self._card)

    def _predict(self, inputs: tf.Tensor, reader: InputReader, numbers: tf.Tensor) -> dict[str, tf.Tensor]:
        """The network's answers; decoded frames of MICRO_BATCH clips exist at a time.

        `numbers`: what the network sees beside the frames, float32 [batch, width].

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
            some = slice(index * MICRO_BATCH, (index + 1) * MICRO_BATCH)
            part = inputs[some]
            beside = [numbers[some]] if numbers.shape[1] else []
            values = self._see(centre_view(reader.clips(part), self._config), *beside)
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

    def _respond(
        self, outputs: dict[str, tf.Tensor], num_given: int | tf.Tensor, is_imputed: tf.Tensor
    ) -> dict[str, tf.Tensor]:
        """The answer for a client; of a tracker with the boxes, and their indices among the `num_given` frames.

        `is_imputed`: which of the numbers beside the frames were not known, bool [batch, sources].
        """
        of_numbers = {imputed_feature(name): is_imputed[:, i] for i, name in enumerate(self._card.numbers.sources)}
        answer = self._answer(outputs[PROBABILITIES]) | of_numbers
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
        if heads := self._heads():
            # What is the best of its head reaches it, and nothing else does.
            return {THRESHOLDS: best_of_heads(probabilities, heads)}
        if not self._config.has_several_labels:
            return {}
        return {THRESHOLDS: tf.tile(self._thresholds[tf.newaxis], [tf.shape(probabilities)[0], 1])}


def _outputs(network: keras.Model, inputs: Any, labels: Labels, heads: Heads) -> dict[str, tf.Tensor]:
    """`probabilities`, and of a tracker `boxes`, which are relative to the network's input."""
    outputs = outputs_of(network, inputs, training=False)
    boxes = {} if outputs.boxes is None else {BOXES: outputs.boxes}
    return {PROBABILITIES: probabilities_of(outputs.logits, labels, heads), **boxes}


def export(module: ServingModule, info: ExportInfo, export_dir: str) -> None:
    """Save the module with all its signatures, its card, and its weights for a training that begins with them."""
    tf.saved_model.save(module, export_dir, signatures=module.signatures())
    info.write(Path(export_dir))
    # In the SavedModel weights have no names, and Keras layers do not find all of them.
    module.network.save_weights(Path(export_dir) / WEIGHTS_FILE)
