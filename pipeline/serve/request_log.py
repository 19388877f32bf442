"""Keeps records of what is served: sampled, bounded, and never in the way of a request."""

import hashlib
import logging
import os
import queue
import random
import secrets
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pipeline.serve.log_files import LogFiles
from pipeline.serve.signatures import STRING, Tensor, Tensors
from pipeline.watch.records import PREFIX, SUFFIX, ServedClip, dropped_line, to_line
from pipeline.watch.request_clips import INPUTS, clips_of, measure, shown_jpegs

log = logging.getLogger(__name__)

_SCORES = "probabilities"
_MAX_WAITING, _MAX_WAITING_BYTES = 64, 2**25
_SECONDS_BETWEEN_WARNINGS, _CLOSING_SECONDS = 60.0, 10.0
_NICENESS = 10
_MAX_NAME_CHARACTERS = 64


class RequestLogConfig(NamedTuple):
    """`share` of the requests, 0 to 1; `max_bytes` of all files in `folder`; `pixels`: keep the frames, too."""

    folder: Path
    share: float
    max_bytes: int
    pixels: bool


class Sender(NamedTuple):
    """Who asked which model: the address, without a port, and the name that the client gave itself, if it did."""

    model: str
    address: str
    name: str


@dataclass(frozen=True)
class Answered:
    """A request and its answer; `num_shown`: frames that the network is shown; `num_bytes`: what waiting takes."""

    time: datetime
    sender: Sender
    version: int
    num_shown: int
    signature: str
    clips: Tensor
    scores: Tensor
    num_bytes: int


class RequestLog:
    """Takes requests that were answered, and writes records of them in a thread that gives way to all others.

    What cannot be kept, because the thread is behind or the disk refuses, is dropped, counted and said.
    """

    def __init__(self, config: RequestLogConfig) -> None:
        """Raises OSError if the folder cannot be made."""
        self._config = config
        self._files = LogFiles(config.folder, PREFIX, SUFFIX, config.max_bytes)
        self._names = _ClientNames()
        self._random = random.Random()
        self._waiting: queue.Queue[Answered | None] = queue.Queue(_MAX_WAITING)
        self._waiting_bytes = 0
        self._lock = threading.Lock()
        self._num_dropped = 0  # and not written down yet
        self._warned_at = -_SECONDS_BETWEEN_WARNINGS
        self._thread = threading.Thread(target=self._write_all, name="request-log", daemon=True)
        self._thread.start()

    def offer(
        self, sender: Sender, version: int, num_shown: int | None, signature: str, inputs: Tensors, outputs: Tensors
    ) -> None:
        """Have a request written down, perhaps; returns at once and never fails.

        What has no clips or no probabilities, such as a step of a stream, is passed over.
        """
        clips, scores = inputs.get(INPUTS.get(signature, "")), outputs.get(_SCORES)
        if clips is None or scores is None or num_shown is None or self._random.random() >= self._config.share:
            return
        num_bytes = sum(map(len, clips.flat)) if clips.dtype == STRING else clips.nbytes
        now = datetime.now(timezone.utc)
        answered = Answered(now, sender, version, num_shown, signature, clips, scores, num_bytes)
        with self._lock:
            fits = self._waiting_bytes + num_bytes <= _MAX_WAITING_BYTES and not self._waiting.full()
            if fits:
                self._waiting_bytes += num_bytes
                self._waiting.put_nowait(answered)
        if not fits:
            self._drop("requests come faster than they are written down")

    def close(self) -> None:
        """Write down what waits, and end; a disk that does not answer is not waited for."""
        with suppress(queue.Full):
            self._waiting.put(None, timeout=_CLOSING_SECONDS)
            self._thread.join(_CLOSING_SECONDS)

    def _write_all(self) -> None:
        if sys.platform == "linux":  # elsewhere this would be the niceness of the whole process
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICENESS)
        while (answered := self._waiting.get()) is not None:
            try:
                self._write(answered)
            except OSError as error:
                self._drop(f"{self._config.folder}: {error.strerror}")
            except Exception as error:  # whatever one client has sent, the next request is written down
                self._drop(f"{type(error).__name__}: {error}")
            with self._lock:
                self._waiting_bytes -= answered.num_bytes
        with suppress(OSError):
            self._write_dropped()
        self._files.close()

    def _write(self, answered: Answered) -> None:
        self._write_dropped()
        client = self._names.name(answered.sender)
        for clip in served_clips(answered, client, self._config.pixels):
            if not self._files.append(to_line(clip).encode()):
                raise ValueError("no room for a record; give more --log-megabytes")

    def _write_dropped(self) -> None:
        with self._lock:
            num_dropped = self._num_dropped
        if num_dropped and self._files.append(dropped_line(datetime.now(timezone.utc), num_dropped).encode()):
            with self._lock:
                self._num_dropped -= num_dropped

    def _drop(self, reason: str) -> None:
        now = time.monotonic()
        with self._lock:
            self._num_dropped += 1
            num_dropped, is_time = self._num_dropped, now >= self._warned_at + _SECONDS_BETWEEN_WARNINGS
            self._warned_at = now if is_time else self._warned_at
        if is_time:
            log.warning("requests that the log of requests lacks: %d; %s", num_dropped, reason)


def served_clips(answered: Answered, client: str, pixels: bool) -> Iterator[ServedClip]:
    """The clips of a request, one by one.

    Raises:
      ValueError: a frame is no image.
    """
    clips = clips_of(answered.signature, answered.clips)
    for frames, scores in zip(clips, np.asarray(answered.scores, np.float32), strict=True):
        yield ServedClip(
            time=answered.time,
            model=answered.sender.model,
            version=answered.version,
            client=client,
            features=measure(frames, answered.num_shown),
            scores=scores,
            jpegs=shown_jpegs(frames, answered.num_shown) if pixels else (),
        )


class _ClientNames:
    """Names for clients: what they call themselves, or a digest of the address that nobody can undo.

    The key is forgotten with the process: then the same address has another name.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)

    def name(self, sender: Sender) -> str:
        if sender.name:
            return sender.name[:_MAX_NAME_CHARACTERS]
        return hashlib.blake2b(sender.address.encode(), key=self._key, digest_size=6).hexdigest()
