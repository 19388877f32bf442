"""What the linear layer of `frames` sees of a clip."""

import numpy as np
import pytest

from models.networks.frames import STANDARDIZE, SUMMARY, GridMeans, Standardize, Summary
from tests.models.networks.examples import build


@pytest.mark.parametrize("length", [1, 2, 3, 4, 7])
def test_each_part_of_the_grid_is_the_mean_of_its_pixels_and_none_is_empty(length: int) -> None:
    maps = np.random.default_rng(0).normal(size=(2, length, 7, 4)).astype(np.float32)
    parts = np.asarray(GridMeans(3)(maps))
    rows = [slice(part * length // 3, -(-(part + 1) * length // 3)) for part in range(3)]
    columns = [slice(0, 3), slice(2, 5), slice(4, 7)]
    expected = [[maps[:, row, column].mean(axis=(1, 2)) for column in columns] for row in rows]
    np.testing.assert_allclose(parts, np.moveaxis(np.array(expected), 2, 0), atol=1e-6)


def test_a_clip_is_summed_up_by_its_mean_its_drift_and_its_jerks() -> None:
    parts = np.array([1.0, 2, 4, 9], np.float32).reshape(1, 4, 1, 1)
    mean, drift, jerks = np.asarray(Summary(only_motion=False)(parts))[0]
    assert mean == 4
    assert drift == pytest.approx((9 * 1.5 + 4 * 0.5 - 2 * 0.5 - 1 * 1.5) / 2)
    assert jerks == pytest.approx((1 + 3) / 2)
    np.testing.assert_allclose(Summary(only_motion=True)(parts)[0], [jerks])


def test_a_clip_in_reverse_differs_from_itself_in_its_drift_alone() -> None:
    parts = np.random.default_rng(0).normal(size=(1, 6, 9, 5)).astype(np.float32)
    forwards, backwards = (np.asarray(Summary(only_motion=False)(clip))[0] for clip in (parts, parts[:, ::-1]))
    np.testing.assert_allclose(forwards[:45], backwards[:45], atol=1e-5)
    np.testing.assert_allclose(forwards[45:90], -backwards[45:90], atol=1e-5)
    np.testing.assert_allclose(forwards[90:], backwards[90:], atol=1e-5)


@pytest.mark.parametrize(("num_frames", "expected"), [(1, [5, 0, 0]), (2, [3.5, -3, 3])])
def test_few_frames_have_a_summary_too(num_frames: int, expected: list[float]) -> None:
    parts = np.array([5.0, 2][:num_frames], np.float32).reshape(1, num_frames, 1, 1)
    np.testing.assert_allclose(Summary(only_motion=False)(parts)[0], expected)


def test_each_kind_of_numbers_has_the_same_length_whatever_its_unit() -> None:
    numbers = np.random.default_rng(0).normal(3, [1.0] * 8 + [100.0] * 2, size=(50, 10)).astype(np.float32)
    numbers[:, 0] = 3  # always the same
    layer = Standardize([8, 2])
    layer.build((None, 10))
    layer.adapt(numbers.mean(axis=0), numbers.std(axis=0))
    standardised = np.asarray(layer(numbers))
    np.testing.assert_allclose(standardised.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(standardised[:, 1:].std(axis=0), [8**-0.5] * 7 + [2**-0.5] * 2, rtol=1e-4)
    assert np.isfinite(standardised).all()


def test_motion_alone_leaves_out_what_frames_show_and_where() -> None:
    widths = [build("frames", modality=kind).get_layer(SUMMARY).output.shape[1] for kind in ("rgb", "differences")]
    assert widths == [19 * 40, 40]
    assert not build("frames").get_layer(STANDARDIZE).trainable_weights
