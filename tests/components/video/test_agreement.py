"""Every way of sampling takes its frames from one index: each number has its time, and all end where the video ends."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.video.clips import read_clips, read_index
from components.video.config import SamplingConfig
from components.video.reader import VideoError
from components.video.tasks import Span
from tests.components.video.videos import record
from tests.shared_data import SHARED_DATA

ZOO = SHARED_DATA / "zoo"
METHODS: dict[str, dict[str, Any]] = {
    "uniform": {"num_frames": 8},
    "dense": {"method": "dense", "num_frames": 8, "views": 2},
    "step": {"method": "step", "step_seconds": 0.1, "num_frames": 8},
    "windows": {"window_seconds": 1.0, "num_frames": 4},
}
REGULAR = [index / 25 for index in range(60)]
SLOWING = [1 + index * (25 + index) / 1500 for index in range(60)]
MADE: dict[str, Callable[[Path], Path]] = {
    "regular": lambda folder: record(folder / "a.mp4", REGULAR),
    "late and slowing": lambda folder: record(folder / "a.mp4", SLOWING, sound_seconds=6.0),
    "late and slowing, no sound": lambda folder: record(folder / "a.mkv", SLOWING),
    "without a duration": lambda folder: record(folder / "a.webm", REGULAR, "libvpx", options={"live": "1"}),
    "sound that is longer": lambda folder: record(folder / "a.mkv", REGULAR, sound_seconds=8.0),
    "AVI": lambda folder: record(folder / "a.avi", REGULAR),
}


def assert_agreement(path: Path) -> None:
    index = read_index(path, SamplingConfig())
    for method, options in METHODS.items():
        clips = list(read_clips(path, [Span()], SamplingConfig(short_side=16, **options)))
        for clip in clips:
            times = [index.seconds[number] for number in clip.frame_indices]
            assert clip.frame_seconds == pytest.approx(times, abs=1e-6), (path.name, method)
        assert clips[0].start_seconds == pytest.approx(index.start_seconds, abs=1e-6), (path.name, method)
        assert clips[-1].end_seconds == pytest.approx(index.end_seconds, abs=1e-6), (path.name, method)


@pytest.mark.parametrize("make", MADE.values(), ids=MADE.keys())
def test_all_samplings_agree_with_the_index(make: Callable[[Path], Path], tmp_path: Path) -> None:
    assert_agreement(make(tmp_path))


@pytest.mark.skipif(not ZOO.is_dir(), reason=f"the recordings are not at {ZOO}")
def test_on_every_odd_file_too() -> None:
    compared = 0
    for path in sorted(ZOO.iterdir()):
        try:
            read_index(path, SamplingConfig())
        except VideoError:
            continue
        assert_agreement(path)
        compared += 1
    assert compared == 24
