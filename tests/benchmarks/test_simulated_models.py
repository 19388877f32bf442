"""What a simulation makes of the answers of a model."""

import numpy as np

from benchmarks.simulated_models import found_and_false_alarms


def test_counts_of_groups_come_from_their_confusion_matrices() -> None:
    """Two people; the first shows 'a' and 'b', the second only 'b'."""
    matrices = np.array([[[3, 1], [0, 2]], [[0, 0], [4, 1]]], np.float64)
    found, false_alarms = found_and_false_alarms(matrices, ["a", "b"])
    assert {label: list(zip(*each, strict=True)) for label, each in found.items()} == {
        "a": [(3, 4)],
        "b": [(2, 2), (1, 5)],
    }
    assert {label: list(zip(*each, strict=True)) for label, each in false_alarms.items()} == {
        "a": [(0, 2), (4, 5)],
        "b": [(1, 4)],
    }
