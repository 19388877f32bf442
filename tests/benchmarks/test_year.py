"""A short version of `benchmarks.year`: a run, and another after a change that asks for nothing."""

from pathlib import Path
from random import Random

from benchmarks.changes import Year
from benchmarks.year import play


def test_a_year_of_two_runs_has_no_fault(tmp_path: Path) -> None:
    found = play(Year.begin(tmp_path, num_people=8, random=Random(0)), num_runs=2)
    assert found == {"changed": {"begun": 1, "a note and new times": 1}, "faults": [], "bytes_after_clean": []}
