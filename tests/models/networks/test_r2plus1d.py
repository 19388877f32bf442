"""The networks: sizes against the paper, and the folded convolutions against real ones."""

import keras
import numpy as np
import pytest
from keras import layers

import models.networks.r2plus1d as folded
from models.config import ModelConfig
from models.networks.blocks import Regularization
from models.networks.build import build_network
from models.networks.r2plus1d import PRESETS, R2Plus1DPreset, middle_width, r2plus1d


def count_weights(preset: R2Plus1DPreset, num_classes: int) -> int:
    """Trainable parameters of an R(2+1)D network, counted from the paper's description.

    A (2+1)D convolution with t x d x d taps has M = floor(t d^2 N_in N_out / (d^2 N_in + t N_out)) channels between its
    halves; each convolution is without bias and followed by a batch normalisation with two parameters a channel. Within
    a block both convolutions have the M of the first one, as in the published implementations.
    """

    def factorised(in_width: int, middle: int, out_width: int, space_size: int) -> int:
        weights = space_size**2 * in_width * middle + 3 * middle * out_width
        return weights + 2 * middle + 2 * out_width

    total = factorised(3, preset.stem_middle_width, preset.stage_widths[0], space_size=7)
    width = preset.stage_widths[0]
    for out_width, num_blocks in zip(preset.stage_widths, preset.blocks, strict=True):
        for _ in range(num_blocks):
            middle = int(3 * 9 * width * out_width / (9 * width + 3 * out_width))
            total += factorised(width, middle, out_width, 3) + factorised(out_width, middle, out_width, 3)
            if width != out_width:
                total += width * out_width + 2 * out_width
            width = out_width
    return total + width * num_classes + num_classes


def build(preset: str, num_frames: int = 2, height: int = 32, width: int = 32, num_classes: int = 5) -> keras.Model:
    config = ModelConfig(preset=preset, num_frames=num_frames, height=height, width=width)
    return build_network(config, num_classes=num_classes, dropout=0.5)


def trainable(network: keras.Model) -> int:
    return sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)


@pytest.mark.parametrize("preset", ["tiny", "small", "r2plus1d_10"])
def test_a_preset_has_as_many_weights_as_the_paper_says_and_one_logit_a_class(preset: str) -> None:
    network = build(preset)
    assert trainable(network) == count_weights(PRESETS[preset], 5)
    assert network.output_shape == (None, 5)


def test_r2plus1d_18_has_the_size_of_the_published_network() -> None:
    network = build("r2plus1d_18", num_classes=400)
    assert trainable(network) == count_weights(PRESETS["r2plus1d_18"], 400) == 31_505_325


@pytest.mark.parametrize(("in_width", "out_width"), [(64, 64), (64, 128), (128, 128), (256, 512)])
def test_the_factorised_convolution_has_hardly_fewer_weights_than_the_real_one(in_width: int, out_width: int) -> None:
    middle = middle_width(in_width, out_width)
    factorised = 9 * in_width * middle + 3 * middle * out_width
    real = 27 * in_width * out_width
    assert real - (9 * in_width + 3 * out_width) < factorised <= real


@pytest.mark.parametrize(("num_frames", "height", "width"), [(1, 32, 32), (3, 33, 47), (5, 16, 17), (2, 112, 64)])
def test_any_number_of_frames_and_any_size_work(num_frames: int, height: int, width: int) -> None:
    network = build("tiny", num_frames, height, width)
    frames = np.random.default_rng(0).integers(0, 256, (2, num_frames, height, width, 3), dtype=np.uint8)
    logits = keras.ops.convert_to_numpy(network(frames, training=False))
    assert logits.shape == (2, 5)
    assert np.isfinite(logits).all()


def test_normalisation_is_part_of_the_network() -> None:
    config = ModelConfig(preset="tiny", num_frames=1, height=16, width=16)
    mean, std = (0.2, 0.4, 0.6), (0.1, 0.2, 0.3)
    network = build_network(config, num_classes=2, dropout=0, channel_mean=mean, channel_std=std)
    first_layer = next(layer for layer in network.layers if layer.name == "stem_space")
    seen = keras.Model(network.input, first_layer.input)
    frames = np.random.default_rng(0).integers(0, 256, (1, 1, 16, 16, 3), dtype=np.uint8)
    expected = (frames / 255 - np.array(mean)) / np.array(std)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(seen(frames)), expected[:, 0], atol=1e-5)


