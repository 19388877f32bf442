"""Numeric metadata of a row, as the features of its Examples."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.video_example_gen.metadata import MetadataFeatures, Row
from foundation.messages.errors import UserError
from models.metadata import NO_METADATA, Imputation, MetadataConfig

TRAIN: list[Row] = [{"age": 20.0, "mass": 50.0}, {"age": 40.0, "mass": 90.0}, {"age": 60.0}, {"mass": 70.0}]
COLUMNS = ("age", "mass")
NUMBERS = st.floats(-1e15, 1e15)


def fitted(imputation: Imputation = "mean", rows: list[Row] = TRAIN) -> MetadataFeatures:
    return MetadataFeatures(MetadataConfig(columns=COLUMNS, imputation=imputation), rows)


@pytest.mark.parametrize("imputation", ["mean", "median"])
def test_a_gap_is_an_absent_value(imputation: Imputation) -> None:
    assert fitted(imputation).features_of({"mass": 80.0}) == {"meta_mass": [80.0]}


def test_quartiles_are_those_of_the_training_rows_that_have_a_number() -> None:
    assert fitted().quartiles == {"age": [30.0, 40.0, 50.0], "mass": [60.0, 70.0, 80.0]}


def test_a_column_of_one_value_has_one_quartile() -> None:
    assert MetadataFeatures(MetadataConfig(columns=("age",)), [{"age": 3.0}] * 5).quartiles == {"age": [3.0]}


def test_a_row_is_filled_from_the_rows_that_are_nearest_and_marked() -> None:
    rows: list[Row] = [{"age": 20.0 + i / 10, "mass": 50.0 + i} for i in range(5)]
    rows += [{"age": 60.0 + i / 10, "mass": 90.0 + i} for i in range(5)]
    features = fitted("nearest", rows).features_of({"age": 61.0})
    assert features["meta_mass"] == [pytest.approx(92.0)]
    assert (features["meta_age"], features["imputed_age"], features["imputed_mass"]) == ([61.0], [0.0], [1.0])


def test_columns_of_large_numbers_count_no_more_than_others() -> None:
    rows: list[Row] = [{"age": 1.0, "mass": 1e6 * i, "height": 10.0} for i in range(5)]
    rows += [{"age": 2.0, "mass": 1e6 * i, "height": 20.0} for i in range(5)]
    config = MetadataConfig(columns=("age", "mass", "height"), imputation="nearest")
    features = MetadataFeatures(config, rows).features_of({"age": 2.0, "mass": 2e6})
    # Among the five nearest are more of the same age than of the same mass.
    assert features["meta_height"][0] > 15


def test_a_row_without_any_number_gets_the_means_of_the_training_rows() -> None:
    features = fitted("nearest").features_of({})
    assert (features["meta_age"], features["meta_mass"]) == ([pytest.approx(40.0)], [pytest.approx(70.0)])
    assert (features["imputed_age"], features["imputed_mass"]) == ([1.0], [1.0])


@given(st.fixed_dictionaries({}, optional={"age": NUMBERS, "mass": NUMBERS}))
def test_numbers_that_are_there_stay_as_they_are_and_none_is_left_missing(row: Row) -> None:
    features = fitted("nearest").features_of(row)
    for column in COLUMNS:
        (number,) = features[f"meta_{column}"]
        assert number == row.get(column, number)
        assert np.isfinite(number)
        assert features[f"imputed_{column}"] == [float(column not in row)]


def test_a_worker_that_got_a_copy_fills_the_same() -> None:
    features = fitted("nearest")
    assert pickle.loads(pickle.dumps(features)).features_of({"age": 33.0}) == features.features_of({"age": 33.0})


@pytest.mark.parametrize("imputation", ["mean", "median", "nearest"])
@pytest.mark.parametrize("rows", [[], [{"mass": 1.0}], [{"age": 1.0}, {"age": 2.0}]])
def test_a_column_that_no_training_row_has_is_an_error(imputation: Imputation, rows: list[Row]) -> None:
    with pytest.raises(
        UserError, match=r"data\.metadata: no row of the train split has a number in the column '\w+'; "
    ):
        fitted(imputation, rows)


def test_without_columns_there_are_no_features() -> None:
    assert MetadataFeatures(NO_METADATA, [{}]).features_of({"age": 1.0}) == {}
