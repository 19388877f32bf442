"""Who is to blame when a decoder dies: a file that ends two of them, the second one alone; never a file that was near."""

import os
import re
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from components.video.child import ChildDiedError
from components.video.clips import read_clips
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.decoder_pool import DecoderPool
from components.video.reader import VideoError
from components.video.tasks import Span
from foundation.messages.errors import MachineError
from tests.components.video.killing import killed_as_they_read, pid_of
from tests.components.video.videos import write_video

SAMPLING = SamplingConfig(num_frames=8, short_side=48)
# More than fits between two processes, so that the decoder is not at the end when the first clip has come.
SPANS = [Span(number / 100, 1 + number / 100) for number in range(400)]


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("videos") / "video.mp4", 50)


def kill(decoder: Decoder, number: signal.Signals) -> None:
    os.kill(pid_of(decoder), number)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT, signal.SIGXCPU])
def test_a_decoder_that_was_ended_once_costs_no_clip_and_gives_none_twice(video: Path, number: signal.Signals) -> None:
    undisturbed = list(read_clips(video, SPANS, SAMPLING))
    with Decoder() as decoder:
        clips = decoder.read_clips(video, SPANS, SAMPLING)
        first = [next(clips) for _ in range(3)]
        kill(decoder, number)
        if number is signal.SIGXCPU:
            with pytest.raises(VideoError, match="more than 3600 s of computing"):
                list(clips)
        else:
            assert first + list(clips) == undisturbed


def test_the_end_of_a_video_is_the_same_after_a_death(video: Path) -> None:
    endings = []
    for is_killed in (False, True):
        with Decoder() as decoder:
            clips = decoder.read_clips(video, SPANS, SAMPLING)
            next(clips)
            if is_killed:
                kill(decoder, signal.SIGKILL)
            while True:
                try:
                    next(clips)
                except StopIteration as stop:
                    endings.append(stop.value)
                    break
    assert endings[0] == endings[1]


def test_a_decoder_that_was_ended_between_two_videos_is_no_death_of_either(video: Path) -> None:
    with Decoder() as decoder:
        before = list(decoder.read_clips(video, SPANS[:2], SAMPLING))
        kill(decoder, signal.SIGKILL)
        assert list(decoder.read_clips(video, SPANS[:2], SAMPLING)) == before


@pytest.mark.parametrize(
    ("signals", "reason"),
    [
        (
            [signal.SIGKILL, signal.SIGKILL],
            "ended by SIGKILL twice, the second time with nothing beside it: this machine may have less memory than",
        ),
        (
            [signal.SIGSEGV, signal.SIGSEGV],
            "ended by SIGSEGV twice, the second time with nothing beside it: the codec library fails on this file",
        ),
        ([signal.SIGKILL, signal.SIGABRT], "ended by SIGKILL, and then by SIGABRT with nothing beside it"),
    ],
)
def test_a_file_that_ends_two_decoders_is_unreadable(
    video: Path, tmp_path: Path, signals: list[signal.Signals], reason: str
) -> None:
    fifo = tmp_path / "deadly.mp4"
    with Decoder() as decoder:
        with (
            killed_as_they_read(decoder, fifo, *signals),
            pytest.raises(VideoError, match=reason) as error,
        ):
            decoder.probe(fifo, SAMPLING)
        assert error.value.code == "video_unreadable"
        assert len(list(decoder.read_clips(video, SPANS, SAMPLING))) == len(SPANS)


def test_a_file_is_read_again_when_no_other_decoder_of_the_pool_works(video: Path) -> None:
    given: list[int] = []
    killed: list[int] = []
    second: list[int] = []

    def work(decoder: Decoder, is_killed: bool) -> None:
        clips = decoder.read_clips(video, SPANS, SAMPLING)
        next(clips)
        if is_killed:
            killed.append(pid_of(decoder))
            kill(decoder, signal.SIGKILL)
        for _ in clips:
            given.append(pid_of(decoder))
        if is_killed:
            second.append(pid_of(decoder))

    with DecoderPool(3) as decoders:
        list(decoders.map(work, [True] + [False] * 8))
    assert killed != second
    first = given.index(second[0])
    num_alone = len(SPANS) - 1 - given.count(killed[0])
    assert num_alone > 100
    assert given[first : first + num_alone] == second * num_alone


