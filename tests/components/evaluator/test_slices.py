"""In which part of a split a clip is."""

import numpy as np
import pytest

from components.evaluator.config import EvaluationConfig
from components.evaluator.slices import EDGES, column_key, features_of_ranges, is_of_ranges, range_of, with_quartiles

TIMES = {"start_seconds": 3.0, "end_seconds": 5.0}
CLIP = {**TIMES, "width": 640.0, "height": 480.0, "fps": 29.97, "brightness": 0.5, "motion": 0.03}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("duration:1,2,4", "above 1 up to 2"),
        ("size:240,480", "above 240 up to 480"),  # of the shorter side
        ("fps:24,25,30", "above 25 up to 30"),
        ("brightness:0.2,0.4", "above 0.4"),
        ("motion:0.05,0.1", "up to 0.05"),
    ],
)
def test_the_range_of_a_clip_is_told_in_words(key: str, value: str) -> None:
    assert range_of(key, CLIP) == value


def test_a_clip_of_two_seconds_is_one_though_its_times_are_stored_in_single_precision() -> None:
    times = {"start_seconds": 4.099999904632568, "end_seconds": 6.100000381469727}
    assert range_of("duration:2", CLIP | times) == "up to 2"


def test_every_number_has_ranges() -> None:
    keys = [key for (key,) in EvaluationConfig(slices=tuple(EDGES)).keys([]) if is_of_ranges(key)]
    assert [key.partition(":")[0] for key in keys] == list(EDGES)
    assert all(range_of(key, CLIP) for key in keys)


@pytest.mark.parametrize(
    ("numbers", "value"),
    [
        ({"meta_age": 18.0}, "up to 18"),
        ({"meta_age": 18.5}, "above 18 up to 65"),
        ({"meta_age": -1.0, "imputed_age": 0.0}, "up to 18"),
        ({"meta_age": 66.0}, "above 65"),
        ({}, "unknown"),
        ({"meta_age": 40.0, "imputed_age": 1.0}, "unknown"),
    ],
    ids=str,
)
def test_a_column_of_metadata_has_ranges_and_a_gap_is_in_none_of_them_though_it_was_filled(
    numbers: dict[str, float], value: str
) -> None:
    assert range_of("meta_age:18,65", CLIP | numbers) == value
    assert features_of_ranges(["label", "meta_age:18,65"]) == {*CLIP, "meta_age", "imputed_age"}


@pytest.mark.parametrize("edge", [0.1, 30.2, 1234567.8, 1e-12])
def test_a_number_on_an_edge_is_below_it_in_the_precision_of_examples(edge: float) -> None:
    assert range_of(column_key("age", [edge]), CLIP | {"meta_age": float(np.float32(edge))}) == f"up to {edge:.12g}"


def test_quartiles_become_the_edges_of_the_columns_that_have_no_other() -> None:
    quartiles = {"age": [20.0, 35.5, 60.0], "body mass": [70.0]}
    keys = ["label", "duration:1,2", column_key("age", None), column_key("body mass", None), column_key("age", [18])]
    expected = ["label", "duration:1,2", "meta_age:20,35.5,60", "meta_body_mass:70", "meta_age:18"]
    assert [with_quartiles(key, quartiles) for key in keys] == expected
