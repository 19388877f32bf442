"""The three ways in which the pushed versions change: a push, a rollback, and the removal of old ones. No TensorFlow here.

Whatever is interrupted, TensorFlow Serving sees the versions from before or those from after. Numbers always grow, since
servers and clients know a version by its number: none is given twice, not even after a rollback or with a clock set back.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.pusher.destination import WITHDRAWN, Destination, explained
from components.pusher.versions import Version, all_versions, available_versions, last_available
from foundation.messages.errors import UserError


def push(destination: Destination, make_model: Callable[[int], Path], now_seconds: float) -> Version:
    """Make one more version.

    Args:
      destination: where versions lie; another push or rollback at work there is waited for.
      make_model: gives the folder to be copied; it is told the number.
      now_seconds: Unix time, which the number is unless a later one was given before.

    Raises:
      UserError: the destination cannot be written, or is full; nothing was pushed.
    """
    with _changing(destination):
        number = max([int(now_seconds), *(version.number + 1 for version in all_versions(destination))])
        destination.put(make_model(number), str(number))
        return Version(destination, str(number))


def remove_old(destination: Destination, keep_versions: int) -> list[Version]:
    """Remove all but the newest available versions, and return those that were removed. Withdrawn ones stay."""
    with _changing(destination):
        old = available_versions(destination)[:-keep_versions]
        for version in old:
            destination.remove(version.folder)
        return old


def rollback_target(destination: Destination, number: int | None = None) -> Version:
    """The version with this number, or by default the one before that which is served.

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
        raise UserError(f"--to: {destination.uri} has no version {number}; the versions there: {numbers}")
    if served is None:
        raise UserError(f"{destination.uri}: no model was pushed there, or all are withdrawn; see clipgate versions")
    earlier = [version for version in found if not version.is_withdrawn and version.number < served.number]
    if not earlier:
        raise UserError(f"{destination.uri}: version {served.name} is served, and none is available before it")
    return earlier[-1]


def roll_back(destination: Destination, number: int) -> list[Version]:
    """Let TensorFlow Serving load this version, and return those that were withdrawn for it.

    Repeated after an interruption it goes on from there.

    Raises:
      UserError: there is no such version, or the destination cannot be written.
    """
    with _changing(destination):
        target = rollback_target(destination, number)
        if target.is_withdrawn:
            destination.move(target.folder, target.name)
        newer = [v for v in all_versions(destination) if not v.is_withdrawn and v.number > number]
        # The served one, which is the newest, goes last: until then nothing has changed, and then all of it.
        for version in newer:
            destination.move(version.folder, f"{WITHDRAWN}/{version.name}")
        return newer


@contextmanager
def _changing(destination: Destination) -> Iterator[None]:
    """Nobody else changes it meanwhile, and what is left of changes that were interrupted is gone."""
    with explained(destination.uri), destination.lock():
        destination.clear_leftovers()
        yield
