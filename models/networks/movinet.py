"""MoViNet: a mobile, causal network that also works on streams, frame by frame.

Source: Kondratyuk et al., "MoViNets: Mobile Video Networks for Efficient Video Recognition", CVPR 2021 (arXiv:2103.11511):
inverted residual blocks, depthwise convolutions that see earlier frames only, and squeeze-and-excitation with the mean of
all frames so far. As in the paper's streaming models, a depthwise convolution is factorised into space and time. The last
normalisation of a block starts at zero, so that each block begins as an identity.

Presets that end with `stream` are the networks of the weights that the authors publish for streams, to the last operation:
activations are hard ones (Howard et al., "Searching for MobileNetV3", ICCV 2019, arXiv:1905.02244), and
squeeze-and-excitation also sees the mean of the frame itself.
"""

from typing import Any, NamedTuple

import keras
from keras import layers, ops

from models.networks.blocks import Regularization, drop_path_layer, drop_path_rates
from models.networks.causal import NUM_FRAMES, CausalLayer, State, remember, running_mean
from models.networks.conv_norm import Activation, Shape, conv_norm, depthwise_norm, hard_sigmoid, hard_swish, swish


class Stage(NamedTuple):
    """`blocks`: of each the inner width, and the size of its kernel in time and in space; the first has the stride."""

    width: int
    blocks: tuple[tuple[int, int, int], ...]
    stride: int = 2


class MoViNetPreset(NamedTuple):
    """Widths, in channels, of the stem, the last convolution and the hidden layer; `is_published`: see above."""

    stem_width: int
    stages: tuple[Stage, ...]
    last_width: int
    hidden_width: int = 2048
    is_published: bool = False


PRESETS = {
    "tiny": MoViNetPreset(
        8,
        (
            Stage(8, ((24, 1, 5),)),
            Stage(24, ((64, 3, 3), (64, 3, 3))),
            Stage(40, ((120, 5, 3), (120, 3, 3))),
            Stage(56, ((168, 5, 3), (168, 3, 3)), stride=1),
        ),
        192,
        512,
    ),
    "movinet_a0": MoViNetPreset(
        8,
        (
            Stage(8, ((24, 1, 5),)),
            Stage(32, ((80, 3, 3),) * 3),
            Stage(56, ((184, 5, 3), (112, 3, 3), (184, 3, 3))),
            Stage(56, ((184, 5, 3), *((184, 3, 3),) * 3), stride=1),
            Stage(104, ((384, 5, 3), (280, 1, 5), (280, 1, 5), (344, 1, 5))),
        ),
        480,
    ),
    "movinet_a1": MoViNetPreset(
        16,
        (
            Stage(16, ((40, 1, 5), (40, 3, 3))),
            Stage(40, ((96, 3, 3), (120, 3, 3), (96, 3, 3), (96, 3, 3))),
            Stage(64, ((216, 5, 3), (128, 3, 3), (216, 3, 3), (168, 3, 3), (216, 3, 3))),
            Stage(64, ((216, 5, 3), (216, 3, 3), (216, 3, 3), (128, 3, 3), (128, 1, 5), (216, 3, 3)), stride=1),
            Stage(136, ((456, 5, 3), *((360, 1, 5),) * 3, (456, 1, 5), (456, 3, 3), (544, 1, 3))),
        ),
        600,
    ),
    "movinet_a2": MoViNetPreset(
        16,
        (
            Stage(16, ((40, 1, 5), (40, 3, 3), (64, 3, 3))),
            Stage(40, ((96, 3, 3), (120, 3, 3), (96, 3, 3), (96, 3, 3), (120, 3, 3))),
            Stage(72, ((240, 5, 3), (160, 3, 3), (240, 3, 3), (192, 3, 3), (240, 3, 3))),
            Stage(72, ((240, 5, 3), *((240, 3, 3),) * 3, (144, 1, 5), (240, 3, 3)), stride=1),
            Stage(144, ((480, 5, 3), (384, 1, 5), (384, 1, 5), (480, 1, 5), (480, 1, 5), (480, 3, 3), (576, 1, 3))),
        ),
        640,
    ),
}
PRESETS |= {f"{name}_stream": PRESETS[name]._replace(is_published=True) for name in tuple(PRESETS) if name != "tiny"}


