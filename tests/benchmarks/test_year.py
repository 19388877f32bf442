"""What `benchmarks.year` changes. That runs do what changes ask for is shown by tests/e2e, each by a test of its own."""

import csv
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from benchmarks.changes import CHANGES, FAILED_GATE, WRONG_INPUT, Expected, Year
from benchmarks.undisturbed import Project
from pipeline.config import load_config

LABELS = ("sit_down", "stand_up", "walk_left")


@pytest.fixture
def year(tmp_path: Path) -> Year:
    """Three people, each with a clip of every class, and no videos."""
    project = Project(tmp_path / "project")
    data = project.folder / "data"
    data.mkdir(parents=True)
    with (data / "annotations.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["path", "label", "group"])
        writer.writerows([f"{person}_{label}.mp4", label, person] for person in "abc" for label in LABELS)
    found = Year(tmp_path, project, Random(0), num_people=3)
    found.configure(max_mean_recall_drop=1)
    return found


def change(year: Year, name: str) -> Expected:
    """The configuration is one that a run reads, whatever was changed."""
    expected = CHANGES[name](year)
    load_config(year.project.folder / "config.yaml")
    return expected


def labels(year: Year) -> Counter[str]:
    return Counter(row["label"] for row in year.rows())


def test_what_says_nothing_new_asks_for_no_training(year: Year) -> None:
    before = labels(year)
    for name in ("nothing", "a note and new times", "a bar", "the folder"):
        assert change(year, name) == Expected()
    assert labels(year) == before
    assert year.project.folder == year.folder / "moved-1"


def test_a_class_comes_has_another_name_and_goes(year: Year) -> None:
    trained = Expected(trains=True, pushes=True)
    assert change(year, "a new class") == trained
    assert labels(year)["wave"] == 3
    assert change(year, "renamed class unsaid").exit_code == WRONG_INPUT
    assert change(year, "renamed class") == trained and year.gates["renamed"] == {"wave": "hello"}
    assert change(year, "given up class") == trained and labels(year).keys() == set(LABELS)
    assert year.gates["retired"] == ["hello"] and "renamed" not in year.gates
    change(year, "a new class")
    assert "retired" not in year.gates


def test_a_row_less_is_other_data(year: Year) -> None:
    assert change(year, "a row less") == Expected(trains=True, pushes=True)
    assert labels(year).total() == 8


def test_a_withdrawn_model_is_expected_to_stay_away(year: Year, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []
    monkeypatch.setattr(Year, "clipgate", lambda self, *arguments: asked.append(arguments))
    assert change(year, "rolled back").exit_code == FAILED_GATE
    assert asked == [("rollback", "--yes")]
