"""Errors of full disks, whoever raises them."""

import errno
from pathlib import Path

import pytest

from foundation.disk import file_of, free_space, is_disk_full


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EDQUOT, "Disk quota exceeded"),
        RuntimeError("INTERNAL: database or disk is full"),
        ValueError("RESOURCE_EXHAUSTED: /out/model; No space left on device"),
    ],
    ids=str,
)
def test_a_full_disk_is_told_from_what_python_and_libraries_raise(error: Exception) -> None:
    assert is_disk_full(error)
    outer = RuntimeError("a step has failed")
    outer.__cause__ = error
    assert is_disk_full(outer)


def test_other_errors_are_none() -> None:
    assert not is_disk_full(OSError(errno.EACCES, "Permission denied"))
    assert not is_disk_full(RuntimeError("no such class"))


def test_a_real_full_device_is_told_with_its_file() -> None:
    with pytest.raises(OSError) as caught, Path("/dev/full").open("wb", buffering=0) as file:
        file.write(b"x")
    assert is_disk_full(caught.value)
    named = OSError(errno.ENOSPC, "No space left on device", "/out/model")
    assert file_of(named) == Path("/out/model")


def test_the_space_of_a_folder_that_is_still_to_be_made_is_that_of_its_disk(tmp_path: Path) -> None:
    assert free_space(tmp_path / "out" / "pipeline").num_bytes == pytest.approx(free_space(tmp_path).num_bytes, rel=0.5)
