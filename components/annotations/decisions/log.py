"""The log of decisions: a file of JSON lines beside the annotations, to which is only added.

Several may add to it at once. A line is there as a whole or not at all: it is written at one go, under a lock, and is on the
disk before `append` returns. What a machine that failed has left of a line was never acknowledged, and is cut off.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from components.annotations.decisions.decision import Decision
from components.annotations.readers.detect import DECISIONS_SUFFIX
from foundation.messages.errors import UserError

_LARGEST = 1 << 28


def log_beside(annotations: str) -> Path:
    """Where the log of annotations lies if nothing else is said."""
    path = Path(annotations)
    return path.with_name(f"{path.name}{DECISIONS_SUFFIX}")


def append(log: Path, *decisions: Decision) -> None:
    """Add decisions at one go, all of them or none unless the machine fails; the file is made if it is not there.

    Raises:
      UserError: it cannot be written.
    """
    try:
        is_new = not log.exists()
        with _locked(log, os.O_RDWR | os.O_CREAT | os.O_APPEND, fcntl.LOCK_EX) as file:
            size = os.fstat(file).st_size
            prefix = _mended(file, size)
            lines = "".join(decision.as_line() for decision in decisions)
            _write(file, f"{prefix}{lines}".encode())
            os.fsync(file)
        if is_new:
            _sync_folder(log.absolute().parent)
    except OSError as error:
        raise UserError(f"{log} cannot be written: {error.strerror}; check the folder and its permissions") from error


def read_log(log: Path) -> list[Decision]:
    """All decisions, in the order in which they were made; the rest of a line that was not finished counts as none.

    Raises:
      UserError: the file cannot be read, or one of its lines is no decision.
    """
    return LogReader(log).read()


class LogReader:
    """Reads a log again and again; lines that it has read before are not parsed once more."""

    def __init__(self, log: Path) -> None:
        self._log = log
        self._forget()

    def _forget(self) -> None:
        self._known, self._num_lines = b"", 0
        self._decisions: list[Decision] = []

    def read(self) -> list[Decision]:
        """As `read_log`."""
        content = _content(self._log)
        end = content.rfind(b"\n") + 1
        if not content.startswith(self._known):
            self._forget()
        lines = content[len(self._known) : end].split(b"\n")[:-1]
        first = self._num_lines + 1
        new = [_parsed(line, number, self._log) for number, line in enumerate(lines, first) if line.strip()]
        rest = [_parsed(content[end:], first + len(lines), self._log)] if _is_decision(content[end:]) else []
        decisions = [*self._decisions, *new]
        _refuse_twins([*decisions, *rest], self._log)
        self._known, self._num_lines, self._decisions = content[:end], self._num_lines + len(lines), decisions
        return [*decisions, *rest]


def _content(log: Path) -> bytes:
    try:
        with _locked(log, os.O_RDONLY, fcntl.LOCK_SH) as file:
            if os.fstat(file).st_size > _LARGEST:
                raise UserError(f"{log} has more than {_LARGEST >> 20} MiB; no log of decisions is so large")
            return b"".join(iter(lambda: os.read(file, 1 << 20), b""))
    except OSError as error:
        raise UserError(f"{log} cannot be read: {error.strerror}") from error


def _parsed(line: bytes, number: int, log: Path) -> Decision:
    try:
        return Decision.model_validate_json(line)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, problem["loc"]))
        message = problem["msg"].removeprefix("Value error, ")
        raise UserError(
            f"{log}, line {number} is no decision: {f'{place}: ' if place else ''}{message}; found "
            f"{str(problem['input'])[:100]!r}. Correct the line, or take it out"
        ) from None


def _refuse_twins(decisions: Sequence[Decision], log: Path) -> None:
    seen: set[str] = set()
    for decision in decisions:
        if decision.id in seen:
            raise UserError(f"{log} has two decisions with the id {decision.id!r}; give one of them another")
        seen.add(decision.id)


@contextmanager
def _locked(log: Path, flags: int, lock: int) -> Iterator[int]:
    file = os.open(log, flags | os.O_CLOEXEC, 0o666)
    try:
        fcntl.flock(file, lock)
        yield file
    finally:
        os.close(file)


def _mended(file: int, size: int) -> str:
    """What has to come before the next line; what is left of a line that was not finished is cut off."""
    tail = _tail(file, size)
    if not tail:
        return ""
    if _is_decision(tail):
        return "\n"
    os.ftruncate(file, size - len(tail))
    return ""


def _tail(file: int, size: int) -> bytes:
    """What comes after the last line's end."""
    tail = b""
    while size > len(tail):
        start = max(0, size - len(tail) - (1 << 16))
        before, found, after = os.pread(file, size - len(tail) - start, start).rpartition(b"\n")
        tail = after + tail
        if found:
            break
    return tail


def _write(file: int, lines: bytes) -> None:
    size = os.fstat(file).st_size
    written = os.write(file, lines)
    if written != len(lines):
        # Nothing of a line is better than half of one.
        os.ftruncate(file, size)
        raise OSError(28, "the disk is full")


def _is_decision(line: bytes) -> bool:
    try:
        Decision.model_validate_json(line)
    except ValidationError:
        return False
    return True


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
