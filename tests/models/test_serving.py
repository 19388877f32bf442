"""The exported model: all ways of asking it give one answer, for any number of clips."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from models import features
from models.config import ModelConfig
from models.export_info import ExportInfo, read_export_info
from models.preprocessing import decode_clips
from models.serving import MICRO_BATCH, ServingModule, export
from models.views import centre_view
from tests.models.clips import CLASSES, clip_example, one_stage_network
from tests.models.exported import Signature, draw_jpegs, examples_of, frames_of, load_signatures

CARD = ExportInfo(CLASSES, {"num_frames": 2}, {"short_side": 40}, "key")
NUM_CLIPS = 17


@pytest.fixture(scope="module")
def network(model_config: ModelConfig) -> keras.Model:
    return one_stage_network(model_config)


@pytest.fixture(scope="module")
def model_dir(
    network: keras.Model,
    transform: tft.TFTransformOutput,
    model_config: ModelConfig,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    folder = tmp_path_factory.mktemp("model")
    export(ServingModule(network, transform, model_config, CLASSES), CARD, str(folder))
    return folder


@pytest.fixture(scope="module")
def signatures(model_dir: Path) -> dict[str, Signature]:
    return load_signatures(model_dir)


@pytest.fixture(scope="module")
def jpegs() -> np.ndarray:
    return draw_jpegs(NUM_CLIPS)


@pytest.fixture(scope="module")
def expected(network: keras.Model, model_config: ModelConfig, jpegs: np.ndarray) -> np.ndarray:
    """Probabilities of the Keras network itself."""
    views = centre_view(decode_clips(tf.constant(jpegs), model_config), model_config)
    return np.asarray(keras.ops.softmax(network(views, training=False)))


def test_all_signatures_are_there(signatures: dict[str, Signature]) -> None:
    assert set(signatures) == {"serving_default", "predict_frames", "predict_jpeg", "evaluate", "transform_features"}


@pytest.mark.parametrize("num_clips", [0, 1, MICRO_BATCH, MICRO_BATCH + 1, NUM_CLIPS])
def test_every_way_of_asking_gives_the_answer_of_the_network(
    signatures: dict[str, Signature], jpegs: np.ndarray, expected: np.ndarray, num_clips: int
) -> None:
    jpegs, expected = jpegs[:num_clips], expected[:num_clips]
    answers = {
        "serving_default": signatures["serving_default"](examples=examples_of(jpegs)),
        "predict_jpeg": signatures["predict_jpeg"](frames=tf.constant(jpegs, tf.string)),
        "predict_frames": signatures["predict_frames"](frames=frames_of(jpegs)),
        "evaluate": signatures["evaluate"](examples=examples_of(jpegs)),
    }
    for answer in answers.values():
        assert answer["probabilities"].shape == (num_clips, len(CLASSES))
        np.testing.assert_allclose(answer["probabilities"], expected, atol=1e-5)
    assert list(answers.pop("evaluate")) == ["probabilities"]
    for answer in answers.values():
        assert answer["classes"].numpy().tolist() == [[label.encode() for label in CLASSES]] * num_clips
        assert answer["label"].numpy().tolist() == [CLASSES[i].encode() for i in expected.argmax(axis=1)]


def test_a_session_on_the_graph_as_tensorflow_serving_has_it_gives_the_same_answers(
    model_dir: Path, jpegs: np.ndarray, expected: np.ndarray
) -> None:
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        graph = tf.compat.v1.saved_model.load(session, [tf.saved_model.SERVING], str(model_dir))
        signature = graph.signature_def["predict_jpeg"]
        probabilities = session.run(
            signature.outputs["probabilities"].name, {signature.inputs["frames"].name: jpegs[:2]}
        )
    np.testing.assert_allclose(probabilities, expected[:2], atol=1e-5)


def test_answers_depend_on_the_clip(expected: np.ndarray) -> None:
    assert np.ptp(expected, axis=0).max() > 1e-3
    np.testing.assert_allclose(expected.sum(axis=1), 1, atol=1e-6)


def test_an_example_needs_nothing_but_its_frames(
    signatures: dict[str, Signature], jpegs: np.ndarray, expected: np.ndarray
) -> None:
    example = features.make_example({features.FRAMES: list(jpegs[0])})
    for name in ("serving_default", "evaluate"):
        answer = signatures[name](examples=tf.constant([example]))
        np.testing.assert_allclose(answer["probabilities"], expected[:1], atol=1e-5)


@pytest.mark.parametrize(("num_frames", "height", "width"), [(1, 40, 56), (2, 20, 90), (9, 64, 32)])
def test_frames_may_have_any_number_and_size(
    signatures: dict[str, Signature], num_frames: int, height: int, width: int
) -> None:
    frames = np.random.default_rng(0).integers(0, 256, (2, num_frames, height, width, 3), dtype=np.uint8)
    png = [[tf.io.encode_png(frame).numpy() for frame in clip] for clip in frames]
    from_frames = signatures["predict_frames"](frames=tf.constant(frames))["probabilities"]
    from_images = signatures["predict_jpeg"](frames=tf.constant(png))["probabilities"]
    assert from_frames.shape == (2, len(CLASSES))
    np.testing.assert_allclose(from_frames, from_images, atol=1e-5)


def test_labels_become_ids_and_unknown_ones_minus_one(signatures: dict[str, Signature], jpegs: np.ndarray) -> None:
    examples = [clip_example(label, list(jpegs[0])) for label in ("sit", "walk", "run")]
    assert signatures["transform_features"](examples=tf.constant(examples))["label_id"].numpy().tolist() == [2, 0, -1]


@pytest.mark.parametrize("broken", [b"", b"no jpeg", "cut"])
def test_a_broken_frame_is_an_invalid_argument_and_the_model_goes_on(
    signatures: dict[str, Signature], jpegs: np.ndarray, expected: np.ndarray, broken: bytes | str
) -> None:
    frames = jpegs[:1].copy()
    frames[0, 1] = frames[0, 1][:100] if broken == "cut" else broken
    for call in (
        lambda: signatures["predict_jpeg"](frames=tf.constant(frames, tf.string)),
        lambda: signatures["serving_default"](examples=examples_of(frames)),
    ):
        with pytest.raises(tf.errors.InvalidArgumentError):
            call()
    answer = signatures["predict_jpeg"](frames=tf.constant(jpegs[:1], tf.string))
    np.testing.assert_allclose(answer["probabilities"], expected[:1], atol=1e-5)


def test_frames_that_the_network_does_not_see_are_not_decoded(
    signatures: dict[str, Signature], jpegs: np.ndarray, expected: np.ndarray
) -> None:
    frames = jpegs[:1].copy()
    frames[0, [0, 2]] = b"no jpeg"  # of four frames a network of two sees the second and the last
    answer = signatures["predict_jpeg"](frames=tf.constant(frames, tf.string))
    np.testing.assert_allclose(answer["probabilities"], expected[:1], atol=1e-5)


@pytest.mark.parametrize("frames", [np.zeros((1, 0, 40, 56, 3), np.uint8), np.zeros((1, 2, 0, 0, 3), np.uint8)])
def test_a_clip_without_pixels_is_an_invalid_argument(signatures: dict[str, Signature], frames: np.ndarray) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="at least one frame|non-zero size"):
        signatures["predict_frames"](frames=tf.constant(frames))


def test_an_example_with_another_number_of_frames_is_an_invalid_argument(
    signatures: dict[str, Signature], jpegs: np.ndarray
) -> None:
    example = features.make_example({features.FRAMES: list(jpegs[0][:3])})
    with pytest.raises(tf.errors.InvalidArgumentError, match="frames"):
        signatures["serving_default"](examples=tf.constant([example]))


def test_the_card_is_beside_the_model(model_dir: Path) -> None:
    assert read_export_info(model_dir) == CARD
