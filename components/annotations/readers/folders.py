"""A folder per class: `videos/<label>/.../file`; every file below a label's folder is one whole-clip annotation."""

from collections.abc import Iterator
from pathlib import Path

from components.annotations.config import DataConfig
from components.annotations.readers.reader import Reader, Sample
from components.annotations.records.record import Record, Segment, Source
from components.storage.paths import files_below
from foundation.messages.errors import UserError


def read_folders(path: Path, config: DataConfig) -> Iterator[Record]:
    """Records of a tree of files below `path`, one folder a class.

    The group is the folder between the label and the file where there is one (`<label>/<group>/file`).
    """
    root = Path(config.videos).resolve()
    if not path.resolve().is_relative_to(root):
        raise UserError(f"{path}: data.format 'folders' expects data.annotations to be data.videos or a folder in it")
    prefix = path.resolve().relative_to(root)
    labels = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not labels:
        raise UserError(f"{path}: no folder in it; data.format 'folders' expects one folder per class")
    row = 0
    for label in labels:
        for file in sorted(files_below(label)):
            if file.name.startswith("."):
                continue
            row += 1
            parents = file.relative_to(label).parts[:-1]
            yield Segment(
                video=(prefix / file.relative_to(path)).as_posix(),
                label=label.name,
                source=Source(label.name, row),
                group="/".join(parents) or None,
            )


def _no_files(path: Path, config: DataConfig) -> list[Path]:
    # The names are the annotations.
    return []


def _is_folder(sample: Sample) -> bool:
    return sample.path.is_dir()


FOLDERS = Reader(read_folders, _is_folder, _no_files, reads_folders=True)
