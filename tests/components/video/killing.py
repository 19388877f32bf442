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
def one_decoder_killed() -> Iterator[list[int]]:
    """End the first process that decodes for this one, wherever it is; what is yielded holds its id in the end."""
    killed: list[int] = []
    is_over = threading.Event()

    def kill() -> None:
        while not is_over.wait(0.001):
            for child in psutil.Process().children():
                if not killed and child.cpu_times().user > 0.3:
                    child.kill()
                    killed.append(child.pid)
                    return

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        is_over.set()
        killer.join()
