"""Networks that see the past only, and can so go on where an earlier part of a video ended.

Source: the stream buffers of Kondratyuk et al., "MoViNets: Mobile Video Networks for Efficient Video Recognition", CVPR 2021
(arXiv:2103.11511). What a layer needs of the past is its state. A whole clip is one step from the initial state, so there is
one set of weights and one path through the code for both.
"""

from typing import Any

import keras
from keras import layers, ops

State = dict[str, Any]  # tensors by name; each has the batch as its first dimension

NUM_FRAMES = "num_frames"  # int32 [batch]: how many frames of each stream have been seen


class CausalLayer(layers.Layer):
    """A layer whose output for a frame depends on that frame and earlier ones, through a state."""

    def initial_state(self, num_clips: Any) -> State:
        """The state before the first frame, `NUM_FRAMES` included; names begin with the layer's."""
        return {NUM_FRAMES: ops.zeros((num_clips,), "int32")}

    def step(self, x: Any, state: State) -> tuple[Any, State]:
        """Go on with frames [batch, time, height, width, channels]: the output, and what has changed of the state."""
        raise NotImplementedError

    def call(self, x: Any) -> Any:
        """The output for a whole clip."""
        return self.step(x, self.initial_state(ops.shape(x)[0]))[0]


def is_causal(network: keras.Model) -> bool:
    """Whether a network can be used with `initial_state` and `step`."""
    return any(isinstance(layer, CausalLayer) for layer in network.layers)


def initial_state(network: keras.Model, num_streams: Any) -> State:
    """The state of a causal network before the first frame of `num_streams` videos: float32, but for `NUM_FRAMES`."""
    state: State = {}
    for layer in network.layers:
        if isinstance(layer, CausalLayer):
            state |= layer.initial_state(num_streams)
    return state


def step(network: keras.Model, frames: Any, state: State) -> tuple[Any, State]:
    """Go on with the next frames of each video.

    Args:
      network: a causal network: a chain of layers, each causal or looking at single frames.
      frames: uint8 [batch, time, height, width, 3], with the network's height and width, and any time.
      state: that of the step before, or `initial_state`.

    Returns:
      Logits, float32 [batch, num_classes], of all frames so far, and the next state.
    """
    x, next_state = frames, {NUM_FRAMES: state[NUM_FRAMES] + ops.shape(frames)[1]}
    for layer in network.layers[1:]:  # the first one is the input
        if isinstance(layer, CausalLayer):
            x, changed = layer.step(x, state)
            next_state |= changed
        else:
            x = layer(x)
    return x, next_state


def remember(x: Any, past: Any) -> tuple[Any, Any]:
    """Frames [batch, time, ...] joined to the `past` ones [batch, size, ...] before them, and the last `size` of all."""
    joined = ops.concatenate([ops.cast(past, x.dtype), x], axis=1)
    return joined, ops.cast(joined[:, -past.shape[1] :], past.dtype)


def running_mean(values: Any, mean: Any, num_frames: Any) -> Any:
    """The mean of all values so far, after each frame: from [batch, time, channels] to the same in float32.

    `mean`, float32 [batch, channels], is that of the `num_frames` (int32 [batch]) values before.
    """
    # A sum would lose precision as it grows.
    before = ops.cast(num_frames, "float32")[:, None, None]  # [batch, 1, 1]
    sums = ops.cumsum(ops.cast(values, "float32"), axis=1)
    counts = ops.arange(1, ops.shape(values)[1] + 1, dtype="float32")[None, :, None]  # [1, time, 1]
    return (mean[:, None] * before + sums) / (before + counts)