def test_two_files_that_end_their_decoders_wait_for_each_other(video: Path) -> None:
    def work(decoder: Decoder, _: int) -> int:
        clips = decoder.read_clips(video, SPANS, SAMPLING)
        next(clips)
        kill(decoder, signal.SIGKILL)
        return 1 + len(list(clips))

    with DecoderPool(2) as decoders:
        assert list(decoders.map(work, range(4))) == [len(SPANS)] * 4


def test_a_reading_that_was_given_up_does_not_reach_into_the_next_one(video: Path) -> None:
    with Decoder() as decoder:
        given_up = decoder.read_clips(video, SPANS, SAMPLING)
        next(given_up)
        following = decoder.read_clips(video, [Span(4.0)], SAMPLING)
        assert [clip.span for clip in following] == [0]
        given_up.close()
        assert len(list(decoder.read_clips(video, SPANS, SAMPLING))) == len(SPANS)


def test_a_decoder_that_cannot_be_executed_is_an_error_of_the_run(video: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with Decoder() as decoder, pytest.raises(MachineError, match=r"did not start: No such file.*nothing of any video"):
        decoder.probe(video, SAMPLING)


def test_a_decoder_that_leaves_at_once_is_an_error_of_the_run(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(broken))
    with Decoder() as decoder, pytest.raises(MachineError, match="did not start: exit code 3; its own message"):
        decoder.probe(video, SAMPLING)


def test_a_decoder_that_is_ended_before_it_is_ready_is_started_once_more(
    video: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "python"
    was_there = tmp_path / "was_there"
    python.write_text(f'#!/bin/sh\n[ -e {was_there} ] && exec {sys.executable} "$@"\ntouch {was_there}\nkill -9 $$\n')
    python.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(python))
    with Decoder() as decoder:
        assert decoder.probe(video, SAMPLING).fps == 10
    python.write_text("#!/bin/sh\nkill -9 $$\n")
    with (
        Decoder() as decoder,
        pytest.raises(MachineError, match="did not start: it was ended by SIGKILL, after another"),
    ):
        decoder.probe(video, SAMPLING)


def read_under(limit: int, value: int, video: Path, sampling: SamplingConfig = SAMPLING) -> str:
    """What is said when a process with a hard limit reads clips of a video by a decoder."""
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from components.video.decoder import Decoder; from components.video.config import SamplingConfig\n"
        "from components.video.tasks import Span; sampling = SamplingConfig.model_validate_json(sys.argv[4])\n"
        "limit, value = int(sys.argv[1]), int(sys.argv[2]); resource.setrlimit(limit, (value, value))\n"
        "try:\n"
        "    with Decoder() as decoder: print(len(list(decoder.read_clips(Path(sys.argv[3]), [Span()], sampling))))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    command = [sys.executable, "-c", code, str(limit), str(value), str(video), sampling.model_dump_json()]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=Path(__file__).parents[3]).stdout


def test_a_hard_limit_on_memory_that_leaves_enough_changes_nothing(video: Path) -> None:
    assert read_under(resource.RLIMIT_AS, 1500 * 2**20, video) == "1\n"


def test_a_hard_limit_on_memory_that_leaves_too_little_is_an_error_of_the_run(video: Path) -> None:
    said = read_under(resource.RLIMIT_AS, 600 * 2**20, video)
    assert (match := re.match(r"UserError `ulimit -v` allows a process 600 MB here, .* needs (\d+) MB", said)), said
    needed = int(match[1])
    assert f"raise it in the shell that starts the run (ulimit -v {needed * 1024}, or unlimited)" in said
    assert read_under(resource.RLIMIT_AS, needed * 2**20 + 2**24, video) == "1\n"


def test_a_hard_limit_on_memory_under_which_no_decoder_starts_is_an_error_of_the_run(video: Path) -> None:
    said = read_under(resource.RLIMIT_AS, 60 * 2**20, video)
    assert re.match(r"MachineError the process that decodes .* did not start.* `ulimit -v` allows it 60 MB", said), said


def test_a_hard_limit_on_files_under_which_no_decoder_starts_is_an_error_of_the_run(video: Path) -> None:
    said = read_under(resource.RLIMIT_NOFILE, 4, video)
    assert said.startswith("MachineError the process that decodes videos did not start: Too many open files."), said


def test_a_hard_limit_on_computing_time_that_is_enough_changes_nothing(video: Path) -> None:
    assert read_under(resource.RLIMIT_CPU, 60, video) == "1\n"


def test_how_a_process_ended_is_said_by_the_signals_name_or_the_exit_code() -> None:
    assert [str(ChildDiedError(code)) for code in (-9, -11, 1)] == ["SIGKILL", "SIGSEGV", "exit code 1"]
