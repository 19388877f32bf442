"""A folder per class: every file below a folder is a clip with the folder's name as its label.

Folders between the label and the file, if there are any, are the group: `<label>/<group>/file`. Without any, clips that are
called as in UCF101, HMDB51 or Kinetics have their recording as group.
"""

from collections.abc import Iterator
from pathlib import Path

from components.annotations.readers.clip_names import with_recordings
from components.annotations.readers.options import ReaderOptions
from components.annotations.readers.reader import Reader
from components.annotations.records.record import Assumption, Record, Segment, Source
from components.storage.paths import files_below
from foundation.messages.errors import UserError


def read_folders(path: Path, options: ReaderOptions) -> Iterator[Record | Assumption]:
    root = Path(options.videos).resolve()
    if not path.resolve().is_relative_to(root):
        raise UserError(f"{path}: data.format 'folders' expects data.annotations to be data.videos or a folder in it")
    prefix = path.resolve().relative_to(root)
    labels = sorted(entry for entry in path.iterdir() if entry.is_dir() and not entry.name.startswith("."))
    if not labels:
        raise UserError(f"{path}: no folder in it; data.format 'folders' expects one folder per class")
    files = ((label, file) for label in labels for file in sorted(files_below(label)) if not file.name.startswith("."))
    segments = []
    for row, (label, file) in enumerate(files, start=1):
        video = (prefix / file.relative_to(path)).as_posix()
        group = "/".join(file.relative_to(label).parts[:-1]) or None
        segments.append(Segment(video, label.name, Source(label.name, row), group=group))
    # What the user says of the paths counts more than what their names look like.
    yield from segments if options.group_pattern else with_recordings(segments)


# It reads no file: the names are the annotations.
FOLDERS = Reader(
    read_folders,
    lambda sample: sample.path.is_dir(),
    lambda path, options: [],
    reads_folders=True,
    reads_files=False,
)
