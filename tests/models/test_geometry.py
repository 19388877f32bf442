"""Boxes go where fitting a frame takes the picture under them."""

from typing import Literal

import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft
from hypothesis import assume, given
from hypothesis import strategies as st

from models import features
from models.config import ModelConfig
from models.geometry import boxes_in_frame, fit_boxes, frame_sizes, image_sizes
from models.preprocessing import fit_frames, unpack_clips
from models.views import centre_boxes
from tests.models.clips import NUM_STORED, Clip, clip_example, encode_clip

Resize = Literal["crop", "pad", "stretch"]
Edges = tuple[float, float, float, float]

HEIGHT, WIDTH = 64, 80


def config(resize: Resize) -> ModelConfig:
    return ModelConfig(height=HEIGHT, width=WIDTH, crop_margin=1, resize=resize)


def fit_one(box: Edges, size: tuple[int, int], resize: Resize, valid: float = 1.0) -> tuple[list[float], float]:
    """The edges and the validity that a box in a frame of `size` (height, width) gets."""
    boxes, validity = fit_boxes(tf.constant([[box]]), tf.constant([[valid]]), tf.constant([size]), config(resize))
    return boxes.numpy()[0, 0].tolist(), float(validity.numpy()[0, 0])


def bright_edges(frame: Clip) -> list[float]:
    """The box in pixels around all that is bright in a frame [height, width, 3], from the sums of the brightness."""
    edges = []
    for axis in (0, 1):
        # Per column, then per row: a pixel at the rectangle's edge is as bright as the part of it that is covered.
        covered = frame[..., 0].max(axis=axis) / 255
        first = int(np.argmax(covered > 0.02))
        last = len(covered) - 1 - int(np.argmax(covered[::-1] > 0.02))
        edges.append((first + 1 - covered[first], last + covered[last]))
    (x_min, x_max), (y_min, y_max) = edges
    return [x_min, y_min, x_max, y_max]


@st.composite
def rectangles(draw: st.DrawFn) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
    """A frame's height and width, and [x_min, y_min, x_max, y_max] of a rectangle of at least 12 pixels a side in it."""
    height, width = draw(st.integers(24, 200)), draw(st.integers(24, 200))
    x_min, y_min = draw(st.integers(0, width - 12)), draw(st.integers(0, height - 12))
    x_max, y_max = draw(st.integers(x_min + 12, width)), draw(st.integers(y_min + 12, height))
    return (height, width), (x_min, y_min, x_max, y_max)


@given(rectangle=rectangles(), resize=st.sampled_from(["crop", "pad", "stretch"]))
def test_a_rectangle_is_found_where_its_box_says(
    rectangle: tuple[tuple[int, int], tuple[int, int, int, int]], resize: Resize
) -> None:
    (height, width), (x_min, y_min, x_max, y_max) = rectangle
    frame = np.zeros((height, width, 3), np.uint8)
    frame[y_min:y_max, x_min:x_max] = 255
    fitted = np.asarray(fit_frames(tf.constant(frame), config(resize)))
    box = (x_min / width, y_min / height, x_max / width, y_max / height)
    edges, validity = fit_one(box, (height, width), resize)
    left, top, right, bottom = np.array(edges) * [WIDTH, HEIGHT, WIDTH, HEIGHT]
    # Where less than two pixels of it are left, the kernel's blur is all that there is to see.
    assume(validity == 0 or min(right - left, bottom - top) >= 2)
    if validity == 0:
        assert edges == [0, 0, 0, 0]
        assert fitted.max() <= 160
        return
    # The kernel reaches one pixel of the larger of the two pictures beyond an edge.
    scale = max(1.0, HEIGHT / height, WIDTH / width)
    np.testing.assert_allclose(bright_edges(fitted), [left, top, right, bottom], atol=0.75 + scale)


@pytest.mark.parametrize("resize", ["crop", "pad", "stretch"])
def test_in_a_frame_of_the_clips_own_size_boxes_stay_where_they_are(resize: Resize) -> None:
    edges, validity = fit_one((0.1, 0.2, 0.5, 0.75), (HEIGHT, WIDTH), resize, valid=0.5)
    assert edges == pytest.approx([0.1, 0.2, 0.5, 0.75])
    assert validity == 0.5


def test_cropping_cuts_a_box_at_the_edge() -> None:
    # 160 pixels wide, of which the middle half is shown.
    edges, validity = fit_one((0.0, 0.0, 0.5, 1.0), (64, 160), "crop")
    assert (edges, validity) == (pytest.approx([0, 0, 0.5, 1]), 1)


@pytest.mark.parametrize("box", [(0.0, 0.0, 0.2, 1.0), (0.75, 0.5, 1.0, 1.0)])
def test_a_box_of_which_nothing_is_left_becomes_invalid(box: Edges) -> None:
    assert fit_one(box, (64, 160), "crop") == ([0, 0, 0, 0], 0)


