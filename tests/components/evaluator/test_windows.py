"""One answer of all windows of a segment."""

from typing import Any

import apache_beam as beam
import numpy as np
import pytest
from apache_beam.testing.util import assert_that

from components.evaluator.windows import average, merge_windows


def window(segment: str, start: float, probabilities: list[float], group: str = "ann") -> dict[str, Any]:
    """What TFMA has extracted of a window of two seconds, for two models that see the same."""
    texts = {"segment_id": segment, "group": group, "frames": "large"}
    numbers = {"start_seconds": start, "end_seconds": start + 2}
    numbers |= dict.fromkeys(("width", "height", "fps", "brightness", "motion"), 1.0)
    return {
        "input": b"large",
        "features": {name: np.array([text.encode()]) for name, text in texts.items()}
        | {name: np.array([number]) for name, number in numbers.items()},
        "labels": {"candidate": np.array([1]), "baseline": np.array([0])},
        "predictions": {"candidate": np.array(probabilities), "baseline": np.array(probabilities[::-1])},
    }


def test_windows_have_the_mean_of_their_probabilities_and_the_times_of_their_segment() -> None:
    merged = average([window("a-1", 6.0, [0.9, 0.1]), window("a-0", 4.0, [0.2, 0.8])])
    assert merged["predictions"]["candidate"].tolist() == pytest.approx([0.55, 0.45])
    assert merged["predictions"]["baseline"].tolist() == pytest.approx([0.45, 0.55])
    assert (merged["features"]["start_seconds"].item(), merged["features"]["end_seconds"].item()) == (4, 8)
    assert merged["labels"]["candidate"].tolist() == [1]


def test_each_segment_is_one_and_brings_no_frames() -> None:
    windows = [window("a-0", 0.0, [1.0, 0.0]), window("b", 0.0, [0.0, 1.0], "bob"), window("a-1", 1.0, [0.5, 0.5])]

    def check(found: list[dict[str, Any]]) -> None:
        answers = {one["features"]["group"].item(): one["predictions"]["candidate"].tolist() for one in found}
        assert answers == {b"ann": [0.75, 0.25], b"bob": [0.0, 1.0]}
        assert sorted(one["features"]["segment_id"].item() for one in found) == [b"a-0", b"b"]
        assert all("input" not in one and "frames" not in one["features"] for one in found)
        ages = {one["features"]["group"].item(): one["features"]["meta_age"].tolist() for one in found}
        assert ages == {b"ann": [33.0], b"bob": []}

    for one in windows:
        one["features"]["meta_age"] = np.array([33.0] if one["features"]["group"] == b"ann" else [])
    with beam.Pipeline("FnApiRunner") as pipeline:
        assert_that(pipeline | beam.Create(windows) | merge_windows(["group", "meta_age:18,65"]), check)


def test_the_thresholds_of_several_labels_are_those_of_each_window_and_no_rounded_mean() -> None:
    thresholds = np.array([0.1, 0.7], np.float32)
    windows = [window(f"a-{number}", float(number), [0.3, 0.6]) for number in range(3)]
    for each in windows:
        each["predictions"] = {"probabilities": each["predictions"]["candidate"], "thresholds": thresholds}
    merged = average(windows)["predictions"]
    assert (merged["thresholds"] == thresholds).all()
    assert merged["probabilities"].tolist() == pytest.approx([0.3, 0.6])
