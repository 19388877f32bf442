"""What a run prints is kept, and never disturbs the run."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.run_log import RunLog


def test_what_arrives_is_in_the_file_and_its_last_line_at_hand(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "run.log"
    with RunLog(path) as log:
        subprocess.run([sys.executable, "-c", "print('one'); print('two'); print()"], stdout=log.write_end, check=True)
    assert path.read_text() == "one\ntwo\n\n"
    assert log.last_line == "two"


def test_a_full_disk_is_not_noticed_by_who_prints(tmp_path: Path) -> None:
    (tmp_path / "run.log").symlink_to("/dev/full")
    with RunLog(tmp_path / "run.log") as log:
        program = "for number in range(10_000): print(number, flush=True)"
        done = subprocess.run([sys.executable, "-c", program], stdout=log.write_end, stderr=subprocess.PIPE, check=True)
    assert not done.stderr
    assert log.last_line == "9999"


def test_an_orphan_that_holds_the_log_is_not_waited_for(tmp_path: Path) -> None:
    with RunLog(tmp_path / "run.log") as log:
        orphan = os.dup(log.write_end)
        log.close(wait_seconds=0.01)
    os.close(orphan)


def test_a_file_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("")
    with pytest.raises(OSError):
        RunLog(tmp_path / "logs" / "run.log")