def test_padding_moves_a_box_with_its_picture() -> None:
    edges, _ = fit_one((0.0, 0.0, 1.0, 1.0), (32, 80), "pad")
    assert edges == pytest.approx([0, 0.25, 1, 0.75])


def test_where_there_is_no_box_there_is_none_afterwards() -> None:
    assert fit_one((0.0, 0.0, 0.0, 0.0), (100, 100), "pad", valid=0.0) == ([0, 0, 0, 0], 0)


def test_no_clips_have_no_boxes() -> None:
    boxes, valid = fit_boxes(tf.zeros([0, 3, 4]), tf.zeros([0, 3]), tf.zeros([0, 2], tf.int32), config("crop"))
    assert (boxes.shape, valid.shape) == ((0, 3, 4), (0, 3))


def test_sizes_are_those_of_the_jpegs() -> None:
    clips = [encode_clip(np.zeros((1, *size, 3), np.uint8)) for size in [(9, 20), (300, 1)]]
    assert frame_sizes(tf.constant(clips)).numpy().tolist() == [[9, 20], [300, 1]]


def test_sizes_are_those_of_images_of_other_formats_too() -> None:
    images = [[tf.io.encode_png(np.zeros((*size, 1), np.uint8)).numpy()] for size in [(9, 20), (300, 1)]]
    assert image_sizes(tf.constant(images)).numpy().tolist() == [[9, 20], [300, 1]]


@given(
    rectangle=rectangles(),
    resize=st.sampled_from(["crop", "pad", "stretch"]),
    crop_margin=st.sampled_from([1.0, 1.15, 1.5]),
)
def test_a_box_that_the_network_sees_whole_comes_back_to_its_frame(
    rectangle: tuple[tuple[int, int], tuple[int, int, int, int]], resize: Resize, crop_margin: float
) -> None:
    """From the frame to the clip, to the view at its centre, and back."""
    size, pixels = rectangle
    box = np.array(pixels) / np.array([size[1], size[0]] * 2)
    model = ModelConfig(num_frames=1, height=HEIGHT, width=WIDTH, crop_margin=crop_margin, resize=resize)
    frame_size = tf.constant([size])
    fitted = fit_boxes(tf.constant(box[np.newaxis, np.newaxis], tf.float32), tf.ones([1, 1]), frame_size, model)
    edges, validity = centre_boxes(*fitted, model)
    back = boxes_in_frame(edges, frame_size, model).numpy()[0, 0]
    seen = edges.numpy()[0, 0]
    is_whole = [edge > 0 for edge in seen[:2]] + [edge < 1 for edge in seen[2:]]
    assume(validity.numpy()[0, 0] > 0)
    for index in range(4):
        if is_whole[index]:
            assert back[index] == pytest.approx(box[index], abs=1e-4)
        elif index < 2:  # cut at the view's edge: less is seen than there is
            assert back[index] >= box[index] - 1e-4
        else:
            assert back[index] <= box[index] + 1e-4


def test_a_box_that_leaves_the_picture_is_cut_at_the_edges_of_the_frame() -> None:
    boxes = tf.constant([[[-0.5, 0.0, 1.5, 1.0]]])
    np.testing.assert_allclose(boxes_in_frame(boxes, tf.constant([[32, 80]]), config("pad")), [[[0, 0, 1, 1]]])
    # Of 160 pixels, the middle half is seen.
    np.testing.assert_allclose(
        boxes_in_frame(tf.constant([[[0.0, 0, 1, 0.5]]]), tf.constant([[64, 160]]), config("crop")),
        [[[0.25, 0, 0.75, 0.5]]],
    )


def test_transform_gives_the_boxes_of_its_clips(transform: tft.TFTransformOutput, model_config: ModelConfig) -> None:
    clip = np.zeros((NUM_STORED, 40, 100, 3), np.uint8)
    clip[:, 10:30, 40:60] = 255
    boxes = [0.4, 0.25, 0.6, 0.75] * (NUM_STORED - 1) + [0.0, 0.0, 0.05, 1.0]
    example = clip_example("walk", encode_clip(clip), boxes=boxes, box_valid=[1.0, 0.5, 1.0, 1.0])
    raw = tf.io.parse_example([example], transform.raw_feature_spec())
    outputs = transform.transform_features_layer()(raw)
    assert outputs[features.CLIP_BOX_VALID].numpy().tolist() == [[1, 0.5, 1, 0]]
    frames = unpack_clips(outputs[features.CLIP], NUM_STORED, model_config).numpy()[0]
    size = [model_config.clip_width, model_config.clip_height] * 2
    for edges, frame in zip(outputs[features.CLIP_BOXES].numpy()[0, :3], frames, strict=False):
        seen = np.where(frame > 127, 255, 0).astype(np.uint8)
        np.testing.assert_allclose(bright_edges(seen), edges * size, atol=1)
