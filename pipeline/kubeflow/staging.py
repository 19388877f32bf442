"""The files of a step in a folder that workers elsewhere see too.

Kubeflow's launcher keeps them on the step's own disk. They are copied to the folder before the step runs, and from there back
to where the launcher looks for them.
"""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def staged(read: Sequence[str], written: Sequence[str], shared: Path) -> Iterator[str]:
    """Give a copy of `read` in a new folder below `shared`; at the end copy `written` back, unless something was raised.

    Args:
      read, written: absolute paths of files and folders.

    Returns:
      The new folder, which goes with all that is in it; the copy of a path is at that path below it.
    """
    shared.mkdir(parents=True, exist_ok=True)
    # What workers of another user have made may not be ours to remove.
    with tempfile.TemporaryDirectory(dir=shared, prefix="step-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o777)  # noqa: S103 - workers may be another user
        for path in read:
            _copy(Path(path), Path(folder + path))
        yield folder
        for path in written:
            _copy(Path(folder + path), Path(path))


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif source.exists():
        shutil.copyfile(source, target)
