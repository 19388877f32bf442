"""A short version of `benchmarks.faults`: a killed run goes on, and a damaged artifact is made anew."""

from pathlib import Path
from random import Random

from benchmarks.faults import disturb, summary


def test_a_killed_run_and_a_damaged_artifact_come_to_what_an_undisturbed_run_does(tmp_path: Path) -> None:
    disturbed = list(disturb(tmp_path, num_kills=1, num_disks=0, num_damages=1, random=Random(0)))
    found = summary(disturbed)
    assert found["faults"] == []
    assert [each.kind for each in disturbed] == ["tree", "flip a file"]
    assert disturbed[0].exit_code == -9
