"""Pushed versions on this machine, as folders. No TensorFlow here."""

from pathlib import Path

from components.pusher.local import LocalDestination
from components.pusher.versions import available_versions, last_available


def pushed_versions(push_destination: Path) -> list[Path]:
    """Complete version directories, oldest first: TensorFlow Serving's layout, a number for a name."""
    return [push_destination / version.folder for version in available_versions(LocalDestination(push_destination))]


def last_pushed(push_destination: Path) -> Path | None:
    """The newest version, which is the one that is served."""
    version = last_available(LocalDestination(push_destination))
    return push_destination / version.folder if version else None
