"""Signatures of a causal network for videos that arrive frame by frame; the client keeps the state between calls."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from models.config import ModelConfig
from models.heads import NO_HEADS, Heads
from models.networks import causal
from models.networks.outputs import probabilities_of
from models.preprocessing import fit_frames
from models.views import centre_view


def stream_signatures(
    network: keras.Model,
    config: ModelConfig,
    answer: Callable[[tf.Tensor], dict[str, tf.Tensor]],
    heads: Heads = NO_HEADS,
) -> dict[str, Any]:
    """`stream_init` and `stream_step` of a causal network.

    `answer`: from probabilities, float32 [batch, classes], to what a client gets; `heads`: of these probabilities.
    """
    # Each frame is a clip of its own here, so that frames of a stream are resized and cropped, but none is left out.
    one_frame = config.model_copy(update={"num_frames": 1})
    frames_spec = tf.TensorSpec([None, None, None, None, 3], tf.uint8, name="frames")
    state_specs = {
        name: tf.TensorSpec([None, *value.shape[1:]], value.dtype, name=name)
        for name, value in causal.initial_state(network, 1).items()
    }

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32, name="num_streams")], autograph=False)
    def stream_init(num_streams: tf.Tensor) -> dict[str, tf.Tensor]:
        """The state before the first frame of `num_streams` videos."""
        return causal.initial_state(network, num_streams)

    @tf.function(input_signature=[{"frames": frames_spec, **state_specs}], autograph=False)
    def stream_step(inputs: dict[str, tf.Tensor]) -> dict[str, tf.Tensor]:
        """The answer for all frames so far and a new state, from each video's next RGB frames and its last state."""
        shape = tf.shape(inputs["frames"])
        tf.debugging.assert_positive(shape[1], "a step needs at least one frame")
        one_each = tf.concat([[-1, 1], shape[2:]], axis=0)  # [batch * time, 1, height, width, 3]
        clips = tf.reshape(inputs["frames"], one_each)
        view = centre_view(fit_frames(clips, config), one_frame)
        frames = tf.reshape(view, [shape[0], shape[1], config.height, config.width, 3])
        logits, state = causal.step(network, frames, {name: inputs[name] for name in state_specs})
        return {**answer(probabilities_of(logits, config.labels, heads)), **state}

    return {"stream_init": stream_init, "stream_step": stream_step}
