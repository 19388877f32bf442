"""The process that decodes: started by `components.video.decoder`, it answers requests until its parent is gone.

Native decoders may crash, hang or take all memory on a hostile file: then this process dies, and no other.
"""

import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2

# PyAV is imported before its memory is measured.
from components.video import pyav  # noqa: F401
from components.video.clips import probe, read_clips, read_index, read_times, read_windows
from components.video.config import SamplingConfig
from components.video.faults import require_readable, sorted_out
from components.video.png import read_mask
from components.video.protocol import (
    pack,
    pack_clip,
    pack_ending,
    pack_index,
    pack_info,
    pack_mask,
    pack_survey,
    unpack,
    unpack_span,
)
from components.video.queues import Windows
from components.video.reader import VideoError
from components.video.survey import read_survey
from foundation.messages.errors import MachineError

_SECONDS_BETWEEN_SIGNS_OF_LIFE = 0.5
_PERHAPS_OF_THE_DISK = ("video_unreadable", "codec_not_supported")


def main() -> None:
    """Usage: python -m components.video.decoder_process FILE_DESCRIPTOR"""
    connection = Connection(int(sys.argv[1]))
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    # Workers run side by side; threads of one call would only get in each other's way.
    cv2.setNumThreads(1)
    base_memory_bytes = address_space_bytes()
    connection.send_bytes(pack({"kind": "ready", "base_memory_bytes": base_memory_bytes}))
    while True:
        try:
            request, _ = unpack(connection.recv_bytes())
        except EOFError:
            return
        try:
            _answer(connection, request, base_memory_bytes)
        except VideoError as error:
            connection.send_bytes(pack({"kind": "error", "code": error.code, "message": str(error)}))
        except MachineError as error:
            connection.send_bytes(pack({"kind": "fault", "message": str(error)}))
        except MemoryError:
            connection.send_bytes(pack({"kind": "no_memory"}))


def _answer(connection: Connection, request: dict[str, Any], base_memory_bytes: int) -> None:
    sampling = SamplingConfig.model_validate_json(request["sampling"])
    path = Path(request["path"])
    limit_resources(sampling, base_memory_bytes)
    last_sign = time.monotonic()
    num_signs = 0

    def show_life() -> None:
        nonlocal last_sign, num_signs
        num_signs += 1
        if time.monotonic() - last_sign >= _SECONDS_BETWEEN_SIGNS_OF_LIFE:
            connection.send_bytes(pack({"kind": "frames", "num_frames": num_signs}))
            last_sign = time.monotonic()

    with sorted_out(path):
        try:
            _read(connection, request, path, sampling, show_life)
        except VideoError as error:
            if error.code in _PERHAPS_OF_THE_DISK:
                require_readable(path, show_life)
            raise


def _read(
    connection: Connection,
    request: dict[str, Any],
    path: Path,
    sampling: SamplingConfig,
    show_life: Callable[[], None],
) -> None:
    """Answer, but for errors."""
    if request["wanted"] == "mask":
        connection.send_bytes(pack_mask(read_mask(path, sampling.max_pixels)))
        return
    if request["wanted"] == "info":
        connection.send_bytes(pack_info(probe(path, on_frame=show_life)))
        return
    if request["wanted"] == "times":
        connection.send_bytes(pack_index(read_times(path, on_frame=show_life)))
        return
    if request["wanted"] == "index":
        connection.send_bytes(
            pack_index(read_index(path, sampling, num_threads=request["num_threads"], on_frame=show_life))
        )
        return
    spans = [unpack_span(span) for span in request["spans"]]
    if request["wanted"] == "survey":
        survey = read_survey(path, spans, sampling, num_threads=request["num_threads"], on_frame=show_life)
        connection.send_bytes(pack_survey(survey))
        return
    if request["wanted"] == "windows":
        windows = Windows(tuple(request["windows"]["lengths_seconds"]), request["windows"]["step_seconds"])
        clips = read_windows(path, windows, sampling, num_threads=request["num_threads"], on_frame=show_life)
    else:
        clips = read_clips(path, spans, sampling, num_threads=request["num_threads"], on_frame=show_life)
    while True:
        try:
            clip = next(clips)
        except StopIteration as stop:
            connection.send_bytes(pack_ending(stop.value))
            return
        connection.send_bytes(pack_clip(clip))


def limit_resources(sampling: SamplingConfig, base_memory_bytes: int) -> None:
    """What this process may take from now on, `base_memory_bytes` aside: see SamplingConfig. Hard limits stay."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_seconds = int(used.ru_utime + used.ru_stime) + 1 + sampling.max_cpu_seconds
    # At the hard limit comes SIGKILL, which does not say why.
    _limit(resource.RLIMIT_CPU, cpu_seconds, spare=1)
    _limit(resource.RLIMIT_AS, base_memory_bytes + sampling.max_memory_megabytes * 2**20)
    # A crash is expected now and then; its core dump would fill the disk.
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, wanted: int, spare: int = 0) -> None:
    _, hard = resource.getrlimit(kind)
    resource.setrlimit(kind, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard - spare), hard))


def address_space_bytes() -> int:
    """What this process takes now."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()


def _leave_with_parent(parent: int) -> None:
    """A parent that was killed cannot stop a decoder that hangs."""
    while os.getppid() == parent:
        time.sleep(1)
    os._exit(1)


if __name__ == "__main__":
    main()
