"""How often each record is drawn in an epoch."""

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from models.training.sampling import draw_copies


def copies_of(strata: list[int], total: int, seed: int = 0) -> np.ndarray:
    return draw_copies(np.array(strata), total, tf.constant([seed, 1], tf.int64)).numpy()


def test_as_many_draws_as_records_draw_each_once() -> None:
    assert copies_of([0] * 7, 7).tolist() == [1] * 7


def test_what_is_missing_in_the_last_batch_is_drawn_again_from_others_in_each_epoch() -> None:
    drawn = [copies_of([0] * 10, 12, seed) for seed in range(50)]
    assert all(sorted(copies) == [1] * 8 + [2] * 2 for copies in drawn)
    assert (np.sum(drawn, axis=0) > 50).all()


def test_strata_have_equal_shares_whatever_their_sizes() -> None:
    strata = np.array([5, 0, 0, 0, 0, 5, 0, 0, 0, 3])
    copies = copies_of(strata.tolist(), 12)
    assert [copies[strata == stratum].sum() for stratum in (0, 3, 5)] == [4, 4, 4]
    assert copies[9] == 4
    assert copies[strata == 5].tolist() == [2, 2]
    assert sorted(copies[strata == 0]) == [0, 0, 0, 1, 1, 1, 1]


def test_every_record_of_a_large_stratum_has_its_turn() -> None:
    drawn = [copies_of([0] * 9 + [1], 8, seed) for seed in range(60)]
    assert (np.sum(drawn, axis=0) > 0).all()


@settings(max_examples=50)
@given(
    strata=st.lists(st.integers(0, 3), min_size=1, max_size=20),
    total=st.integers(1, 60),
    seed=st.integers(0, 2**40),
)
def test_shares_are_even_up_to_one(strata: list[int], total: int, seed: int) -> None:
    copies = copies_of(strata, total, seed)
    assert copies.sum() == total
    shares = [copies[np.array(strata) == stratum] for stratum in set(strata)]
    assert max(map(np.sum, shares)) - min(map(np.sum, shares)) <= 1
    assert all(share.max() - share.min() <= 1 for share in shares)
    np.testing.assert_array_equal(copies, copies_of(strata, total, seed))


@pytest.mark.parametrize("num_records", [1, 3])
def test_few_records_fill_a_batch_by_turns(num_records: int) -> None:
    copies = copies_of([0] * num_records, 8)
    assert copies.sum() == 8
    assert copies.max() - copies.min() <= 1
