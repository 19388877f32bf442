"""What may be another value in each run of a pipeline that is planned when it runs."""

from pathlib import Path
from typing import Any

import pytest

from foundation.messages.errors import UserError
from pipeline.config import Config
from pipeline.kubeflow.parameters import parse, run_parameters, type_of, with_parameters, with_texts
from tests.pipeline.planning import config_of


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return config_of(tmp_path, gates={"min_recall": 0})


def test_they_are_places_of_data_settings_of_a_training_and_bars_with_the_configuration_s_values(
    config: Config,
) -> None:
    found = run_parameters(config)
    assert found["data.annotations"] == config.data.annotations
    assert (found["training.epochs"], type_of(found["training.epochs"])) == (40, "NUMBER_INTEGER")
    # A bar of 0 may be 0.5 in another run.
    assert (found["gates.min_recall"], type_of(found["gates.min_recall"])) == (0, "NUMBER_DOUBLE")
    assert (found["gates.classes"], type_of(found["gates.classes"])) == ({}, "STRUCT")
    # Without a value there would be no default.
    assert not {"data.label_map", "gates.max_calibration_error"} & set(found)


def test_values_take_the_place_of_those_of_the_configuration(config: Config) -> None:
    # Kubeflow keeps all numbers as floating point.
    values = {
        "data.videos": "s3://bucket/videos",
        "training.epochs": 5.0,
        "gates.classes": {"wave": {"min_recall": 1.0}},
    }
    changed = with_parameters(config, values)
    assert (changed.data.videos, changed.training.epochs, changed.gates.bar("wave", "min_recall")) == (
        "s3://bucket/videos",
        5,
        1,
    )
    assert with_parameters(config, run_parameters(config)) == config


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        ({"training.epoch": "5"}, r"--parameter training.epoch: there is no such .*; did you mean training.epochs\?"),
        ({"xyz": "5"}, "the pipeline has data.annotations, data.videos, "),
        ({"training.epochs": "0"}, "training.epochs: Input should be greater than or equal to 1; found 0"),
        ({"training.epochs": "many"}, "'many' is no number_integer"),
        ({"training.epochs": "true"}, "'true' is no number_integer"),
        ({"gates.classes": "[]"}, r"'\[\]' is no struct"),
        ({"gates.classes": '{"wave": {"recall": 1}}'}, "gates.classes.wave.recall: unknown key"),
        ({"data.videos": "videos"}, "'videos' is relative, and a step has no folder for it"),
    ],
    ids=str,
)
def test_a_wrong_name_or_an_impossible_value_is_refused_with_what_would_do(
    config: Config, texts: dict[str, str], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        with_texts(config, texts)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("STRING", "5", "5"),
        ("BOOLEAN", "true", True),
        ("NUMBER_DOUBLE", "5", 5),
        ("LIST", "[1]", [1]),
        ("STRUCT", "{}", {}),
    ],
)
def test_text_is_read_as_the_type_of_its_parameter(kind: str, text: str, value: Any) -> None:
    assert parse("name", text, kind) == value
