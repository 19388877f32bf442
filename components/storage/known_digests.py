"""Digests of files that were read before: a file is read again only if it may have changed since."""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from components.storage.faults import is_of_the_file, passing
from components.storage.root import FileEntry, Root
from components.storage.writing import write_whole
from foundation.messages.progress import Progress

_NUM_READERS = 4
_NUM_WAITING = 10_000
# Clocks of file systems tick in steps; a file that was written just before it was read may be written once more in the same.
_STEP_NANOSECONDS = 2_000_000_000


class KnownDigests:
    """SHA-256 of files of this machine, by their `FileEntry.state`; so it does not matter where a file lies."""

    def __init__(self, known: dict[str, str] | None = None) -> None:
        self._known = known or {}
        self.asked: dict[str, str] = {}

    def of(self, root: Root, entries: Sequence[FileEntry]) -> dict[str, str]:
        """The digests of files below `root`, by their names; empty for a file that may not be read.

        Raises:
          MachineError: a file cannot be read for a reason that lies with the machine.
        """
        now = time.time_ns()
        keys = {entry.name: " ".join(map(str, entry.state)) for entry in entries}
        digests = {name: self._known[key] for name, key in keys.items() if key in self._known}
        unread = [entry for entry in entries if entry.name not in digests]
        digests |= _read(root, [entry.name for entry in unread])
        fresh = {entry.name for entry in unread if max(entry.state, default=now) > now - _STEP_NANOSECONDS}
        self.asked |= {key: digests[name] for name, key in keys.items() if digests[name] and name not in fresh}
        return digests


@contextmanager
def digests_kept_in(path: Path | None) -> Iterator[KnownDigests]:
    """What a file says of those that were read before; at the end it is written anew, with all that were asked for.

    None, a missing or a damaged file, or one that cannot be written, costs time and nothing else.
    """
    before: dict[str, str] = {}
    if path:
        with suppress(OSError, ValueError):
            before = dict(json.loads(path.read_text()))
    known = KnownDigests(before)
    try:
        yield known
    finally:
        if path and path.parent.is_dir() and known.asked != before:
            with suppress(OSError):
                write_whole(path, json.dumps(known.asked))


def _read(root: Root, names: list[str]) -> dict[str, str]:
    progress = Progress(len(names), "files read")
    digests = {}
    # Python lets threads hash side by side, and disks and networks are better with several readers.
    with ThreadPoolExecutor(_NUM_READERS) as pool:
        # What waits for a thread takes more memory than what is known of a file.
        for start in range(0, len(names), _NUM_WAITING):
            waiting = names[start : start + _NUM_WAITING]
            for name, digest in zip(waiting, pool.map(lambda name: _digest(root, name), waiting), strict=True):
                digests[name] = digest
                progress.advance()
    return digests


def _digest(root: Root, name: str) -> str:
    try:
        return root.digest(name)
    except OSError as error:
        if not is_of_the_file(error):
            raise passing(name, error) from error
        return ""
