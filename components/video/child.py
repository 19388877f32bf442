"""A process that decodes, as its parent sees it: how it starts, answers and ends."""

import math
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Generator
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from components.video.config import LEAST_MEMORY_MEGABYTES, SamplingConfig
from components.video.protocol import unpack
from components.video.reader import VideoError
from foundation.messages.errors import MachineError, UserError
from foundation.processes import child_environment

Message = tuple[dict[str, Any], bytes]

_SECONDS_TO_START = 120.0
_MEGABYTE = 2**20
_USUAL_MEGABYTES = 1000


class ChildDiedError(Exception):
    """The process ended before it was ready or had answered; the message says how."""

    def __init__(self, exit_code: int) -> None:
        name = f"exit code {exit_code}"
        with suppress(ValueError):
            name = signal.Signals(-exit_code).name
        super().__init__(name)
        self.exit_code = exit_code


class Child:
    """A decoding process that is ready for requests.

    Raises:
      MachineError: it cannot be started.
      UserError: `ulimit -v` leaves it too little memory for any video.
      ChildDiedError: it was ended by a signal before it was ready.
    """

    def __init__(self) -> None:
        self._is_busy = False
        self._connection, self._process = _start()
        self.pid = self._process.pid
        try:
            self._base_memory_bytes = self._wait_until_ready()
            self._require_memory()
        except BaseException:
            self.close()
            raise

    @property
    def is_idle(self) -> bool:
        """Whether it waits for a request."""
        return not self._is_busy and self._process.poll() is None

    def answer(self, path: Path, request: bytes, sampling: SamplingConfig) -> Generator[Message, None, None]:
        """The messages of an answer without signs of life; a process that was not heard to the end is stopped.

        Raises:
          VideoError: the video cannot be used, or exceeds a limit of `sampling`.
          MachineError: it cannot be read for a reason that lies with the machine.
          ChildDiedError: the process ended.
        """
        self._is_busy = True
        try:
            self._connection.send_bytes(request)
            while self._is_busy:
                if not self._connection.poll(sampling.max_stall_seconds):
                    raise VideoError(
                        "video_timed_out",
                        f"no progress in {sampling.max_stall_seconds:g} s, which is sampling.max_stall_seconds",
                    )
                head, body = unpack(self._connection.recv_bytes())
                self._is_busy = head["kind"] in ("clip", "frames")
                if head["kind"] == "error":
                    raise VideoError(head["code"], head["message"])
                if head["kind"] == "fault":
                    raise MachineError(head["message"])
                if head["kind"] == "no_memory":
                    raise self._explain_no_memory(path, sampling)
                if head["kind"] != "frames":
                    yield head, body
        except (EOFError, ConnectionError):
            raise self._explain_death(sampling) from None
        finally:
            if self._is_busy:
                self.close()

    def close(self) -> None:
        """End the process."""
        self._connection.close()
        self._process.kill()
        self._process.wait()

    def lower_limit(self, sampling: SamplingConfig) -> str:
        """A limit of this machine below what `sampling` allows, with a remedy; nothing if there is none."""
        return self._lower_memory(sampling) or _lower_time(sampling)

    def _lower_memory(self, sampling: SamplingConfig) -> str:
        if self._megabytes_left >= sampling.max_memory_megabytes:
            return ""
        return (
            f"`ulimit -v` leaves {self._megabytes_left:.0f} MB for a video here; raise that, or lower "
            f"sampling.max_memory_megabytes ({sampling.max_memory_megabytes}) to it, and such videos are left out"
        )

    @property
    def _megabytes_left(self) -> float:
        return (_hard_limit(resource.RLIMIT_AS) - self._base_memory_bytes) / _MEGABYTE

    def _wait_until_ready(self) -> int:
        """Bytes of memory that the process takes without a video."""
        try:
            if self._connection.poll(_SECONDS_TO_START):
                head, _ = unpack(self._connection.recv_bytes())
                return int(head["base_memory_bytes"])
        except (EOFError, ConnectionError):
            code = self._process.wait()
            if code < 0:
                raise ChildDiedError(code) from None
            raise MachineError(did_not_start(f"exit code {code}; its own message stands above, in the log")) from None
        raise MachineError(did_not_start(f"it was not ready after {_SECONDS_TO_START:g} s"))

    def _require_memory(self) -> None:
        if self._megabytes_left >= LEAST_MEMORY_MEGABYTES:
            return
        found = _hard_limit(resource.RLIMIT_AS) / _MEGABYTE
        needed = math.ceil(self._base_memory_bytes / _MEGABYTE) + LEAST_MEMORY_MEGABYTES
        raise UserError(
            f"`ulimit -v` allows a process {found:.0f} MB here, and one that decodes videos needs {needed} MB at the "
            f"least; raise it in the shell that starts the run (ulimit -v {needed * 1024}, or unlimited)"
        )

    def _explain_no_memory(self, path: Path, sampling: SamplingConfig) -> VideoError | UserError:
        if lower := self._lower_memory(sampling):
            return UserError(f"{path}: decoding it takes more memory than there is: {lower}")
        return VideoError(
            "video_too_large",
            f"decoding it takes more than {sampling.max_memory_megabytes} MB (sampling.max_memory_megabytes)",
        )

    def _explain_death(self, sampling: SamplingConfig) -> VideoError | ChildDiedError:
        code = self._process.wait()
        if code == -signal.SIGXCPU and not _lower_time(sampling):
            message = f"decoding took more than {sampling.max_cpu_seconds} s of computing (sampling.max_cpu_seconds)"
            return VideoError("video_timed_out", message)
        return ChildDiedError(code)


def did_not_start(reason: str) -> str:
    """What is said of a process that cannot be started for this reason."""
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    limit = ""
    if soft != resource.RLIM_INFINITY:
        limit = f" `ulimit -v` allows it {soft / _MEGABYTE:.0f} MB; it needs about {_USUAL_MEGABYTES} MB."
    return (
        f"the process that decodes videos did not start: {reason}.{limit} That says nothing of any video. Free memory and "
        "processes, lower beam.decoders, or raise the limit (ulimit -a shows all), and run again"
    )


def decoding_environment() -> dict[str, str]:
    """A child's environment in which FFmpeg keeps quiet."""
    # The function that sets OpenCV's level has another name in each of its versions.
    return child_environment(OPENCV_FFMPEG_LOGLEVEL="-8", OPENCV_LOG_LEVEL="OFF")


def _start() -> tuple[Connection, "subprocess.Popen[bytes]"]:
    try:
        ours, theirs = socket.socketpair()
    except OSError as error:
        raise MachineError(did_not_start(str(error.strerror))) from error
    with theirs:
        try:
            process = subprocess.Popen(
                [sys.executable, "-m", "components.video.decoder_process", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=decoding_environment(),
            )
        except OSError as error:
            ours.close()
            raise MachineError(did_not_start(str(error.strerror))) from error
    return Connection(ours.detach()), process


def _lower_time(sampling: SamplingConfig) -> str:
    seconds = _hard_limit(resource.RLIMIT_CPU)
    if seconds > sampling.max_cpu_seconds + 1:
        return ""
    return (
        f"`ulimit -t` allows a process {seconds:.0f} s of computing here; raise that, or lower "
        f"sampling.max_cpu_seconds ({sampling.max_cpu_seconds}) to less, and such videos are left out"
    )


def _hard_limit(kind: int) -> float:
    """The limit that a process can only lower."""
    _, hard = resource.getrlimit(kind)
    return math.inf if hard == resource.RLIM_INFINITY else hard
