"""From JPEG frames and labels to clips and ids."""

from pathlib import Path
from typing import Literal

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from models.config import ModelConfig
from models.data import ClipSource
from models.preprocessing import decode_clips, fit_frames, label_ids, pack_clips, unpack_clips
from tests.models.clips import CLASSES, NUM_STORED, Clip, clip_example, draw_clip, encode_clip, run_transform

Resize = Literal["crop", "pad", "stretch"]

LANDSCAPE, PORTRAIT, SQUARE, TINY, STRIP = (96, 160), (160, 96), (100, 100), (5, 7), (3, 200)


def config(resize: Resize = "crop", height: int = 64, width: int = 80) -> ModelConfig:
    return ModelConfig(height=height, width=width, crop_margin=1, resize=resize)


def white(size: tuple[int, int]) -> Clip:
    return np.full((*size, 3), 255, np.uint8)


def fitted(frame: Clip, model: ModelConfig) -> Clip:
    return np.asarray(fit_frames(tf.constant(frame), model).numpy())


def extent(frame: Clip) -> tuple[int, int]:
    """Height and width of what is bright."""
    rows, columns = np.nonzero(frame.mean(axis=-1) > 127)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def test_ids_are_positions_in_the_list_of_classes() -> None:
    ids = label_ids(tf.constant(["sit", "walk", "jump", "walk"]), ["walk", "jump", "sit"])
    assert ids.dtype == tf.int64
    assert ids.numpy().tolist() == [2, 0, 1, 0]


@pytest.mark.parametrize("label", ["run", "", "Walk", "walk ", "тест"])
def test_an_unknown_label_is_minus_one(label: str) -> None:
    assert label_ids(tf.constant([label, "walk"]), CLASSES).numpy().tolist() == [-1, 0]


def test_no_labels_are_no_ids() -> None:
    assert label_ids(tf.constant([], tf.string), CLASSES).shape == (0,)


@pytest.mark.parametrize("resize", ["crop", "pad", "stretch"])
@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT, SQUARE, TINY, STRIP, (1, 1), (64, 80), (65, 81)])
def test_the_result_has_exactly_the_size_of_a_clip(resize: Resize, size: tuple[int, int]) -> None:
    result = fit_frames(tf.constant(white(size)), config(resize))
    assert result.dtype == tf.uint8
    assert result.shape == (64, 80, 3)


@pytest.mark.parametrize("resize", ["crop", "pad", "stretch"])
def test_a_frame_of_the_right_size_stays_as_it_is(resize: Resize) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (64, 80, 3), dtype=np.uint8)
    np.testing.assert_array_equal(fitted(frame, config(resize)), frame)


@pytest.mark.parametrize("resize", ["crop", "pad"])
@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT, SQUARE])
def test_the_aspect_is_kept(resize: Resize, size: tuple[int, int]) -> None:
    frame = np.zeros((*size, 3), np.uint8)
    top, left = size[0] // 2 - 20, size[1] // 2 - 20
    frame[top : top + 40, left : left + 40] = 255
    height, width = extent(fitted(frame, config(resize)))
    assert abs(height - width) <= 1
    scale = max if resize == "crop" else min
    assert height == pytest.approx(40 * scale(64 / size[0], 80 / size[1]), abs=1.5)


def test_stretching_does_not_keep_the_aspect() -> None:
    frame = np.zeros((*PORTRAIT, 3), np.uint8)
    frame[60:100, 28:68] = 255
    assert extent(fitted(frame, config("stretch"))) == pytest.approx((40 * 64 / 160, 40 * 80 / 96), abs=1)


@pytest.mark.parametrize("size", [LANDSCAPE, PORTRAIT, SQUARE, TINY])
def test_cropping_leaves_no_bars(size: tuple[int, int]) -> None:
    assert fitted(white(size), config("crop")).min() == 255


@pytest.mark.parametrize(
    ("size", "shown"), [(LANDSCAPE, (48, 80)), (PORTRAIT, (64, 38)), (SQUARE, (64, 64)), (TINY, (57, 80))]
)
def test_padding_adds_black_bars_on_both_sides_of_the_whole_frame(
    size: tuple[int, int], shown: tuple[int, int]
) -> None:
    result = fitted(white(size), config("pad"))
    assert set(np.unique(result)) <= {0, 255}
    assert extent(result) == pytest.approx(shown, abs=1)
    for bright in (result.max(axis=(1, 2)) > 0, result.max(axis=(0, 2)) > 0):
        before, after = int(np.argmax(bright)), int(np.argmax(bright[::-1]))
        assert abs(before - after) <= 1


def test_cropping_keeps_the_centre() -> None:
    frame = np.zeros((64, 160, 3), np.uint8)
    frame[:, 40:120] = 255
    np.testing.assert_array_equal(fitted(frame, config("crop")), white((64, 80)))


