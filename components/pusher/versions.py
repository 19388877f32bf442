"""The versions that were pushed so far, and the one that is served. No TensorFlow here."""

from typing import NamedTuple

from components.pusher.destination import MODEL_FILE, WITHDRAWN, Destination, is_number
from models.export_info import EXPORT_INFO_FILE, ExportInfo, parse_export_info


class Version(NamedTuple):
    """A version of a model; `folder` is its path below the destination: the number, after `withdrawn/` if withdrawn."""

    destination: Destination
    folder: str

    @property
    def name(self) -> str:
        """The version's number as it is written."""
        return self.folder.rpartition("/")[2]

    @property
    def number(self) -> int:
        return int(self.name)

    @property
    def uri(self) -> str:
        return f"{self.destination.uri}/{self.folder}"

    @property
    def is_withdrawn(self) -> bool:
        """Tell whether a rollback hid the version from TensorFlow Serving."""
        return self.folder != self.name

    @property
    def is_complete(self) -> bool:
        """Tell whether it is a whole model of clipgate's, and not another tool's or half of one."""
        return all(self.destination.is_file(f"{self.folder}/{name}") for name in (MODEL_FILE, EXPORT_INFO_FILE))

    @property
    def info(self) -> ExportInfo:
        """Facts about the model for clients; raises UserError if the file cannot be understood."""
        return parse_export_info(self.destination.read_text(f"{self.folder}/{EXPORT_INFO_FILE}"), self.uri)


def all_versions(destination: Destination) -> list[Version]:
    """All versions that TensorFlow Serving sees, complete or not, and the withdrawn ones; oldest first."""
    versions = [
        Version(destination, f"{folder}{name}")
        for folder in ("", f"{WITHDRAWN}/")
        for name in destination.folders(folder)
        if is_number(name)
    ]
    return sorted(versions, key=lambda version: (version.number, version.folder))


def available_versions(destination: Destination) -> list[Version]:
    """The complete versions that TensorFlow Serving sees, oldest first; the last one is served."""
    return [version for version in all_versions(destination) if not version.is_withdrawn and version.is_complete]


def last_available(destination: Destination, training_key: str | None = None) -> Version | None:
    """The version that is served; with a key, the newest one whose training has another key.

    A repeated run finds its own model already pushed. A comparison with itself would say nothing.
    """
    for version in reversed(available_versions(destination)):
        if training_key is None or version.info.training_key != training_key:
            return version
    return None


def withdrawn_twin(destination: Destination, training_key: str) -> Version | None:
    """The last version that was trained from the very same data, configuration and code, if it was withdrawn.

    A withdrawn model must not come back by itself.
    """
    for version in reversed(all_versions(destination)):
        if version.is_complete and version.info.training_key == training_key:
            return version if version.is_withdrawn else None
    return None
