import asyncio
import io
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from components.storage.local import LocalRoot
from pipeline.review.media import Media, MediaError, Shown, Stretch, stretch_of
from tests.components.video.videos import read_index, turn_video, write_video


@pytest.mark.parametrize(
    ("start", "end", "duration", "expected"),
    [
        (1.0, 2.0, 30.0, Stretch(0.0, 30.0)),
        (1000.0, 1003.0, 3600.0, Stretch(997.0, 1006.0)),
        (1.0, 2.0, 3600.0, Stretch(0.0, 4.0)),
        (3590.0, 3599.0, 3600.0, Stretch(3581.0, 3600.0)),
        (100.0, 3000.0, 3600.0, Stretch(90.0, 690.0)),
        (5.0, 6.0, 0.0, Stretch(3.0, 8.0)),
    ],
)
def test_of_a_long_video_only_what_is_around_the_clip_is_transcoded(
    start: float, end: float, duration: float, expected: Stretch
) -> None:
    assert stretch_of(start, end, duration) == expected


def made(folder: Path, video: str, stretch: Stretch) -> list[tuple[float, int]]:
    """Time and number of each picture of a transcoded stretch."""

    async def make() -> bytes:
        media = Media(LocalRoot(folder), folder)
        try:
            return (await media.file(video, Shown(stretch, "video/mp4", 10, 0))).read_bytes()
        finally:
            await media.close()

    with av.open(io.BytesIO(asyncio.run(make()))) as container:
        return [(frame.time, read_index(frame.to_ndarray(format="bgr24"))) for frame in container.decode(video=0)]


def test_pictures_keep_their_times_and_the_first_is_the_one_on_display(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", 40)
    pictures = made(tmp_path, "a.mp4", Stretch(1.05, 1.45))
    assert [number for _, number in pictures] == [10, 11, 12, 13, 14]
    assert [seconds for seconds, _ in pictures] == pytest.approx([0.0, 0.05, 0.15, 0.25, 0.35], abs=1e-3)


def test_recordings_are_turned_upright(tmp_path: Path) -> None:
    turn_video(write_video(tmp_path / "a.mp4", 4), tmp_path / "turned.mp4", 1)

    async def make() -> bytes:
        media = Media(LocalRoot(tmp_path), tmp_path)
        try:
            return (await media.picture("turned.mp4", 0.1)).read_bytes()
        finally:
            await media.close()

    height, width = cv2.imdecode(np.frombuffer(asyncio.run(make()), np.uint8), cv2.IMREAD_COLOR).shape[:2]
    assert height > width


def test_the_cache_stays_within_its_bound_and_drops_what_was_used_least_recently(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", 20)

    async def make() -> list[bool]:
        media = Media(LocalRoot(tmp_path), tmp_path, max_bytes=1)
        try:
            paths = [await media.picture("a.mp4", seconds) for seconds in (0.0, 1.0)]
            return [path.exists() for path in paths]
        finally:
            await media.close()

    assert asyncio.run(make()) == [False, True]


def test_a_worker_that_died_costs_one_request(tmp_path: Path) -> None:
    write_video(tmp_path / "a.mp4", 20)
    (tmp_path / "broken.mp4").write_bytes((tmp_path / "a.mp4").read_bytes()[:600])

    async def make() -> bool:
        media = Media(LocalRoot(tmp_path), tmp_path)
        try:
            with pytest.raises(MediaError, match="the video cannot be shown"):
                await media.picture("broken.mp4", 0.0)
            assert media._for_pictures._process
            media._for_pictures._process.kill()
            with pytest.raises(MediaError, match="the decoder failed on it"):
                await media.picture("a.mp4", 0.0)
            return (await media.picture("a.mp4", 0.0)).exists()
        finally:
            await media.close()

    assert asyncio.run(make())
