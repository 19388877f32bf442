"""Decoding in a process of its own, with limits on time and memory: what a file does to it costs that file alone."""

import signal
import socket
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any

from components.video.config import SamplingConfig
from components.video.png import Pixels
from components.video.protocol import (
    Wanted,
    pack_request,
    unpack,
    unpack_clip,
    unpack_index,
    unpack_mask,
    unpack_survey,
)
from components.video.queues import Windows
from components.video.reader import VideoError, VideoInfo
from components.video.survey import Survey
from components.video.tasks import Clip, Ending, Span
from components.video.times import FrameIndex
from foundation.processes import child_environment

_SECONDS_TO_START = 120.0


class Decoder:
    """A child process, started when first needed and again after it had to be stopped. Not for several threads."""

    def __init__(self, num_threads: int = 1) -> None:
        """`num_threads`: of FFmpeg, for one video."""
        self._num_threads = num_threads
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: Connection | None = None
        self._mask_decoder: Decoder | None = None

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def probe(self, path: Path, sampling: SamplingConfig) -> VideoInfo:
        """Size, nominal frame rate and duration; see components.video.clips.probe."""
        head, _ = self._only("info", path, sampling)
        return VideoInfo(**head["info"])

    def read_times(self, path: Path, sampling: SamplingConfig) -> FrameIndex:
        """The times of all frames as the packets say; see components.video.clips.read_times."""
        return unpack_index(*self._only("times", path, sampling))

    def read_index(self, path: Path, sampling: SamplingConfig) -> FrameIndex:
        """The times of all frames; see components.video.clips.read_index, and `read_clips` for what goes wrong."""
        return unpack_index(*self._only("index", path, sampling))

    def read_clips(self, path: Path, spans: Sequence[Span], sampling: SamplingConfig) -> Generator[Clip, None, Ending]:
        """See components.video.clips.read_clips.

        Raises:
          VideoError: also when the decoder crashes, shows no progress, or exceeds its computing time or memory.
        """
        return (yield from self._clips(self._ask("clips", path, sampling, spans)))

    def read_windows(self, path: Path, windows: Windows, sampling: SamplingConfig) -> Generator[Clip, None, Ending]:
        """See components.video.clips.read_windows, and `read_clips` for what goes wrong."""
        return (yield from self._clips(self._ask("windows", path, sampling, windows=windows)))

    @staticmethod
    def _clips(answer: Iterator[tuple[dict[str, Any], bytes]]) -> Generator[Clip, None, Ending]:
        for head, body in answer:
            if head["kind"] == "clip":
                yield unpack_clip(head, body)
            elif head["kind"] == "end":
                return Ending(**head["ending"])
        raise AssertionError("the decoder's answer has no end")

    def read_survey(self, path: Path, spans: Sequence[Span], sampling: SamplingConfig) -> Survey:
        """See components.video.survey.read_survey, and `read_clips` for what else goes wrong."""
        return unpack_survey(*self._only("survey", path, sampling, spans))

    def read_mask(self, path: Path, sampling: SamplingConfig) -> Pixels:
        """See components.video.png.read_mask, and `read_clips` for what else goes wrong.

        Clips may still be on their way: masks are read by a child process of their own.
        """
        if self._mask_decoder is None:
            self._mask_decoder = Decoder()
        return unpack_mask(*self._mask_decoder._only("mask", path, sampling))

    def close(self) -> None:
        if self._mask_decoder:
            self._mask_decoder.close()
        if self._connection:
            self._connection.close()
        if self._process:
            self._process.kill()
            self._process.wait()
        self._connection = self._process = None

    def _only(
        self, wanted: Wanted, path: Path, sampling: SamplingConfig, spans: Sequence[Span] = ()
    ) -> tuple[dict[str, Any], bytes]:
        """The last message of an answer, before which there are signs of life alone."""
        *_, last = self._ask(wanted, path, sampling, spans)
        return last

    def _ask(
        self,
        wanted: Wanted,
        path: Path,
        sampling: SamplingConfig,
        spans: Sequence[Span] = (),
        windows: Windows | None = None,
    ) -> Generator[tuple[dict[str, Any], bytes], None, None]:
        """The messages of an answer; a decoder that was not heard to the end is stopped."""
        connection = self._started()
        is_finished = False
        try:
            request = pack_request(wanted, str(path), sampling.model_dump_json(), self._num_threads, spans, windows)
            connection.send_bytes(request)
            while not is_finished:
                if not connection.poll(sampling.max_stall_seconds):
                    raise VideoError(
                        "video_timed_out",
                        f"no progress in {sampling.max_stall_seconds:g} s, which is sampling.max_stall_seconds",
                    )
                head, body = unpack(connection.recv_bytes())
                is_finished = head["kind"] in ("end", "info", "index", "survey", "mask", "error")
                if head["kind"] == "error":
                    raise VideoError(head["code"], head["message"])
                yield head, body
        except (EOFError, ConnectionError):
            raise self._explain_death(sampling) from None
        finally:
            if not is_finished:
                self.close()

    def _started(self) -> Connection:
        if self._connection is None:
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "components.video.decoder_process", str(theirs.fileno())],
                    pass_fds=[theirs.fileno()],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    env=decoding_environment(),
                )
            self._connection = Connection(ours.detach())
            self._wait_until_ready(self._connection)
        return self._connection

    def _wait_until_ready(self, connection: Connection) -> None:
        """A process that cannot even start is our fault, and no video's."""
        try:
            if connection.poll(_SECONDS_TO_START):
                connection.recv_bytes()
                return
        except (EOFError, ConnectionError):
            pass
        self.close()
        raise RuntimeError("the decoding process did not start; its own message stands above, in the log")

    def _explain_death(self, sampling: SamplingConfig) -> VideoError:
        assert self._process
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            message = f"decoding took more than {sampling.max_cpu_seconds} s of computing (sampling.max_cpu_seconds)"
            return VideoError("video_timed_out", message)
        name = str(code)
        with suppress(ValueError):
            name = signal.Signals(-code).name
        return VideoError("video_unreadable", f"the decoder crashed on it ({name})")


def decoding_environment() -> dict[str, str]:
    """A child's environment in which FFmpeg keeps quiet."""
    # The function that sets OpenCV's level has another name in each of its versions.
    return child_environment(OPENCV_FFMPEG_LOGLEVEL="-8", OPENCV_LOG_LEVEL="OFF")