def movinet(clips: keras.KerasTensor, preset: MoViNetPreset, regularization: Regularization) -> keras.KerasTensor:
    """The backbone: [batch, time, height, width, channels] to features [batch, hidden_width]."""
    rates = drop_path_rates(regularization.drop_path, sum(len(stage.blocks) for stage in preset.stages))
    activation = hard_swish if preset.is_published else swish
    x = Stem(preset.stem_width, activation, name="stem")(clips)
    for index, stage in enumerate(preset.stages):
        for block, (inner_width, time_size, space_size) in enumerate(stage.blocks):
            stride = stage.stride if block == 0 else 1
            x = InvertedResidual(
                stage.width,
                inner_width,
                time_size,
                space_size,
                stride,
                next(rates),
                is_published=preset.is_published,
                name=f"stage{index}_block{block}",
            )(x)
    return Head(preset.last_width, preset.hidden_width, activation, name="head")(x)


def squeezed_width(width: int) -> int:
    """A quarter of the width, as the nearest multiple of 8 that is not a tenth smaller (as in MobileNetV3)."""
    nearest = max(8, (width // 4 + 4) // 8 * 8)
    return nearest if nearest >= 0.9 * width / 4 else nearest + 8


class Stem(layers.Layer):
    """A strided convolution of each frame."""

    def __init__(self, width: int, activation: Activation, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._conv = conv_norm(width, "conv", activation, size=3, stride=2)

    def build(self, shape: Shape) -> None:
        """`shape`: [batch, time, height, width, channels]."""
        self._conv.build((None, *shape[2:]))

    def call(self, x: Any) -> Any:
        """[batch, time, height, width, channels] to [batch, time, height / 2, width / 2, width]."""
        y = self._conv(_fold(x))
        return ops.reshape(y, (-1, ops.shape(x)[1], *y.shape[1:]))

    def compute_output_shape(self, shape: Shape) -> Shape:
        """The shape of `call`'s result, which Keras would otherwise find out by running it."""
        return (*shape[:2], *self._conv.compute_output_shape((None, *shape[2:]))[1:])


class InvertedResidual(CausalLayer):
    """Widen, convolve each channel in space and in time, weigh the channels, narrow, and add the input."""

    def __init__(
        self,
        width: int,
        inner_width: int,
        time_size: int,
        space_size: int,
        stride: int,
        drop_path: float,
        *,
        is_published: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._width, self._inner_width, self._past_size, self._stride = width, inner_width, time_size - 1, stride
        self._sees_frame = is_published
        self._squeezed_from = 2 * inner_width if is_published else inner_width
        activation, gate = (hard_swish, hard_sigmoid) if is_published else (swish, "sigmoid")
        self._widen = conv_norm(inner_width, "widen", activation)
        self._space = depthwise_norm((space_size, space_size), "same", "space", activation, stride)
        self._time = depthwise_norm((time_size, 1), "valid", "time", activation) if time_size > 1 else None
        self._squeeze = layers.Dense(squeezed_width(self._squeezed_from), activation=activation, name="squeeze")
        self._excite = layers.Dense(inner_width, activation=gate, name="excite")
        self._narrow = conv_norm(width, "narrow", gamma="zeros")
        self._drop_path = drop_path_layer(drop_path, 4, "narrow")
        self._pool = layers.AveragePooling2D(3, stride, "same", name="pool") if stride > 1 else None

    def build(self, shape: Shape) -> None:
        """`shape`: [batch, time, height, width, channels]; batch and time may be unknown."""
        in_width = shape[-1]
        self._height, self._image_width = (-(-side // self._stride) for side in shape[2:4])
        pixels = self._height * self._image_width
        self._shortcut = None
        if self._pool is not None or in_width != self._width:
            self._shortcut = conv_norm(self._width, "shortcut")
            self._shortcut.build((None, self._height, self._image_width, in_width))
        self._widen.build((None, *shape[2:]))
        self._space.build((None, *shape[2:4], self._inner_width))
        if self._time is not None:
            self._time.build((None, None, pixels, self._inner_width))
        self._squeeze.build((None, None, self._squeezed_from))
        self._excite.build((None, None, self._squeeze.units))
        self._narrow.build((None, None, pixels, self._inner_width))

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (*shape[:2], self._height, self._image_width, self._width)

    def initial_state(self, num_clips: Any) -> State:
        """The mean of all frames, [batch, inner_width], and the last ones, [batch, past, height * width, inner_width]."""
        state = super().initial_state(num_clips)
        state[f"{self.name}_mean"] = ops.zeros((num_clips, self._inner_width))
        if self._time is not None:
            pixels = self._height * self._image_width
            state[f"{self.name}_past"] = ops.zeros((num_clips, self._past_size, pixels, self._inner_width))
        return state

    def step(self, x: Any, state: State) -> tuple[Any, State]:
        """[batch, time, height, width, channels] to [batch, time, height / stride, width / stride, width]."""
        time, pixels, changed = ops.shape(x)[1], self._height * self._image_width, {}
        y = self._space(self._widen(_fold(x)))  # [batch * time, height / stride, width / stride, inner]
        y = ops.reshape(y, (-1, time, pixels, self._inner_width))
        if self._time is not None:
            y, changed[f"{self.name}_past"] = remember(y, state[f"{self.name}_past"])
            y = self._time(y)  # [batch, time, pixels, inner]
        of_frames = ops.mean(y, axis=2)  # [batch, time, inner]
        means = running_mean(of_frames, state[f"{self.name}_mean"], state[NUM_FRAMES])
        changed[f"{self.name}_mean"] = means[:, -1]
        if self._sees_frame:
            means = ops.concatenate([means, ops.cast(of_frames, means.dtype)], axis=-1)
        y = y * self._excite(self._squeeze(means))[:, :, None]
        y = self._drop_path(self._narrow(y))  # [batch, time, pixels, width]
        y = ops.reshape(y, (-1, time, self._height, self._image_width, self._width))
        return y + self._skip(x), changed

    def _skip(self, x: Any) -> Any:
        """The input in the shape of the output."""
        if self._shortcut is None:
            return x
        y = _fold(x) if self._pool is None else self._pool(_fold(x))
        return ops.reshape(self._shortcut(y), (-1, ops.shape(x)[1], self._height, self._image_width, self._width))


class Head(CausalLayer):
    """A last convolution, the mean of all pixels of all frames so far, and a hidden layer."""

    def __init__(self, last_width: int, hidden_width: int, activation: Activation, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._last_width = last_width
        self._conv = conv_norm(last_width, "conv", activation)
        self._hidden = layers.Dense(hidden_width, activation=swish, name="hidden")

    def build(self, shape: Shape) -> None:
        """`shape`: [batch, time, height, width, channels]."""
        self._conv.build((None, *shape[2:]))
        self._hidden.build((None, self._last_width))

    def compute_output_shape(self, shape: Shape) -> Shape:
        return (shape[0], self._hidden.units)

    def initial_state(self, num_clips: Any) -> State:
        """The mean of all frames, [batch, last_width]."""
        return super().initial_state(num_clips) | {f"{self.name}_mean": ops.zeros((num_clips, self._last_width))}

    def step(self, x: Any, state: State) -> tuple[Any, State]:
        """[batch, time, height, width, channels] to the features after the last frame, [batch, hidden_width]."""
        y = ops.mean(self._conv(_fold(x)), axis=(1, 2))  # [batch * time, last_width]
        y = ops.reshape(y, (-1, ops.shape(x)[1], self._last_width))
        mean = running_mean(y, state[f"{self.name}_mean"], state[NUM_FRAMES])[:, -1]
        return self._hidden(mean), {f"{self.name}_mean": mean}


def _fold(x: Any) -> Any:
    """[batch, time, height, width, channels] to [batch * time, height, width, channels]."""
    return ops.reshape(x, (-1, *x.shape[2:]))