def real_convolution(
    clips: np.ndarray,
    kernel: np.ndarray,
    kernel_size: tuple[int, int, int],
    strides: tuple[int, int, int],
    padding: str = "same",
) -> np.ndarray:
    """A 3-D convolution with the weights of a 2-D one, whose kernel is [rows, columns, in, out]."""
    convolution = layers.Conv3D(kernel.shape[-1], kernel_size, strides, padding, use_bias=False)
    convolution.build(clips.shape)
    convolution.set_weights([kernel.reshape(*kernel_size, *kernel.shape[2:])])
    return keras.ops.convert_to_numpy(convolution(clips))


@pytest.mark.parametrize(
    ("name", "clip_shape"),
    [
        ("stem_space", (5, 22, 31, 3)),
        ("stage1_block0_space1", (5, 11, 9, 8)),
        ("stage0_block0_space2", (4, 10, 9, 8)),
        ("stage0_block0_time1", (5, 6, 7, 8)),
        ("stage1_block0_time1", (5, 6, 7, 8)),
        ("stage1_block0_time1", (4, 6, 7, 8)),
    ],
)
def test_a_folded_convolution_equals_the_real_one(name: str, clip_shape: tuple[int, ...]) -> None:
    clips = np.random.default_rng(1).normal(size=(2, *clip_shape)).astype(np.float32)
    stride = 2 if name.startswith(("stem", "stage1")) else 1
    size = 7 if name.startswith("stem") else 3
    fold = folded._spatial if "space" in name else folded._temporal
    inputs = keras.Input(clip_shape)
    model = keras.Model(inputs, fold(inputs, 6, size=size, stride=stride, name=name, relu=False))
    kernel_size, strides = ((1, size, size), (1, stride, stride)) if "space" in name else ((size, 1, 1), (stride, 1, 1))
    expected = real_convolution(clips, model.get_layer(name).get_weights()[0], kernel_size, strides)
    expected /= np.sqrt(1 + model.get_layer(f"{name}_norm").epsilon)  # all that a new normalisation does
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(clips)), expected, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "clip_shape"),
    [("stem_space", (2, 22, 31, 3)), ("stage1_block0_space1", (2, 11, 8, 8)), ("stage1_block0_time1", (4, 6, 7, 8))],
)
def test_padded_evenly_a_strided_convolution_sees_as_much_before_as_after(
    name: str, clip_shape: tuple[int, ...]
) -> None:
    """As PyTorch's with a padding of half the kernel, for even and odd sizes."""
    clips = np.random.default_rng(1).normal(size=(2, *clip_shape)).astype(np.float32)
    size = 7 if name.startswith("stem") else 3
    fold, inputs = folded._spatial if "space" in name else folded._temporal, keras.Input(clip_shape)
    arithmetic = folded.Arithmetic(epsilon=1e-5, pads_evenly=True)
    outputs = fold(inputs, 6, size=size, stride=2, name=name, arithmetic=arithmetic, relu=False)
    model = keras.Model(inputs, outputs)
    kernel_size, strides = ((1, size, size), (1, 2, 2)) if "space" in name else ((size, 1, 1), (2, 1, 1))
    padded = np.pad(clips, ((0, 0), *((side // 2, side // 2) for side in kernel_size), (0, 0)))
    kernel = model.get_layer(name).get_weights()[0]
    expected = real_convolution(padded, kernel, kernel_size, strides, "valid") / np.sqrt(1 + 1e-5)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(model(clips)), expected, atol=1e-4)


def test_the_backbone_divides_space_by_16_and_time_by_8() -> None:
    inputs = keras.Input((16, 112, 112, 3))
    backbone = keras.Model(inputs, r2plus1d(inputs, PRESETS["tiny"], Regularization()))
    last = backbone.get_layer("stage3_block0_time2_norm").output
    assert last.shape[1:] == (2, 7 * 7, 128)
    assert backbone.output_shape == (None, 128)


@pytest.mark.parametrize("num_frames", [1, 4, 5])
def test_every_second_frame_is_what_a_slice_with_a_stride_gives(num_frames: int) -> None:
    clips = np.random.default_rng(2).normal(size=(2, num_frames, 3, 4, 5)).astype(np.float32)
    inputs = keras.Input(clips.shape[1:])
    model = keras.Model(inputs, folded._every_second_frame(inputs))
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(model(clips)), clips[:, ::2])
