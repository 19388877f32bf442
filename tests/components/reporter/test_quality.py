"""What the report says beyond each class."""

from types import SimpleNamespace
from typing import Any

import pytest

from components.evaluator.confusion import ConfusionMatrix
from components.reporter.quality import Quality, SliceRow, SplitFigures, slice_tables


def test_slices_come_by_feature_and_the_largest_first() -> None:
    values = [("duration", "up to 1", 0.5, 2), ("duration", "above 1", 1.0, 9), ("meta_age", "unknown", 0.0, 1)]
    slices: Any = [SimpleNamespace(feature=f, value=v, accuracy=a, num_clips=n) for f, v, a, n in values]
    assert slice_tables(slices) == {
        "duration": (
            SliceRow("above 1", 9, 1.0),
            SliceRow("up to 1", 2, 0.5),
        ),
        "age": (SliceRow("unknown", 1, 0.0),),
    }


def test_classes_and_groups_have_tables_of_their_own_but_their_crosses_have_not() -> None:
    slices: Any = [
        SimpleNamespace(feature=feature, value="x", accuracy=1.0, num_clips=1)
        for feature in ("label", "group", "group × label", "label × meta_meta_x")
    ]
    assert list(slice_tables(slices)) == ["group × class", "class × meta_x"]


def test_figures_of_train_stand_beside_those_of_test() -> None:
    overall = {
        "example_count": 8.0,
        "sparse_categorical_accuracy": 0.5,
        "top_5_accuracy": 0.9,
        "calibration_error": 0.2,
    }
    quality = Quality(overall=overall, train_overall={"sparse_categorical_accuracy": 1.0})
    assert quality.figures == (
        SplitFigures("accuracy", 0.5, 1.0),
        SplitFigures("top 5 accuracy", 0.9, None),
        SplitFigures("calibration error", 0.2, None),
    )


def test_recall_on_train_is_known_only_where_it_was_measured() -> None:
    quality = Quality(train_matrix=ConfusionMatrix(("sit", "stand"), ((3, 1), (0, 0))))
    assert [quality.train_recall(label) for label in ("sit", "stand", "jump")] == [pytest.approx(0.75), None, None]
    assert Quality().train_recall("sit") is None
