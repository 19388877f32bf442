"""The versions that were pushed so far, and the one that is served. No TensorFlow here."""

from collections.abc import Callable, Mapping
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

    def files(self) -> Mapping[str, int]:
        """The sizes in bytes of its files, by their paths below its folder."""
        return self.destination.files(self.folder)

    def digest(self, file: str) -> str:
        """SHA-256 of the content of one of its files, hexadecimal."""
        return self.destination.digest(f"{self.folder}/{file}")

    @property
    def info(self) -> ExportInfo:
        """Facts about the model for clients; raises UserError if the file cannot be understood."""
        return parse_export_info(self.destination.read_text(f"{self.folder}/{EXPORT_INFO_FILE}"), self.uri)


# Tells whether a version is the same model as another one: see `components.pusher.twins`.
IsTwin = Callable[[Version], bool]


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


def last_available(destination: Destination, is_twin: IsTwin = lambda version: False) -> Version | None:
    """The version that is served; of those that are no twins of a candidate, the newest one.

    A repeated run finds its own model already pushed. A comparison with itself would say nothing.
    """
    versions = reversed(available_versions(destination))
    return next((version for version in versions if not is_twin(version)), None)


def withdrawn_twin(destination: Destination, is_twin: IsTwin) -> Version | None:
    """The last version that is a candidate's twin, if it was withdrawn: such a model must not come back by itself."""
    versions = (version for version in reversed(all_versions(destination)) if version.is_complete)
    twin = next(filter(is_twin, versions), None)
    return twin if twin and twin.is_withdrawn else None
