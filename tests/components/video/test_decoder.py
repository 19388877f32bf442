"""Decoding in a child process: the same clips, and a file that breaks or stops the child costs that file alone."""

import os
import subprocess
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest

from components.video.clips import read_clips
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.protocol import pack_clip, unpack, unpack_clip
from components.video.reader import VideoError
from components.video.tasks import Clip, Ending, Span
from tests.components.video.videos import write_video

SAMPLING = SamplingConfig(num_frames=4, short_side=48)
SPANS = [Span(), Span(1.0, 2.0), Span(3, 9, in_frames=True), Span(0.0, 0.2)]


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("videos") / "video.mp4", 50)


def child_of(decoder: Decoder) -> psutil.Process:
    assert decoder._child
    return psutil.Process(decoder._child.pid)


def test_the_child_gives_what_the_same_process_would(video: Path) -> None:
    with Decoder() as decoder:
        there = list(decoder.read_clips(video, SPANS, SAMPLING))
    assert there == list(read_clips(video, SPANS, SAMPLING))


def test_one_child_serves_many_videos_and_is_gone_at_the_end(video: Path) -> None:
    with Decoder() as decoder:
        info = decoder.probe(video, SAMPLING)
        child = child_of(decoder)
        for _ in range(3):
            assert len(list(decoder.read_clips(video, SPANS, SAMPLING))) == 4
        assert child_of(decoder) == child
    assert (info.width, info.height, info.fps) == (96, 48, 10.0)
    assert not child.is_running()


def test_clips_that_nobody_waited_for_do_not_turn_up_later(video: Path) -> None:
    with Decoder() as decoder:
        first = next(decoder.read_clips(video, SPANS, SAMPLING))
        assert first.span == 3
        assert [clip.span for clip in decoder.read_clips(video, [Span(4.0)], SAMPLING)] == [0]


def test_what_is_wrong_with_a_file_is_said_as_in_the_same_process(tmp_path: Path) -> None:
    (tmp_path / "video.mp4").write_bytes(b"no video")
    with Decoder() as decoder, pytest.raises(VideoError, match="the decoder cannot open it") as error:
        list(decoder.read_clips(tmp_path / "video.mp4", SPANS, SAMPLING))
    assert error.value.code == "video_unreadable"


def test_a_file_that_stops_the_decoder_is_given_up_and_the_next_one_read(video: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.mp4")
    impatient = SAMPLING.model_copy(update={"max_stall_seconds": 0.5})
    with Decoder() as decoder:
        with pytest.raises(VideoError, match=r"no progress in 0\.5 s, which is sampling\.max_stall_seconds") as error:
            list(decoder.read_clips(tmp_path / "endless.mp4", SPANS, impatient))
        assert error.value.code == "video_timed_out"
        assert len(list(decoder.read_clips(video, SPANS, SAMPLING))) == 4


def write_picture(path: Path, codec: str, picture: np.ndarray, num_frames: int) -> Path:
    """A video that shows one picture all the time."""
    height, width = picture.shape[:2]
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*codec), 10, (width, height))
    for _ in range(num_frames):
        writer.write(picture)
    writer.release()
    return path


def test_computing_time_has_a_limit(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1024, 1024, 3), dtype=np.uint8)
    video = write_picture(tmp_path / "long.mp4", "mp4v", noise, 200)
    costly = SamplingConfig(num_frames=200, short_side=1024, jpeg_quality=100, max_cpu_seconds=1)
    with Decoder() as decoder, pytest.raises(VideoError, match=r"more than 1 s of computing") as error:
        list(decoder.read_clips(video, [Span()], costly))
    assert error.value.code == "video_timed_out"


def test_memory_has_a_limit(tmp_path: Path) -> None:
    video = write_picture(tmp_path / "large.avi", "MJPG", np.zeros((8_000, 8_000, 3), np.uint8), 1)
    sampling = SAMPLING.model_copy(update={"max_memory_megabytes": 256, "max_pixels": 10**9})
    with Decoder() as decoder:
        with pytest.raises(VideoError):
            list(decoder.read_clips(video, [Span()], sampling))
        assert child_of(decoder).memory_info().rss < 2**29


def test_a_killed_parent_leaves_no_decoder_behind(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.mp4")
    code = (
        "import sys; from pathlib import Path; from components.video.tasks import Span\n"
        "from components.video.config import SamplingConfig; from components.video.decoder import Decoder\n"
        "decoder = Decoder(); print(decoder._idle_child().pid, flush=True)\n"
        "list(decoder.read_clips(Path(sys.argv[1]), [Span()], SamplingConfig()))"
    )
    command = [sys.executable, "-c", code, str(tmp_path / "endless.mp4")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[3]) as parent:
        assert parent.stdout
        child = psutil.Process(int(parent.stdout.readline()))
        time.sleep(0.3)
        parent.kill()
    child.wait(timeout=30)
    assert not child.is_running()


def test_a_clip_survives_the_way(video: Path) -> None:
    for clip in read_clips(video, SPANS, SAMPLING):
        assert isinstance(clip, Clip)
        assert unpack_clip(*unpack(pack_clip(clip))) == clip


def test_the_ending_says_whether_all_was_read(video: Path) -> None:
    with Decoder() as decoder:
        clips = decoder.read_clips(video, [Span(0.0, 1.0)], SAMPLING)
        next(clips)
        with pytest.raises(StopIteration) as stop:
            next(clips)
    assert stop.value.value == Ending(pytest.approx(1.1), 11, is_end_of_video=False)


def test_the_child_tells_when_each_frame_is_shown(video: Path) -> None:
    with Decoder() as decoder:
        index = decoder.read_index(video, SAMPLING)
        assert list(index.seconds) == pytest.approx([number / 10 for number in range(50)])
        assert index.end_seconds == pytest.approx(5.0)
        with pytest.raises(VideoError, match="more than 10 frames"):
            decoder.read_index(video, SAMPLING.model_copy(update={"max_frames": 10}))
