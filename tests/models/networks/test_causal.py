"""Going on where a chunk ended."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.networks.causal import is_causal, remember, running_mean
from tests.models.networks.examples import build

CHUNKS = st.lists(st.integers(1, 5), min_size=1, max_size=5)


@settings(max_examples=25)
@given(CHUNKS)
def test_the_running_mean_is_the_mean_of_all_frames_however_they_come(chunks: list[int]) -> None:
    values = np.random.default_rng(0).normal(5, 1, (2, sum(chunks), 3)).astype(np.float32)
    mean, num_frames, means = np.zeros((2, 3), np.float32), 0, []
    for chunk in np.split(values, np.cumsum(chunks)[:-1], axis=1):
        means.append(np.asarray(running_mean(chunk, mean, np.full(2, num_frames, np.int32))))
        mean, num_frames = means[-1][:, -1], num_frames + chunk.shape[1]
    expected = np.cumsum(values, axis=1) / np.arange(1, num_frames + 1)[None, :, None]
    np.testing.assert_allclose(np.concatenate(means, axis=1), expected, atol=1e-5)


def test_the_running_mean_stays_exact_in_a_long_stream() -> None:
    mean = np.asarray(
        running_mean(np.full((1, 1, 1), 3, np.float32), np.full((1, 1), 3, np.float32), np.array([10**8]))
    )
    assert mean.item() == pytest.approx(3, rel=1e-6)


@settings(max_examples=25)
@given(CHUNKS, st.integers(1, 4))
def test_the_last_frames_are_remembered_however_they_come(chunks: list[int], size: int) -> None:
    frames = np.arange(1, sum(chunks) + 1, dtype=np.float32).reshape(1, -1, 1)
    past = np.zeros((1, size, 1), np.float32)
    all_frames = [0.0] * size
    for chunk in np.split(frames, np.cumsum(chunks)[:-1], axis=1):
        joined, past = (np.asarray(x) for x in remember(chunk, past))
        assert joined.ravel().tolist() == all_frames[-size:] + chunk.ravel().tolist()
        all_frames += chunk.ravel().tolist()
        assert past.ravel().tolist() == all_frames[-size:]


def test_only_a_causal_network_can_stream() -> None:
    assert is_causal(build("movinet"))
    assert not is_causal(build("single_frame"))
