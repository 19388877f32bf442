"""Two sets of groups in many numbers: how often chance is taken for a difference, and how clear one has to be."""

import numpy as np
import pytest

from foundation.group_differences import find_differences, group_means, thin_like

NUM_NUMBERS = 8


def draw(rng: np.random.Generator, sizes: list[int], shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Rows of groups of these sizes, half of whose variance lies between groups; the first number is shifted."""
    groups = np.repeat(np.arange(len(sizes)), sizes)
    rows = rng.normal(size=(len(sizes), NUM_NUMBERS))[groups] + rng.normal(size=(len(groups), NUM_NUMBERS))
    rows[:, 0] += shift
    rows[:, 1] = rows[:, 1] > 2  # a rare event
    return rows, groups.astype(np.str_)


def p_values(seed: int, sizes: list[int], usual: list[int], shift: float = 0.0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    (rows, groups), (others, other_groups) = draw(rng, sizes, shift), draw(rng, usual)
    if len(sizes) < len(usual):
        kept = thin_like(other_groups, groups)
        others, other_groups = others[kept], other_groups[kept]
    return find_differences(group_means(rows, groups), group_means(others, other_groups)).p_values


@pytest.mark.parametrize(
    ("sizes", "usual"),
    [([6] * 20, [6] * 30), ([1] * 20, [6] * 30), ([20] * 10, [3] * 30), ([1, 1, 1, 30] * 4, [6] * 30)],
)
def test_where_nothing_differs_any_of_the_numbers_seems_to_in_one_of_twenty(sizes: list[int], usual: list[int]) -> None:
    num_alarms = sum(p_values(seed, sizes, usual).min() <= 0.05 for seed in range(60))
    assert num_alarms <= 7  # more than that has a probability of 0.02 if each has 0.05


def test_what_differs_is_found_and_the_other_numbers_are_left_alone() -> None:
    found = p_values(0, [6] * 20, [6] * 30, shift=2.0)
    assert found[0] < 0.01 and (found[1:] > 0.05).all()


def test_rows_of_one_group_are_no_evidence() -> None:
    """Ten clients with a hundred clips each, of which one is unlike the others."""
    rng = np.random.default_rng(0)
    rows, groups = draw(rng, [100] * 10)
    rows[groups == "0"] += 5
    found = find_differences(group_means(rows, groups), group_means(*draw(rng, [6] * 30)))
    assert found.p_values.min() > 0.05


def test_numbers_that_never_vary_are_equal_and_those_that_are_apart_differ() -> None:
    one, other = np.full((10, 2), 3.0), np.full((12, 2), 3.0)
    other[:, 1] = 4.0
    found = find_differences(one, other)
    assert found.difference.tolist() == [0, -1]
    assert found.p_values[0] == 1 and found.p_values[1] < 0.01


def test_intervals_hold_the_difference() -> None:
    def holds(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        found = find_differences(group_means(*draw(rng, [6] * 30, 1.0)), group_means(*draw(rng, [6] * 30)))
        return bool(found.low[0] <= 1.0 <= found.high[0])

    assert 52 <= sum(map(holds, range(60))) <= 60


def test_few_noisy_groups_beside_many_that_hardly_vary_are_no_evidence() -> None:
    """As where each person of the data shows every class once, and a few clients send what they please."""

    def is_alarmed(seed: int) -> bool:
        rng = np.random.default_rng(seed)
        noisy, steady = rng.binomial(20, 1 / 6, (10, NUM_NUMBERS)) / 20, np.full((28, NUM_NUMBERS), 1 / 6)
        return bool(find_differences(noisy, steady).p_values.min() <= 0.05)

    assert sum(map(is_alarmed, range(60))) <= 7


def test_groups_are_thinned_to_sizes_of_the_others() -> None:
    groups, others = np.repeat(np.array(["a", "b", "c"]), [1, 5, 9]), np.repeat(np.array(["x", "y"]), 3)
    kept = groups[thin_like(groups, others)]
    assert {name: (kept == name).sum() for name in "abc"} == {"a": 1, "b": 3, "c": 3}
