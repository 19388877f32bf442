"""The network of an export for one clip, or one frame of a stream, of float pixels that need no further preprocessing.

It is built anew from the weights, since the export's own graph resizes, which no runtime for small devices can. So versions of
every age can be converted, and the export stays as small as it is.
"""

from pathlib import Path
from typing import Any, NamedTuple

import keras
import tensorflow as tf
from keras import layers

from foundation.messages.errors import UserError
from models.config import ONE, Labels, ModelConfig
from models.devices.files import BOXES, CLIP, FRAME, NEXT, PROBABILITIES
from models.export_info import WEIGHTS_FILE, ExportInfo
from models.heads import NO_HEADS, Heads
from models.networks import causal
from models.networks.build import build_network
from models.networks.outputs import outputs_of, probabilities_of


class DeviceFunction(NamedTuple):
    """`function` takes a tensor for each of the `inputs`, in their order and all by name, and gives tensors by their names."""

    function: Any
    inputs: tuple[tf.TensorSpec, ...]


def load_network(version: Path, info: ExportInfo) -> keras.Model:
    """The network of an exported model, with its weights.

    Raises:
      UserError: the export has no weights beside its graph, or they are those of another version of clipgate, or the network
        sees more than frames.
    """
    if info.metadata:
        columns = ", ".join(info.numbers_card.numbers.sources)
        raise UserError(
            f"{version} sees numbers beside the frames ({columns}), which files for devices have no input for; train a model "
            "without model.metadata for devices"
        )
    weights = version / WEIGHTS_FILE
    if not weights.is_file():
        raise UserError(
            f"{version} has no {WEIGHTS_FILE}, from which files for devices are made; train that model once more"
        )
    try:
        config = ModelConfig.model_validate(info.model)
        mean, std = info.normalization["mean"], info.normalization["std"]
        num_classes = len(info.classes)
        network = build_network(config, num_classes=num_classes, dropout=0.0, channel_mean=mean, channel_std=std)
        network.load_weights(weights)
    except (ValueError, KeyError) as error:
        raise UserError(
            f"{version} was trained by another version of clipgate; train it once more ({error})"
        ) from error
    return network


def clip_function(network: keras.Model, labels: Labels = ONE, heads: Heads = NO_HEADS) -> DeviceFunction:
    """From `clip`, float32 [1, num_frames, height, width, 3] with values from 0 to 255, to the answer for it.

    `labels`: how many a clip has, and `heads`: the classes of each field, where it has one of each.

    The answer is `probabilities`, float32 [1, classes], and of a tracker `boxes`, float32 [1, num_frames, 4], relative to the
    frames as the network sees them.
    """
    taking_floats = _for_devices(network)
    clip = tf.TensorSpec(taking_floats.input_shape, tf.float32, CLIP)

    @tf.function(input_signature=[clip], autograph=False)
    def classify(clip: tf.Tensor) -> dict[str, tf.Tensor]:
        outputs = outputs_of(taking_floats, clip, training=False)
        boxes = {} if outputs.boxes is None else {BOXES: outputs.boxes}
        return {PROBABILITIES: probabilities_of(outputs.logits, labels, heads), **boxes}

    return DeviceFunction(classify, (clip,))


def frame_function(network: keras.Model, labels: Labels = ONE, heads: Heads = NO_HEADS) -> DeviceFunction:
    """One step of a causal network: from `frame`, float32 [1, 1, height, width, 3], and every tensor of the state.

    The answer is `probabilities` for all frames so far, float32 [1, classes], and the next state with `next_` before its names:
    in ONNX an input and an output cannot have one name.
    """
    taking_floats = _for_devices(network)
    frame = tf.TensorSpec((1, 1, *taking_floats.input_shape[2:]), tf.float32, FRAME)
    state = causal.initial_state(network, 1)
    inputs = (frame, *(tf.TensorSpec(state[name].shape, state[name].dtype, name) for name in sorted(state)))

    @tf.function(input_signature=inputs, autograph=False)
    def step(frame: tf.Tensor, *state: tf.Tensor) -> dict[str, tf.Tensor]:
        names = [spec.name for spec in inputs[1:]]
        logits, next_state = causal.step(taking_floats, frame, dict(zip(names, state, strict=True)))
        return {
            PROBABILITIES: probabilities_of(logits, labels, heads),
            **{NEXT + name: next_state[name] for name in names},
        }

    return DeviceFunction(step, inputs)


def _for_devices(network: keras.Model) -> keras.Model:
    """The same layers for one clip of floats; Keras would make uint8 of them again."""
    for layer in network.layers:
        if isinstance(layer, layers.RNN):
            # TensorFlow 2.16's converter dies of a loop whose body it quantises, and a chain of operations is faster too.
            layer.unroll = True
    clip = keras.Input(batch_shape=(1, *network.input_shape[1:]), dtype="float32", name=CLIP)
    return keras.models.clone_model(network, input_tensors=clip, clone_function=lambda layer: layer)