def test_shrinking_averages_instead_of_dropping_pixels() -> None:
    stripes = np.zeros((512, 640, 3), np.uint8)
    stripes[:, ::2] = 254
    inner = fitted(stripes, config())[:, 2:-2]
    assert abs(inner.astype(int) - 127).max() <= 2


def test_a_frame_of_extreme_shape_takes_no_more_memory_than_its_pixels_and_the_clip() -> None:
    # Scaled as a whole, this one would be 64 x 4,192,000 pixels large.
    jpeg = tf.io.encode_jpeg(white((1, 65_500)))
    clip = decode_clips(tf.reshape(jpeg, [1, 1]), config("crop"))
    assert clip.shape == (1, 1, 64, 80, 3)


@pytest.mark.parametrize("resize", ["crop", "pad", "stretch"])
def test_decoded_frames_and_jpegs_of_the_same_pixels_give_the_same_clips(resize: Resize) -> None:
    jpegs = tf.constant([encode_clip(draw_clip(0, 1)), encode_clip(draw_clip(1, 2))])
    decoded = tf.stack([[tf.io.decode_jpeg(j, dct_method="INTEGER_ACCURATE") for j in clip] for clip in jpegs])
    from_jpegs, from_frames = decode_clips(jpegs, config(resize)), fit_frames(decoded, config(resize))
    assert from_jpegs.shape == (2, NUM_STORED, 64, 80, 3)
    np.testing.assert_array_equal(from_jpegs, from_frames)


def test_a_grey_jpeg_becomes_a_clip_of_three_channels() -> None:
    jpeg = tf.io.encode_jpeg(white((64, 80))[..., :1])
    assert decode_clips(tf.reshape(jpeg, [1, 1]), config()).shape == (1, 1, 64, 80, 3)


def test_no_clips_in_no_clips_out() -> None:
    assert decode_clips(tf.zeros([0, 3], tf.string), config()).shape == (0, 3, 64, 80, 3)
    assert fit_frames(tf.zeros([0, 3, 9, 9, 3], tf.uint8), config()).shape == (0, 3, 64, 80, 3)


def test_what_is_no_image_is_an_invalid_argument() -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="image"):
        decode_clips(tf.constant([["no jpeg"]]), config())


def test_unpacking_is_the_inverse_of_packing() -> None:
    clips = np.random.default_rng(0).integers(0, 256, (3, 2, 64, 80, 3), dtype=np.uint8)
    packed = pack_clips(tf.constant(clips))
    assert packed.shape == (3,)
    np.testing.assert_array_equal(unpack_clips(packed, 2, config()), clips)


def clips_of(examples: list[bytes], transform: tft.TFTransformOutput) -> dict[str, tf.Tensor]:
    return dict(transform.transform_features_layer()(tf.io.parse_example(examples, transform.raw_feature_spec())))


def test_transform_gives_clips_ids_and_the_statistics_of_the_training_set(
    transform: tft.TFTransformOutput, model_config: ModelConfig, train_examples: list[bytes]
) -> None:
    outputs = clips_of(train_examples, transform)
    clips = unpack_clips(outputs["clip"], NUM_STORED, model_config).numpy() / 255.0
    assert outputs["label_id"].numpy().tolist() == [0, 1, 2, 0, 1, 2, 0, 1]
    for row in range(len(train_examples)):
        np.testing.assert_allclose(outputs["channel_mean"][row], clips.mean(axis=(0, 1, 2, 3)), atol=1e-5)
        np.testing.assert_allclose(outputs["channel_std"][row], clips.std(axis=(0, 1, 2, 3)), atol=1e-5)


def test_the_order_of_the_training_set_changes_no_digit_of_its_statistics(
    tmp_path: Path, transform: tft.TFTransformOutput, model_config: ModelConfig, train_examples: list[bytes]
) -> None:
    turned = run_transform(tmp_path, train_examples[::-1], model_config)
    for name in ("channel_mean", "channel_std"):
        one, other = (clips_of(train_examples, each)[name].numpy() for each in (transform, turned))
        np.testing.assert_array_equal(one, other)


def test_transform_uses_the_training_set_for_other_clips_too(
    transform: tft.TFTransformOutput, source: ClipSource
) -> None:
    other = clips_of([clip_example("unknown", encode_clip(draw_clip(2, 99, height=80, width=60)))], transform)
    mean, std = source.channel_statistics()
    assert other["label_id"].numpy().tolist() == [-1]
    np.testing.assert_allclose(other["channel_mean"][0], mean, atol=1e-6)
    np.testing.assert_allclose(other["channel_std"][0], std, atol=1e-6)
