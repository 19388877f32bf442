"""Says of a run that has filled a disk which one it is, and how much was free there when its last step began."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from components.storage.root import is_remote
from foundation.disk import file_of, free_space, is_disk_full, size_bytes
from foundation.events import Event, Send
from foundation.messages.errors import MachineError
from pipeline.config import Config

_AS_GOOD_AS_NONE = 2**18


class Disks:
    """The disks that a run writes to, looked at whenever a step begins."""

    def __init__(self, folders: Sequence[Path]) -> None:
        self._folders = folders
        self.step_begins("the run")

    def step_begins(self, name: str) -> None:
        self._step = name
        self._free = [free_space(folder) for folder in self._folders]

    def watching(self, send: Send) -> Send:
        """Look whenever an event says that a component begins; all events are sent on."""

        def look_and_send(event: Event) -> None:
            if event.get("state") == "running":
                self.step_begins(event["node"])
            send(event)

        return look_and_send

    def explains(self, error: BaseException) -> bool:
        """Tell whether a full disk explains an error. SQLite, for one, may only say that its transaction is gone.

        A MachineError that speaks of one may mean a disk of another machine.
        """
        is_said = is_disk_full(error) and not isinstance(error, MachineError)
        return is_said or any(free_space(folder).num_bytes < _AS_GOOD_AS_NONE for folder in self._folders)

    def explanation(self, error: BaseException) -> str:
        """What to tell people of an error that a full disk explains."""
        file = file_of(error)
        holders = [space for space in self._free if file and file.is_relative_to(space.folder)]
        # What does not say where it failed did so where there was the least room.
        space = (holders or [min(self._free, key=lambda space: space.num_bytes)])[0]
        now = free_space(space.folder).num_bytes
        cause = "" if is_disk_full(error) else f" What it ended with: {type(error).__name__}: {error}"
        return (
            f"the disk of {space.folder} is full: {self._step} needs more than the {_megabytes(space.num_bytes)} that were "
            f"free there when it began ({_megabytes(now)} are now). Free some space and run the same command again; it goes on "
            f"after the last finished component.{cause}"
        )


@contextmanager
def full_disks_explained(config: Config) -> Iterator[Disks]:
    """Turn errors that come from a full disk into a MachineError that names it."""
    folders = [Path(config.output_dir), Path(tempfile.gettempdir())]
    if not is_remote(config.push_destination):
        folders.append(Path(config.push_destination))
    disks = Disks(folders)
    try:
        yield disks
    except Exception as error:
        if not disks.explains(error):
            raise
        raise MachineError(disks.explanation(error)) from error


def shortage(config: Config, made_by_last_run: Iterable[str]) -> str:
    """Words for people where there is less room than the last run took; empty where there is enough.

    Args:
      made_by_last_run: addresses of its artifacts.
    """
    taken = sum(size_bytes(Path(uri)) for uri in made_by_last_run)
    free = free_space(Path(config.output_dir)).num_bytes
    if free >= taken:
        return ""
    return (
        f"{_megabytes(free)} are free on the disk of {config.output_dir}, and what the last run has made there takes "
        f"{_megabytes(taken)}; clipgate clean removes what earlier runs have left"
    )


def _megabytes(num_bytes: int) -> str:
    return f"{num_bytes / 1e6:.1f} MB"
