"""What tests of plans begin with."""

from pathlib import Path

import pytest

from tests.pipeline.planning import MP4_HEAD


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`data/` with three annotated files that begin as videos do, which is all that is looked at when a run is planned."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("1", "2", "3"):
        (data / f"{name}.mp4").write_bytes(MP4_HEAD + name.encode())
    (data / "annotations.csv").write_text("path,label\n1.mp4,wave\n2.mp4,sit\n3.mp4,jump\n")
    return tmp_path
