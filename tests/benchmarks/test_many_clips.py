"""What is measured of neighbours and copies among many clips, of few."""

import pytest

from benchmarks.many_clips import compare


def call(work, *arguments):
    return work(*arguments)


@pytest.mark.parametrize("kind", ["motion", "looks"])
def test_an_index_finds_the_neighbours_and_what_checks_name(kind: str) -> None:
    found = compare(kind, 1500, call)
    assert found["recall"] > 0.98
    assert found["same_vote"] > 0.99
    for check in ("doubtful_labels", "outliers"):
        by_all, by_index, by_both = found[check]
        assert by_both >= 0.95 * max(by_all, by_index)


def test_an_index_finds_copies() -> None:
    found = compare("copies", 1500, call)
    assert (found["copies"], found["not_alike"]) == (75, 0)
    assert found["recall"] > 0.98
