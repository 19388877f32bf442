"""The seals of artifacts, and where they lie."""

from pathlib import Path

from components.storage.local import LocalRoot
from components.storage.seal import Difference, compare, file_sizes, make_seal, read_seal, write_seal


class ArtifactSeals:
    """Seals artifacts and compares them with their seals.

    A file is read once, and again only if its size or its time of change is another: several components read the same
    artifact.
    """

    def __init__(self) -> None:
        self._digests: dict[tuple[Path, int, int], str] = {}

    def seal(self, artifact: Path) -> None:
        """Seal an artifact that was just made. One that is sealed already stays so: a component may hand on another's."""
        if artifact.is_dir() and not seal_path(artifact).exists():
            write_seal(seal_path(artifact), make_seal(file_sizes(artifact), lambda name: self._digest(artifact, name)))

    def differences(self, artifact: Path) -> list[Difference]:
        """The files of an artifact that are not as they were written; none for what an earlier release left without a seal."""
        path = seal_path(artifact)
        try:
            seal = read_seal(path)
        except FileNotFoundError:
            return []
        except (ValueError, KeyError, TypeError) as error:
            return [Difference("", f"cannot be compared: {path} is damaged: {error}")]
        return compare(seal, file_sizes(artifact), lambda name: self._digest(artifact, name))

    def _digest(self, artifact: Path, name: str) -> str:
        path = artifact / name
        status = path.stat()
        key = path, status.st_size, status.st_mtime_ns
        if key not in self._digests:
            self._digests[key] = LocalRoot(artifact).digest(name)
        return self._digests[key]


def seal_path(artifact: Path) -> Path:
    """The file with an artifact's seal: in the folder of its component that TFX keeps for itself, where nobody lists files."""
    return artifact.parents[1] / ".system" / "seals" / artifact.parent.name / f"{artifact.name}.json"
