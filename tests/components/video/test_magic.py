"""The first bytes decide whether a file is a video."""

from pathlib import Path

import pytest

from components.video.magic import is_video_file, why_no_video
from tests.components.video.videos import write_video

TS_PACKET = b"\x47" + bytes(187)


@pytest.mark.parametrize(
    "head",
    [
        b"\0\0\0\x18ftypisom",
        b"\0\0\0\x08wide\0\0\0\0mdat",
        b"\x1a\x45\xdf\xa3",
        b"RIFF\0\0\0\0AVI LIST",
        b"FLV\x01",
        b"OggS",
        b"\0\0\x01\xba",
        TS_PACKET * 3,
        bytes(4) + (TS_PACKET + bytes(4)) * 3,
        (TS_PACKET * 6)[77:1101],
        ((bytes(4) + TS_PACKET) * 6)[100:1124],
        b"\x06\x0e\x2b\x34\x02\x05\x01\x01\x0d\x01\x02\x01",
        b"\x1f\x07\x00\xbf\xf8\x78",
    ],
)
def test_containers_that_can_hold_video(head: bytes) -> None:
    assert why_no_video(head) == ""


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\0",
        b"ftyp",
        b"RIFF\0\0\0\0WAVE",
        b"\x89PNG\r\n",
        b"#EXTM3U\n",
        b"ffconcat version 1.0\n",
        b"G" * 300,
        TS_PACKET * 2,
        b"G" * 1024,
    ],
)
def test_contents_of_other_kinds(head: bytes) -> None:
    assert why_no_video(head) == "its first bytes are those of no video container"


def test_a_gif_is_called_one() -> None:
    assert why_no_video(b"GIF89a").startswith("it is a GIF")


@pytest.mark.parametrize(("codec", "name"), [("mp4v", "a.txt"), ("MJPG", "a.avi"), ("XVID", "noname.avi")])
def test_a_video_is_one_whatever_its_name(tmp_path: Path, codec: str, name: str) -> None:
    suffix = ".mp4" if codec == "mp4v" else ".avi"
    video = write_video(tmp_path / f"video{suffix}", 3, codec=codec)
    assert is_video_file(video.rename(tmp_path / name))


def test_what_cannot_be_opened_is_no_video(tmp_path: Path) -> None:
    assert not is_video_file(tmp_path)
    assert not is_video_file(tmp_path / "nothing.mp4")
    assert not is_video_file(Path("/proc/self/mem"))
    (tmp_path / "loop.mp4").symlink_to("loop.mp4")
    assert not is_video_file(tmp_path / "loop.mp4")
