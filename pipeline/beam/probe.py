"""What workers of an engine are asked before a run begins, and what they answer: this runs in them."""

import json
import os
import platform
import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import metadata
from pathlib import Path

import apache_beam as beam

from components.storage.opening import open_root
from foundation.code_digest import code_digest
from foundation.messages.errors import UserError
from pipeline.beam.failures import MARK

HEAD_BYTES = 4096
# A folder that was just made may be seen later on another machine.
_LOOKS, _SECONDS_BETWEEN_LOOKS = 5, 1.0
_CODE_OF_WORKERS = ("components.video_example_gen.component", "models.preprocessing", "components.evaluator")


@dataclass(frozen=True)
class Question:
    """What a worker is asked.

    Attributes:
      folder: made for the answers, below the `output_dir`.
      output_dir: a path.
      videos: a path or an address, and `beam_args` for it.
      video: the name of one of them, and its first bytes; empty if there is none.
      versions: of what asks.
    """

    folder: str
    output_dir: str
    videos: str
    beam_args: tuple[str, ...]
    video: str
    head: bytes
    versions: tuple[tuple[str, str], ...]


class OutOfSightError(Exception):
    """A worker cannot answer where it was asked to."""


class Ask(beam.DoFn):
    """Answers the question once for each element, in a file of its own."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self._question = question

    def process(self, element: int) -> None:
        question, host = self._question, socket.gethostname()
        if not _is_seen(Path(question.folder)):
            raise OutOfSightError(
                f"{MARK}output_dir: Beam's worker on {host} does not see {question.output_dir}; name a folder of a file system "
                f"that this machine and all workers share, at the same path{MARK}"
            )
        answer = Path(question.folder, uuid.uuid4().hex)
        try:
            answer.write_text(json.dumps({"host": host, "problems": list(problems(question, host))}))
        except OSError as error:
            raise OutOfSightError(
                f"{MARK}output_dir: Beam's worker on {host} cannot write to {question.output_dir} ({error.strerror}) as user "
                f"{os.getuid()}; let it write there{MARK}"
            ) from error
        answer.rename(f"{answer}.json")


@cache
def versions() -> tuple[tuple[str, str], ...]:
    """What has to be the same in a worker as in what starts a run, by name."""
    return (
        ("Python", ".".join(platform.python_version_tuple()[:2])),
        ("apache-beam", metadata.version("apache-beam")),
        ("clipgate's code", code_digest(*_CODE_OF_WORKERS)[:12]),
    )


def problems(question: Question, host: str) -> Iterator[str]:
    """What is in the way of a run with this worker, in sentences."""
    for (name, here), (_, there) in zip(versions(), question.versions, strict=True):
        if here != there:
            yield (
                f"beam: the worker on {host} has {name} {here}, and this machine has {there}; install the same there, and if "
                "it is from a clipgate beam-worker, start that anew"
            )
    try:
        root = open_root(question.videos, "data.videos", question.beam_args)
        if question.video:
            (head,) = root.read_heads([question.video], HEAD_BYTES)
            if isinstance(head, OSError):
                raise head
            if head != question.head:
                raise OSError("the file there is another one")
    except (UserError, OSError) as error:
        yield (
            f"data.videos: Beam's worker on {host} cannot read {question.video or 'the folder'} in {question.videos} as this "
            f"machine does: {error}. Name a folder that all share, or an address that all may read"
        )


def _is_seen(folder: Path) -> bool:
    for _ in range(_LOOKS):
        if folder.is_dir():
            return True
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    return folder.is_dir()
