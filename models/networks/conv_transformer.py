"""A stem of 3-D convolutions and a transformer whose attention is factorised into space and time.

Sources: Arnab et al., "ViViT: A Video Vision Transformer", ICCV 2021 (arXiv:2103.15691), its factorised encoder (model 2):
a first transformer relates the places of one moment, a second one the moments, so that the cost grows with the squares of
both numbers and not of their product. Xiao et al., "Early Convolutions Help Transformers See Better", NeurIPS 2021
(arXiv:2106.14881): strided convolutions in place of cutting out patches. Blocks normalise before each branch, and tokens are
averaged instead of reading a class token.
"""

from typing import Any, NamedTuple

import keras
from keras import layers, ops

from models.networks.blocks import Regularization, drop_path_layer, drop_path_rates, norm_relu

_EPSILON = 1e-6
_FIRST_SCALE = 0.01


class ConvTransformerPreset(NamedTuple):
    """`stem_widths` in channels, each layer halving height and width, the last one time too; `width` of the tokens."""

    stem_widths: tuple[int, ...]
    width: int
    heads: int
    space_depth: int
    time_depth: int


PRESETS = {
    "tiny": ConvTransformerPreset((16, 32, 64), 96, 3, 2, 2),
    "small": ConvTransformerPreset((32, 64, 128), 192, 3, 4, 2),
    "vivit_s": ConvTransformerPreset((48, 96, 192), 384, 6, 12, 4),
    "vivit_b": ConvTransformerPreset((64, 128, 256), 768, 12, 12, 4),
}


def conv_transformer(
    clips: keras.KerasTensor, preset: ConvTransformerPreset, regularization: Regularization
) -> keras.KerasTensor:
    """The backbone: [batch, time, height, width, channels] to features [batch, preset.width]."""
    rates = drop_path_rates(regularization.drop_path, preset.space_depth + preset.time_depth)
    tokens = _stem(clips, preset)
    time, rows, columns, width = tokens.shape[1:]

    tokens = Positions(axes=(2, 3), name="stage0_positions")(tokens)
    tokens = ops.reshape(tokens, (-1, rows * columns, width))  # [batch * time, places, width]
    for block in range(preset.space_depth):
        tokens = _block(tokens, preset.heads, next(rates), name=f"stage0_block{block}")
    tokens = layers.LayerNormalization(epsilon=_EPSILON, name="stage0_norm")(tokens)

    moments = ops.reshape(ops.mean(tokens, axis=1), (-1, time, width))
    moments = Positions(axes=(1,), name="stage1_positions")(moments)
    for block in range(preset.time_depth):
        moments = _block(moments, preset.heads, next(rates), name=f"stage1_block{block}")
    moments = layers.LayerNormalization(epsilon=_EPSILON, name="stage1_norm")(moments)
    return ops.mean(moments, axis=1)  # [batch, width]


def _stem(x: keras.KerasTensor, preset: ConvTransformerPreset) -> keras.KerasTensor:
    """Tokens [batch, time / 2, height / 2^layers, width / 2^layers, preset.width]."""
    for index, width in enumerate(preset.stem_widths):
        name = f"stem_conv{index}"
        strides = (2 if index == len(preset.stem_widths) - 1 else 1, 2, 2)
        conv = layers.Conv3D(width, 3, strides, "same", use_bias=False, kernel_initializer="he_normal", name=name)
        x = norm_relu(conv(x), name)
    return layers.Dense(preset.width, name="stem_tokens")(x)


def _block(x: keras.KerasTensor, heads: int, drop_path: float, name: str) -> keras.KerasTensor:
    """Attention and a two-layer perceptron, four times as wide, each added to its input: [rows, tokens, width]."""
    width = x.shape[-1]
    y = layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_attention_norm")(x)
    y = layers.MultiHeadAttention(heads, width // heads, name=f"{name}_attention")(y, y)
    x = x + _branch(y, drop_path, f"{name}_attention")
    y = layers.LayerNormalization(epsilon=_EPSILON, name=f"{name}_mlp_norm")(x)
    y = layers.Dense(4 * width, activation="gelu", name=f"{name}_mlp1")(y)
    y = layers.Dense(width, name=f"{name}_mlp2")(y)
    return x + _branch(y, drop_path, f"{name}_mlp")


def _branch(y: keras.KerasTensor, drop_path: float, name: str) -> keras.KerasTensor:
    return drop_path_layer(drop_path, 3, name)(LayerScale(name=f"{name}_scale")(y))


class LayerScale(layers.Layer):
    """A learned factor for each channel that starts small: at first a residual block changes little.

    Source: Touvron et al., "Going Deeper with Image Transformers", ICCV 2021 (arXiv:2103.17239).
    """

    def build(self, shape: tuple[int | None, ...]) -> None:
        """`shape`: [..., width]."""
        first = keras.initializers.Constant(_FIRST_SCALE)
        self._gamma = self.add_weight(shape=(shape[-1],), initializer=first, name="gamma")

    def call(self, x: Any) -> Any:
        return x * self._gamma


class Positions(layers.Layer):
    """Adds a learned embedding of each token's place: the sum of one embedding for each of the `axes`."""

    def __init__(self, axes: tuple[int, ...], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._axes = axes

    def build(self, shape: tuple[int | None, ...]) -> None:
        """`shape`: [batch, ..., width], known along the axes."""
        self._tables = [
            self.add_weight(
                shape=[size if i == axis else 1 for i, size in enumerate(shape[1:-1], start=1)] + [shape[-1]],
                initializer=keras.initializers.TruncatedNormal(stddev=0.02),
                name=f"position_axis{axis}",
            )
            for axis in self._axes
        ]

    def call(self, tokens: Any) -> Any:
        for table in self._tables:
            tokens = tokens + table
        return tokens
