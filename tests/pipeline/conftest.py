"""What tests of plans begin with."""

from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`data/` with three annotated files, whose content nobody looks at when a run is planned."""
    data = tmp_path / "data"
    data.mkdir()
    for name in ("1", "2", "3"):
        (data / f"{name}.mp4").write_bytes(b"video")
    (data / "annotations.csv").write_text("path,label\n1.mp4,wave\n2.mp4,sit\n3.mp4,jump\n")
    return tmp_path
