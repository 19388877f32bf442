"""What is said of a run that has filled a disk."""

import errno
from pathlib import Path

import pytest

from foundation.disk import FreeSpace
from foundation.messages.errors import MachineError
from pipeline.full_disks import full_disks_explained, shortage
from tests.pipeline.planning import config_of


def test_the_disk_the_step_and_what_was_free_are_named(tmp_path: Path) -> None:
    with (
        pytest.raises(
            MachineError, match=rf"the disk of {tmp_path}/out is full: Trainer needs more than the .* MB that were"
        ),
        full_disks_explained(config_of(tmp_path)) as disks,
    ):
        disks.step_begins("Trainer")
        raise OSError(errno.ENOSPC, "No space left on device", str(tmp_path / "out" / "model"))


def test_less_room_than_the_last_run_took_is_said_before_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").write_bytes(bytes(3_000_000))
    config = config_of(tmp_path)
    assert shortage(config, [str(tmp_path / "model")]) == ""
    monkeypatch.setattr("pipeline.full_disks.free_space", lambda folder: FreeSpace(folder, 2_000_000))
    assert shortage(config, [str(tmp_path / "model")]).startswith("2.0 MB are free on the disk of")


def test_other_errors_stay_what_they_are(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="a fault of ours"), full_disks_explained(config_of(tmp_path)):
        raise ValueError("a fault of ours")
