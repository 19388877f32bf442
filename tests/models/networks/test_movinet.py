"""MoViNet: size against the paper, and the same answer for a clip as for a stream."""

import keras
import numpy as np
import pytest

from models.networks import causal
from models.networks.movinet import PRESETS, MoViNetPreset, squeezed_width
from tests.models.networks.examples import Clips, build, logits_of, noise, randomize, trainable

LONGEST = 9


def count_weights(preset: MoViNetPreset, num_classes: int) -> int:
    """Trainable parameters, counted from the paper's description with depthwise convolutions in two halves.

    Convolutions have no bias and two values of normalisation a channel; the two layers of a squeeze-and-excitation have biases.
    In what is published for streams, the first of these also sees the frame itself.
    """

    def convolution(in_width: int, out_width: int, taps: int = 1) -> int:
        return taps * in_width * out_width + 2 * out_width

    total, width = convolution(3, preset.stem_width, 9), preset.stem_width
    for stage in preset.stages:
        for index, (inner, time, space) in enumerate(stage.blocks):
            seen = 2 * inner if preset.is_published else inner
            squeezed = squeezed_width(seen)
            total += convolution(width, inner) + convolution(1, inner, space**2) + convolution(inner, stage.width)
            total += convolution(1, inner, time) if time > 1 else 0
            total += (seen + 1) * squeezed + (squeezed + 1) * inner
            if width != stage.width or (index == 0 and stage.stride > 1):
                total += convolution(width, stage.width)
            width = stage.width
    total += convolution(width, preset.last_width) + (preset.last_width + 1) * preset.hidden_width
    return total + (preset.hidden_width + 1) * num_classes


@pytest.mark.parametrize("preset", ["tiny", "movinet_a1", "movinet_a0_stream"])
def test_a_preset_has_as_many_weights_as_the_paper_says(preset: str) -> None:
    assert trainable(build("movinet", preset)) == count_weights(PRESETS[preset], 5)


def test_a0_has_the_size_of_the_published_network() -> None:
    """3.1 million parameters with the 600 classes of Kinetics-600."""
    network = build("movinet", "movinet_a0", num_classes=600)
    assert trainable(network) == count_weights(PRESETS["movinet_a0"], 600)
    assert round(trainable(network) / 1e6, 1) == 3.1


@pytest.mark.parametrize(("width", "squeezed"), [(24, 8), (80, 24), (112, 32), (184, 48), (280, 72), (384, 96)])
def test_the_squeezed_width_is_about_a_quarter_and_a_multiple_of_eight(width: int, squeezed: int) -> None:
    assert squeezed_width(width) == squeezed


def test_blocks_divide_space_by_32_and_keep_time() -> None:
    network = build("movinet", "movinet_a0", num_frames=16, height=172, width=172)
    assert network.get_layer("stage4_block3").output.shape == (None, 16, 6, 6, 104)
    actual = keras.Model(network.input, network.get_layer("stage4_block3").output)(noise(1, 16, 172, 172))
    assert actual.shape == (1, 16, 6, 6, 104)


@pytest.fixture(scope="module")
def network() -> keras.Model:
    network = build("movinet", num_frames=LONGEST)
    randomize(network)
    return network


@pytest.fixture(scope="module")
def clips() -> Clips:
    return noise(2, LONGEST)


def stream(network: keras.Model, clips: Clips, chunks: list[int]) -> list[np.ndarray]:
    """The logits after each chunk."""
    state = causal.initial_state(network, len(clips))
    answers = []
    for chunk in np.split(clips, np.cumsum(chunks)[:-1], axis=1):
        logits, state = causal.step(network, chunk, state)
        answers.append(keras.ops.convert_to_numpy(logits))
    assert keras.ops.convert_to_numpy(state[causal.NUM_FRAMES]).tolist() == [sum(chunks)] * len(clips)
    return answers


def test_frame_by_frame_a_stream_says_on_its_way_what_the_whole_clip_says(network: keras.Model, clips: Clips) -> None:
    answers = stream(network, clips, [1] * LONGEST)
    assert np.ptp(answers, axis=0).max() > 0.1
    for num_frames in (1, 4, LONGEST):
        whole = build("movinet", num_frames=num_frames)
        whole.set_weights(network.get_weights())
        np.testing.assert_allclose(answers[num_frames - 1], logits_of(whole, clips[:, :num_frames]), atol=1e-4)


@pytest.mark.parametrize("chunks", [[LONGEST], [4, 5], [1, 7, 1], [2, 2, 2, 3], [6, 1, 1, 1]])
def test_chunks_of_any_length_give_the_answer_of_the_whole_clip(
    network: keras.Model, clips: Clips, chunks: list[int]
) -> None:
    np.testing.assert_allclose(stream(network, clips, chunks)[-1], logits_of(network, clips), atol=1e-4)


def test_every_part_of_the_state_matters(network: keras.Model, clips: Clips) -> None:
    _, state = causal.step(network, clips[:, :5], causal.initial_state(network, 2))
    expected, _ = causal.step(network, clips[:, 5:], state)
    for name, value in state.items():
        changed = state | {name: value * 0}
        assert np.abs(causal.step(network, clips[:, 5:], changed)[0] - expected).max() > 1e-4, name


def test_streams_of_different_age_share_a_batch(network: keras.Model, clips: Clips) -> None:
    _, old = causal.step(network, clips[:1, :5], causal.initial_state(network, 1))
    new = causal.initial_state(network, 1)
    both = {name: np.concatenate([old[name], new[name]]) for name in old}
    logits, _ = causal.step(network, np.concatenate([clips[:1, 5:7], clips[1:, :2]]), both)
    np.testing.assert_allclose(logits[:1], stream(network, clips[:1, :7], [5, 2])[-1], atol=1e-4)
    np.testing.assert_allclose(logits[1:], stream(network, clips[1:, :2], [2])[-1], atol=1e-4)


def test_training_reaches_the_statistics_of_all_normalisations() -> None:
    network = build("movinet")
    before = [np.array(weight) for weight in network.non_trainable_weights]
    network(noise(2), training=True)
    changed = [
        np.abs(np.asarray(now) - then).max() > 0
        for now, then in zip(network.non_trainable_weights, before, strict=True)
    ]
    assert all(changed)
