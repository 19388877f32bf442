"""What the export of a tracker says of where the actor is."""

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from models import features
from models.config import ModelConfig
from models.export_info import ExportInfo
from models.geometry import boxes_in_frame
from models.networks.outputs import outputs_of
from models.preprocessing import fit_frames
from models.serving import MICRO_BATCH, ServingModule, export
from models.views import centre_view
from tests.models.clips import CLASSES, NUM_STORED, linear_tracker
from tests.models.exported import Signature, draw_jpegs, examples_of, frames_of, load_signatures

NUM_CLIPS = MICRO_BATCH + 1
SHOWN = [1, 3]  # the two of four stored frames that the network sees


@pytest.fixture(scope="module")
def tracker_config(model_config: ModelConfig) -> ModelConfig:
    return model_config.model_copy(update={"network": "cnn_gru_tracker"})


@pytest.fixture(scope="module")
def network(tracker_config: ModelConfig) -> keras.Model:
    return linear_tracker(tracker_config)


@pytest.fixture(scope="module")
def signatures(
    network: keras.Model,
    tracker_config: ModelConfig,
    transform: tft.TFTransformOutput,
    tmp_path_factory: pytest.TempPathFactory,
) -> dict[str, Signature]:
    folder = tmp_path_factory.mktemp("tracker")
    export(ServingModule(network, transform, tracker_config, CLASSES), ExportInfo(CLASSES, {}, {}, ""), str(folder))
    return load_signatures(folder)


@pytest.fixture(scope="module")
def jpegs() -> np.ndarray:
    """Wider than what the network sees of them."""
    return draw_jpegs(NUM_CLIPS)


@pytest.fixture(scope="module")
def clips(jpegs: np.ndarray) -> np.ndarray:
    """The same frames decoded: uint8 [NUM_CLIPS, NUM_STORED, 40, 56, 3]."""
    return frames_of(jpegs).numpy()


@pytest.fixture(scope="module")
def expected(network: keras.Model, tracker_config: ModelConfig, clips: np.ndarray) -> np.ndarray:
    """The network's own boxes, in the frames: [NUM_CLIPS, num_frames, 4]."""
    view = centre_view(fit_frames(tf.constant(clips), tracker_config), tracker_config)
    sizes = tf.constant([[40, 56]] * NUM_CLIPS)
    return np.asarray(boxes_in_frame(outputs_of(network, view, training=False).boxes, sizes, tracker_config))


@pytest.mark.parametrize("num_clips", [0, 1, NUM_CLIPS])
def test_every_way_of_asking_gives_a_box_in_each_frame_that_the_network_saw(
    signatures: dict[str, Signature], jpegs: np.ndarray, clips: np.ndarray, expected: np.ndarray, num_clips: int
) -> None:
    answers = (
        signatures["predict_frames"](frames=tf.constant(clips[:num_clips])),
        signatures["predict_jpeg"](frames=tf.constant(jpegs[:num_clips], tf.string)),
        signatures["serving_default"](examples=examples_of(jpegs[:num_clips])),
    )
    for answer in answers:
        assert set(answer) == {"probabilities", "label", "classes", "boxes", "frame_indices"}
        assert answer["boxes"].shape == (num_clips, 2, 4)
        np.testing.assert_allclose(answer["boxes"], expected[:num_clips], atol=1e-5)
        assert answer["frame_indices"].numpy().tolist() == [SHOWN] * num_clips


def test_boxes_are_relative_to_the_frames_as_they_came(signatures: dict[str, Signature], clips: np.ndarray) -> None:
    """Frames with more to the left and right, which the network does not see: its boxes are the same pixels."""
    wider = np.pad(clips[:2], ((0, 0), (0, 0), (0, 0), (16, 16), (0, 0)))  # 88 pixels wide
    narrow, wide = (signatures["predict_frames"](frames=tf.constant(x))["boxes"].numpy() for x in (clips[:2], wider))
    pixels = wide * [88, 40, 88, 40] - [16, 0, 16, 0]
    np.testing.assert_allclose(pixels, narrow * [56, 40, 56, 40], atol=1e-3)


def test_frames_may_be_of_any_format_that_tensorflow_reads(
    signatures: dict[str, Signature], clips: np.ndarray, expected: np.ndarray
) -> None:
    png = [[tf.io.encode_png(frame).numpy() for frame in clip] for clip in clips[:2]]
    np.testing.assert_allclose(signatures["predict_jpeg"](frames=tf.constant(png))["boxes"], expected[:2], atol=1e-5)


def test_evaluation_says_how_well_each_box_agrees_and_how_much_it_counts(
    signatures: dict[str, Signature], jpegs: np.ndarray
) -> None:
    boxes = signatures["serving_default"](examples=examples_of(jpegs[:1]))["boxes"].numpy()[0]
    stored = np.zeros((NUM_STORED, 4), np.float32)
    stored[1] = boxes[0]
    stored[3] = boxes[1]
    stored[3, 3] = boxes[1, 1::2].mean()  # its upper half
    examples = examples_of(jpegs[:1], boxes=stored.ravel().tolist(), box_valid=[1.0, 1.0, 0.0, 0.5])
    found = signatures["evaluate"](examples=examples)
    assert set(found) == {"probabilities", "box_iou", "box_valid"}
    np.testing.assert_allclose(found["box_iou"], [[1, 0.5]], atol=1e-5)
    assert found["box_valid"].numpy().tolist() == [[1, 0.5]]


def test_an_example_without_boxes_counts_for_nothing(signatures: dict[str, Signature], jpegs: np.ndarray) -> None:
    example = features.make_example({features.FRAMES: list(jpegs[0])})
    assert signatures["evaluate"](examples=tf.constant([example]))["box_valid"].numpy().tolist() == [[0, 0]]
