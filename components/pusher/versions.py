"""What has been pushed so far, and what is served of it. No TensorFlow here."""

from dataclasses import dataclass

from components.pusher.destination import MODEL_FILE, WITHDRAWN, Destination, is_number
from models.export_info import EXPORT_INFO_FILE, ExportInfo, parse_export_info


@dataclass(frozen=True)
class Version:
    """A version of a model; `folder` is its path below the destination. TensorFlow Serving sees those with a number alone."""

    destination: Destination
    folder: str

    @property
    def name(self) -> str:
        """Its number as it is written."""
        return self.folder.rpartition("/")[2]

    @property
    def number(self) -> int:
        return int(self.name)

    @property
    def uri(self) -> str:
        return f"{self.destination.uri}/{self.folder}"

    @property
    def is_withdrawn(self) -> bool:
        """Whether it was taken away from TensorFlow Serving."""
        return self.folder != self.name

    @property
    def is_complete(self) -> bool:
        """Whether it is a model of clipgate's; what another tool has pushed or left half done is not."""
        return all(self.destination.is_file(f"{self.folder}/{name}") for name in (MODEL_FILE, EXPORT_INFO_FILE))

    @property
    def info(self) -> ExportInfo:
        """What clients know of the model.

        Raises:
          UserError: it cannot be understood.
        """
        return parse_export_info(self.destination.read_text(f"{self.folder}/{EXPORT_INFO_FILE}"), self.uri)


def all_versions(destination: Destination) -> list[Version]:
    """Whatever TensorFlow Serving takes for a version, complete or not, and what was withdrawn from it; oldest first."""
    versions = [
        Version(destination, f"{folder}{name}")
        for folder in ("", f"{WITHDRAWN}/")
        for name in destination.folders(folder)
        if is_number(name)
    ]
    return sorted(versions, key=lambda version: (version.number, version.folder))


def available_versions(destination: Destination) -> list[Version]:
    """The complete versions that TensorFlow Serving sees, oldest first; it serves the last one."""
    return [version for version in all_versions(destination) if not version.is_withdrawn and version.is_complete]


def last_available(destination: Destination, training_key: str | None = None) -> Version | None:
    """The version that is served; with a key, the newest one that was trained from something else.

    A run that is repeated finds its own model already pushed. Comparing it with itself would say nothing.
    """
    for version in reversed(available_versions(destination)):
        if training_key is None or version.info.training_key != training_key:
            return version
    return None


def withdrawn_twin(destination: Destination, training_key: str) -> Version | None:
    """The last version that was trained from the very same data, configuration and code, if it was withdrawn.

    What someone has withdrawn must not come back by itself.
    """
    twins = (v for v in reversed(all_versions(destination)) if v.is_complete and v.info.training_key == training_key)
    last = next(twins, None)
    return last if last and last.is_withdrawn else None
