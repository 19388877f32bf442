"""The files of a step in a folder that workers elsewhere see too.

Kubeflow's launcher keeps them on the step's own disk. They are copied to the folder before the step runs, and from there back
to where the launcher looks for them.
"""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staged(read: list[str], written: list[str], mounts: Mapping[str, str], shared: Path) -> Iterator[dict[str, str]]:
    """Give a copy of `read` in a new folder below `shared`; at the end copy `written` back, unless something was raised.

    Args:
      read, written: addresses, which begin with one of the schemes.
      mounts: path by scheme.

    Returns:
      Other paths for the schemes, below the new folder, which goes with all that is in it.
    """
    shared.mkdir(parents=True, exist_ok=True)
    # What workers of another user have made may not be ours to remove.
    with tempfile.TemporaryDirectory(dir=shared, prefix="step-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)  # noqa: S103 - workers may be another user
        places = {scheme: f"{folder}{path}" for scheme, path in mounts.items()}
        for address in read:
            _copy(_path(address, mounts), _path(address, places))
        yield places
        for address in written:
            _copy(_path(address, places), _path(address, mounts))


def _path(address: str, mounts: Mapping[str, str]) -> Path:
    scheme, path = next((scheme, path) for scheme, path in mounts.items() if address.startswith(scheme))
    return Path(path + address.removeprefix(scheme))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        shutil.copyfile(source, target)
