"""A folder that may not be read."""

import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_NOBODY = 65534


@pytest.fixture
def folder_of_user() -> Iterator[Path]:
    """A folder of somebody who may not read everything: root, who may, steps down for the test."""
    with TemporaryDirectory() as folder:
        is_root = os.geteuid() == 0
        if is_root:
            os.chown(folder, _NOBODY, _NOBODY)
            os.seteuid(_NOBODY)
        try:
            yield Path(folder)
        finally:
            if is_root:
                os.seteuid(0)
