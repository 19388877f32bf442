"""Runs on disks that are too small."""

import os
import subprocess
from collections.abc import Iterator, Sequence
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
    template: Project, expected: Outcome, folders: Sequence[Path], num_bytes: int, random: Random
) -> Iterator[Disturbed]:
    """Run on a disk of random size in each of the folders, then give it room, and repeat.

    Args:
      num_bytes: what an undisturbed run takes.
    """
    for folder in folders:
        project = template.beside(folder)
        with _disk(project.output_dir, random.randrange(2**12, num_bytes)):
            exit_code = project.run()
            faults = []
            if exit_code not in VERDICTS and "is full" not in project.last_words(6):
                faults.append(f"it does not say that the disk is full: {project.last_words()}")
            elif exit_code in VERDICTS and exit_code != expected.exit_code:
                faults.append(f"a verdict from a full disk: {exit_code}")
            subprocess.run(
                ["mount", "-o", f"remount,size={_ENOUGH_BYTES}", str(project.output_dir)],
                check=True,
                capture_output=True,
            )
            faults += repeated(project, expected)
        yield Disturbed(KIND, exit_code, tuple(faults))


@contextmanager
def _disk(folder: Path, num_bytes: int) -> Iterator[None]:
    """A small file system at a folder."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={num_bytes}", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
