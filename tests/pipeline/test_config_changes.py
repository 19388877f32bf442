"""Values that a command is given besides the configuration file."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.messages.errors import UserError
from pipeline.config import load_config
from pipeline.config_changes import changed

VALUES: dict[str, Any] = {
    "output_dir": "run",
    "training": {"epochs": 30, "augmentation": {"flip": True}},
    "tuner": None,
}


@pytest.mark.parametrize(
    ("change", "key", "value"),
    [
        ("training.epochs=3", ("training", "epochs"), 3),
        ("training.augmentation.flip=false", ("training", "augmentation", "flip"), False),
        ("training.warm_start=null", ("training", "warm_start"), None),
        ("gates.classes={wave: {min_recall: 0.5}}", ("gates", "classes"), {"wave": {"min_recall": 0.5}}),
        ("model.classes=[a, b]", ("model", "classes"), ["a", "b"]),
        ("tuner.trials=4", ("tuner", "trials"), 4),
        ("output_dir=a=b", ("output_dir",), "a=b"),
        ("output_dir=", ("output_dir",), None),
    ],
    ids=str,
)
def test_a_value_is_read_as_in_the_file_and_goes_to_its_key(change: str, key: tuple[str, ...], value: Any) -> None:
    found: Any = changed(VALUES, [change])
    for part in key:
        found = found[part]
    assert found == value


def test_other_values_stay_and_nothing_that_was_given_changes() -> None:
    assert changed(VALUES, ["training.augmentation.crop=false"]) == {
        **VALUES,
        "training": {"epochs": 30, "augmentation": {"flip": True, "crop": False}},
    }
    assert VALUES["training"]["augmentation"] == {"flip": True}


@given(st.lists(st.integers(), min_size=1))
def test_of_several_values_for_one_key_the_last_holds(values: list[int]) -> None:
    assert changed({}, [f"training.seed={value}" for value in values]) == {"training": {"seed": values[-1]}}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("training.epochs", "expected KEY=VALUE"),
        ("=3", "expected KEY=VALUE"),
        ("training..epochs=3", "expected KEY=VALUE"),
        ("output_dir.a=3", "output_dir is 'run', which has no keys"),
        ("gates.classes={a: 1", "no YAML"),
        ("gates.classes={a: 1, a: 2}", "the key a stands twice"),
    ],
)
def test_what_is_no_change_is_refused_with_its_words(change: str, words: str) -> None:
    with pytest.raises(UserError, match=words) as error:
        changed(VALUES, [change])
    assert change in str(error.value)


def test_the_configuration_is_checked_with_its_changes_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text("output_dir: run\ndata: {annotations: a.csv, videos: .}\n")
    config = load_config(file, ["training.epochs=3", "output_dir=other"])
    assert (config.training.epochs, config.output_dir) == (3, str(tmp_path / "other"))
    with pytest.raises(
        UserError, match=r"config.yaml with --set training.epoch=3: training.epoch: unknown key; did you mean epochs"
    ):
        load_config(file, ["training.epoch=3"])
