"""A short version of `benchmarks.faults`: a killed run goes on. `tests/e2e/test_damage.py` damages artifacts."""

from pathlib import Path
from random import Random

from benchmarks.faults import disturb, summary


def test_a_killed_run_comes_to_what_an_undisturbed_run_does(tmp_path: Path) -> None:
    # On a machine that has become quicker the first kills may come too late.
    *_, killed = disturbed = list(disturb(tmp_path, num_kills=1, num_disks=0, num_damages=0, random=Random(0)))
    assert summary(disturbed)["faults"] == []
    assert killed.kind == "tree"
    assert killed.exit_code == -9
