"""Frames are counted and timed as ffprobe does, on odd files, where both are at hand."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from components.video.magic import Container, container_of, read_head
from components.video.pyav import PyAVReader
from components.video.reader import VideoError
from tests.shared_data import SHARED_DATA

ZOO = SHARED_DATA / "zoo"
# Whether ffprobe knows VVC depends on its version.
UNKNOWN_TO_FFPROBE = {"sample_vvc.mp4"}
pytestmark = pytest.mark.skipif(not (ZOO.is_dir() and shutil.which("ffprobe")), reason="no odd files, or no ffprobe")


def ffprobe(path: Path, entries: str, *arguments: str) -> dict[str, Any]:
    command = ["ffprobe", "-v", "quiet", *arguments, "-show_entries", entries, "-of", "json", str(path)]
    return dict(json.loads(subprocess.run(command, capture_output=True, text=True, check=False).stdout or "{}"))


def test_each_file_that_both_can_read_has_the_same_frames_at_the_same_times() -> None:
    compared = 0
    for path in sorted(path for path in ZOO.iterdir() if path.suffix != ".csv"):
        frames = ffprobe(path, "frame=pts_time", "-select_streams", "v:0").get("frames", [])
        expected = [float(frame["pts_time"]) for frame in frames]
        try:
            reader = PyAVReader(path, 1)
        except VideoError:
            assert not expected, path.name
            continue
        if path.name in UNKNOWN_TO_FFPROBE:
            continue
        times = [frame.seconds for frame in reader.frames()]
        reader.close()
        is_mp4 = container_of(read_head(path)) is Container.ISO_MEDIA
        zero = 0.0 if is_mp4 else float(ffprobe(path, "format=start_time")["format"]["start_time"])
        assert times == pytest.approx([seconds - zero for seconds in expected], abs=1e-3), path.name
        compared += 1
    assert compared == 23
