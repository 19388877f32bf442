"""Parts that destinations in object stores share. The differences between stores are in `gfile` and `s3`."""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from components.pusher.destination import MODEL_FILE, WITHDRAWN, Destination, is_number


class RemoteDestination(Destination):
    """A folder at an address.

    Object stores cannot rename. So the file without which a folder is no version, `saved_model.pb`, is copied last and
    removed first. They have no locks either: only one push or rollback at a time may work on such a destination.
    """

    def __init__(self, uri: str) -> None:
        self.uri = uri.rstrip("/")

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Lock nothing: see the class."""
        yield

    def put(self, source: Path, name: str) -> None:
        files = [path.relative_to(source).as_posix() for path in source.rglob("*") if path.is_file()]
        for file in _model_last(files):
            self._upload(source / file, f"{name}/{file}")

    def fetch(self, name: str, target: Path) -> None:
        for file in self.files(name):
            path = target / file
            path.parent.mkdir(parents=True, exist_ok=True)
            self._download(f"{name}/{file}", path)

    def move(self, name: str, new_name: str) -> None:
        """Copy a folder, then remove the old one; for a moment there are both."""
        for file in _model_last(self.files(name)):
            self._copy(f"{name}/{file}", f"{new_name}/{file}")
        self.remove(name)

    def remove(self, name: str) -> None:
        if self.is_file(f"{name}/{MODEL_FILE}"):
            self._delete_file(f"{name}/{MODEL_FILE}")
        self._delete_folder(name)

    def is_held(self, name: str) -> bool:
        """Stores have no locks: nobody can know."""
        return False

    def clear_leftovers(self) -> None:
        for folder in ("", f"{WITHDRAWN}/"):
            for name in self.folders(folder):
                if is_number(name) and not self.is_file(f"{folder}{name}/{MODEL_FILE}"):
                    self.remove(f"{folder}{name}")

    @abstractmethod
    def _upload(self, path: Path, name: str) -> None: ...

    @abstractmethod
    def _download(self, name: str, path: Path) -> None: ...

    @abstractmethod
    def _copy(self, name: str, new_name: str) -> None: ...

    @abstractmethod
    def _delete_file(self, name: str) -> None: ...

    @abstractmethod
    def _delete_folder(self, name: str) -> None: ...


def _model_last(files: Iterable[str]) -> list[str]:
    return sorted(files, key=lambda file: (file == MODEL_FILE, file))
