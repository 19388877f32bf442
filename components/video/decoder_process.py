"""The process that decodes: started by `components.video.decoder`, it answers requests until its parent is gone.

Native decoders may crash, hang or take all memory on a hostile file: then this process dies, and that video alone is lost.
"""

import os
import resource
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import cv2

# PyAV is imported before its memory is measured.
from components.video import pyav  # noqa: F401
from components.video.clips import probe, read_clips, read_index, read_times, read_windows
from components.video.config import SamplingConfig
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
)
from components.video.queues import Windows
from components.video.reader import VideoError
from components.video.survey import read_survey
from components.video.tasks import Span

_SECONDS_BETWEEN_SIGNS_OF_LIFE = 0.5


def main() -> None:
    """Usage: python -m components.video.decoder_process FILE_DESCRIPTOR"""
    connection = Connection(int(sys.argv[1]))
    threading.Thread(target=_leave_with_parent, args=(os.getppid(),), daemon=True).start()
    # Workers run side by side; threads of one call would only get in each other's way.
    cv2.setNumThreads(1)
    base_memory_bytes = address_space_bytes()
    connection.send_bytes(pack({"kind": "ready"}))
    while True:
        try:
            request, _ = unpack(connection.recv_bytes())
        except EOFError:
            return
        try:
            _answer(connection, request, base_memory_bytes)
        except VideoError as error:
            connection.send_bytes(pack({"kind": "error", "code": error.code, "message": str(error)}))
        except MemoryError:
            message = "decoding it takes more memory than sampling.max_memory_megabytes"
            connection.send_bytes(pack({"kind": "error", "code": "video_too_large", "message": message}))


def _answer(connection: Connection, request: dict[str, Any], base_memory_bytes: int) -> None:
    sampling = SamplingConfig.model_validate_json(request["sampling"])
    path = Path(request["path"])
    limit_resources(sampling, base_memory_bytes)
    if request["wanted"] == "mask":
        connection.send_bytes(pack_mask(read_mask(path, sampling.max_pixels)))
        return
    last_sign = time.monotonic()
    num_frames = 0

    def show_life() -> None:
        nonlocal last_sign, num_frames
        num_frames += 1
        if time.monotonic() - last_sign >= _SECONDS_BETWEEN_SIGNS_OF_LIFE:
            connection.send_bytes(pack({"kind": "frames", "num_frames": num_frames}))
            last_sign = time.monotonic()

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
    spans = [Span(**span) for span in request["spans"]]
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
    """What this process may take from now on, `base_memory_bytes` aside: see SamplingConfig."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu_seconds = int(used.ru_utime + used.ru_stime) + 1 + sampling.max_cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, resource.RLIM_INFINITY))
    memory_bytes = base_memory_bytes + sampling.max_memory_megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, resource.RLIM_INFINITY))
    # A crash is expected now and then; its core dump would fill the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


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
