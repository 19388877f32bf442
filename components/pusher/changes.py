"""Changes of the pushed versions: a push, a rollback, and the removal of old ones. No TensorFlow here.

Whenever a change is interrupted, TensorFlow Serving sees the versions from before it or those from after it. Servers and
clients know a version by its number. So numbers always grow, and none is given twice, even if the clock was set back.
"""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.pusher.destination import WITHDRAWN, Destination, explained
from components.pusher.versions import Version, all_versions, available_versions, last_available
from components.storage.seal import compare, in_words, seal_folder
from foundation.messages.errors import UserError


def push(destination: Destination, make_model: Callable[[int], Path], now_seconds: float) -> Version:
    """Make a new version, after any other push or rollback on a destination of this machine has ended.

    Args:
      make_model: gets the version's number and returns the folder to copy.
      now_seconds: Unix time; it becomes the number, unless an earlier version has the same or a higher one.

    Raises:
      UserError: the destination cannot be written, or is full, or gives back something else; nothing was pushed.
    """
    with _changing(destination):
        number = max([int(now_seconds), *(version.number + 1 for version in all_versions(destination))])
        model = make_model(number)
        destination.put(model, str(number))
        version = Version(destination, str(number))
        if differences := compare(seal_folder(model), version.files(), version.digest):
            destination.remove(version.folder)
            raise UserError(
                f"{in_words(differences, version.uri)}: that is not what was written there, so the version was removed again; "
                "check the disk or the store, and run the same command again"
            )
        return version


def remove_old(
    destination: Destination, keep_versions: int, named: Collection[int] = ()
) -> tuple[list[Version], list[Version]]:
    """Remove all but the newest available versions. Withdrawn versions stay.

    Args:
      named: numbers of versions that somebody relies on; these stay too.

    Returns:
      The versions that were removed, and the old ones that stay because they are named, or served by a process here.
    """
    with _changing(destination):
        old = available_versions(destination)[:-keep_versions]
        needed = [version for version in old if version.number in named or destination.is_held(version.folder)]
        removed = [version for version in old if version not in needed]
        for version in removed:
            destination.remove(version.folder)
        return removed, needed


def rollback_target(destination: Destination, number: int | None = None, *, option: str = "--to") -> Version:
    """The version with this number, which `option` gave; without one, the last available one before the one that is served.

    Raises:
      UserError: there is no such version.
    """
    with explained(destination.uri):
        found = [version for version in all_versions(destination) if version.is_complete]
        served = last_available(destination)
    if number is not None:
        for version in found:
            if version.number == number:
                return version
        numbers = ", ".join(version.name for version in found) or "none"
        raise UserError(f"{option}: {destination.uri} has no version {number}; the versions there: {numbers}")
    if served is None:
        raise UserError(f"{destination.uri}: no model was pushed there, or all are withdrawn; see clipgate versions")
    earlier = [version for version in found if not version.is_withdrawn and version.number < served.number]
    if not earlier:
        raise UserError(f"{destination.uri}: version {served.name} is served, and none is available before it")
    return earlier[-1]


def roll_back(destination: Destination, number: int) -> list[Version]:
    """Let TensorFlow Serving load this version, and return the newer ones, which are withdrawn.

    After an interruption the same call finishes the work.

    Raises:
      UserError: there is no such version, or the destination cannot be written.
    """
    with _changing(destination):
        target = rollback_target(destination, number)
        if target.is_withdrawn:
            destination.move(target.folder, target.name)
        newer = [v for v in all_versions(destination) if not v.is_withdrawn and v.number > number]
        # The newest one is served and goes last: until then nothing has changed for clients.
        for version in newer:
            destination.move(version.folder, f"{WITHDRAWN}/{version.name}")
        return newer


@contextmanager
def _changing(destination: Destination) -> Iterator[None]:
    """Lock the destination, and first remove what interrupted changes left behind."""
    with explained(destination.uri), destination.lock():
        destination.clear_leftovers()
        yield
