"""The sample client of files for devices gives a network the pixels, and picks the moments, that training had."""

import numpy as np
import pytest
import tensorflow as tf

from components.video.config import SamplingConfig
from components.video.images import encode_jpeg, scale_short_side
from components.video.sampling import plan_clips
from models.config import ModelConfig
from models.export_info import ExportInfo
from models.preprocessing import decode_clips
from models.views import centre_frames, centre_view
from pipeline.devices.card import preprocessing
from serving.clients.device_client import choose_moments, prepare


def facts_of(sampling: SamplingConfig, **model: object) -> dict[str, object]:
    config = ModelConfig(preset="tiny", num_frames=4, height=32, width=40, **model)
    info = ExportInfo(("a", "b"), config.model_dump(mode="json"), sampling.model_dump(mode="json"), "key")
    return preprocessing(info, config, None)


@pytest.mark.parametrize("resize", ["crop", "pad", "stretch"])
@pytest.mark.parametrize(("height", "width"), [(240, 320), (90, 70), (20, 64)])
def test_a_frame_is_prepared_as_the_export_prepares_it(resize: str, height: int, width: int) -> None:
    config = ModelConfig(preset="tiny", num_frames=1, height=32, width=40, resize=resize)
    facts = facts_of(SamplingConfig(short_side=50), resize=resize)
    image = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    jpeg = encode_jpeg(scale_short_side(image, 50), 90)
    expected = centre_view(decode_clips(tf.constant([[jpeg]]), config), config)[0, 0].numpy()
    # Decoders of JPEG differ by a grey level or two.
    differences = np.abs(prepare(image, facts).astype(int) - expected.astype(int))
    assert differences.max() <= 3 and differences.mean() < 0.5


def test_the_card_of_a_file_says_that_frames_are_cut_first() -> None:
    assert "crop_to_boxes" not in facts_of(SamplingConfig())["sampling"]
    cut = facts_of(SamplingConfig(crop_to_boxes=0.2, crop_aspect=1.25))["sampling"]
    assert (cut["crop_to_boxes"], cut["crop_aspect"]) == (0.2, 1.25)


@pytest.mark.parametrize(
    "sampling",
    [
        SamplingConfig(num_frames=10),
        SamplingConfig(num_frames=10, method="step", step_seconds=0.2),
        SamplingConfig(num_frames=10, method="step", step_frames=3),
        SamplingConfig(num_frames=10, method="dense"),
        SamplingConfig(num_frames=10, method="step", step_seconds=0.5, short="wrap"),
    ],
)
def test_frames_are_those_that_training_chose(sampling: SamplingConfig) -> None:
    start, end, fps = 1.0, 4.0, 25.0
    step = {"step": sampling.step_seconds or (sampling.step_frames or 0) / fps, "dense": 1 / fps}.get(sampling.method)
    (plan,) = plan_clips(start, end, sampling, step=step, frame_length=1 / fps)
    stored = [plan.targets[sample] for sample in plan.samples]
    config = ModelConfig(preset="tiny", num_frames=4)
    expected = [stored[index] for index in centre_frames(tf.constant(10), config).numpy()]
    assert choose_moments(facts_of(sampling), start, end, 1 / fps) == pytest.approx(expected)
