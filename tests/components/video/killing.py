"""Decoders that are ended by a signal while they read, as the kernel ends them when memory runs out."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from components.video.decoder import Decoder


def pid_of(decoder: Decoder) -> int:
    """The process that decodes."""
    assert decoder._child
    return decoder._child.pid


@contextmanager
def killed_as_they_read(decoder: Decoder, fifo: Path, *signals: signal.Signals) -> Iterator[None]:
    """Make `fifo`, and end the processes that open it, one after the other, each by one of the signals."""
    os.mkfifo(fifo)

    def kill() -> None:
        killed = 0
        for number in signals:
            # A process that was killed holds its files for a while.
            while killed and (decoder._child is None or pid_of(decoder) == killed):
                time.sleep(0.001)
            # Opening waits for the one that reads.
            with fifo.open("wb"):
                killed = pid_of(decoder)
                os.kill(killed, number)

    killer = threading.Thread(target=kill)
    killer.start()
    yield
    killer.join()


@contextmanager
def one_decoder_killed(video: Path) -> Iterator[None]:
    """End the first process that reads a video, at its first byte; all that open the file later read it as it was."""
    content = video.with_name(f"{video.name}.whole")
    video.rename(content)
    os.mkfifo(video)

    def kill() -> None:
        # Opening waits for the one that reads.
        with video.open("wb"):
            (reader,) = (child for child in psutil.Process().children() if _reads(child, video))
            content.replace(video)
            reader.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    yield
    killer.join()


def _reads(process: psutil.Process, file: Path) -> bool:
    return any(link.exists() and link.samefile(file) for link in Path(f"/proc/{process.pid}/fd").iterdir())
