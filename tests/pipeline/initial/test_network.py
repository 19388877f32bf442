"""A network that can be trained in the time that there is."""

import pytest

from pipeline.initial.network import LADDER, choose


@pytest.mark.parametrize(
    ("per_clip", "rung", "num_epochs"),
    [
        ([0.01, 0.02, 0.05, 0.3], 2, 30),
        ([0.01, 0.02, 0.05, 0.15, 0.16], 4, 30),
        ([0.3], 0, 20),
        ([3.0], 0, 10),
    ],
    ids=["the largest that fits", "all fit", "fewer epochs", "no fewer than ten"],
)
def test_the_largest_network_that_fits_is_taken(per_clip: list[float], rung: int, num_epochs: int) -> None:
    choice = choose(per_clip, one_epoch=100, most_seconds=600)
    assert (choice.model, choice.num_epochs) == (LADDER[rung], num_epochs)
    assert choice.seconds == pytest.approx(per_clip[rung] * 100 * num_epochs)
