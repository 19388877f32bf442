"""What takes long to make is made once, by the first process of pytest-xdist that needs it; the others wait and read it."""

import fcntl
import os
import pickle
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

Made = TypeVar("Made")


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], Made]) -> Made:
    """What `make` returns for an empty folder. It is pickled, so large things belong into the folder."""
    shared = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # the processes have folders of their own, side by side
    pickled = shared / f"{name}.pickle"
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not pickled.exists():
            folder = tempfile.mkdtemp(prefix=f"{name}-", dir=shared)
            pickled.write_bytes(pickle.dumps(make(Path(folder))))
        made: Made = pickle.loads(pickled.read_bytes())
    return made
