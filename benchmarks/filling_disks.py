"""Runs on disks that are too small."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random

from benchmarks.undisturbed import VERDICTS, Disturbed, Outcome, Project, repeated

KIND = "disk"
_ENOUGH_BYTES = 2**30


def may_mount() -> bool:
    """Small file systems can be made by root only."""
    return os.geteuid() == 0


def full_disk_runs(
    template: Project, expected: Outcome, folder: Path, number: int, num_bytes: int, random: Random
) -> Iterator[Disturbed]:
    """Run on `number` disks that are too small. What ended is repeated on one with some more room, until that is enough.

    Args:
      folder: where the runs work; each that came to its end is removed.
      num_bytes: what an undisturbed run takes.
    """
    count = 0
    while count < number:
        project = template.beside(folder / f"{KIND}-{count}")
        size = random.randrange(2**12, num_bytes)
        with small_disk(project.output_dir, size):
            exit_code = None
            while exit_code not in VERDICTS and count < number:
                exit_code = project.run()
                count += 1
                faults = _faults(project, exit_code, expected)
                size += random.randrange(2**12, num_bytes)
                _resize(project.output_dir, size)
                if exit_code in VERDICTS or count == number:
                    _resize(project.output_dir, _ENOUGH_BYTES)
                    faults += repeated(project, expected)
                yield Disturbed(KIND, exit_code, tuple(faults))
        shutil.rmtree(project.folder)


def _faults(project: Project, exit_code: int, expected: Outcome) -> list[str]:
    if exit_code in VERDICTS:
        return [] if exit_code == expected.exit_code else [f"a verdict from a full disk: {exit_code}"]
    if "is full" not in (words := project.last_words(6)):
        return [f"it does not say that the disk is full: {words}"]
    return []


def _resize(folder: Path, num_bytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={num_bytes}", str(folder)], check=True, capture_output=True)


@contextmanager
def small_disk(folder: Path, num_bytes: int) -> Iterator[None]:
    """A small file system at a folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={num_bytes}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
