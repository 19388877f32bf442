"""Folders of pushed versions on this machine. No TensorFlow here."""

from pathlib import Path

from components.pusher.local import LocalDestination
from components.pusher.versions import available_versions, last_available


def pushed_versions(push_destination: Path) -> list[Path]:
    """Folders of the complete versions, oldest first; each has a number for a name, as TensorFlow Serving wants it."""
    return [push_destination / version.folder for version in available_versions(LocalDestination(push_destination))]


def last_pushed(push_destination: Path) -> Path | None:
    """The folder of the newest version, which is the one that is served."""
    version = last_available(LocalDestination(push_destination))
    return push_destination / version.folder if version else None
