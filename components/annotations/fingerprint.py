"""What a pipeline's plan needs to know of its inputs, cheaply: a digest and the class names."""

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path

from components.annotations.config import DataConfig
from components.annotations.paths import files_below
from components.annotations.readers.detect import annotation_files, explain_os_errors, read_annotations
from components.annotations.records import Segment
from models.errors import UserError


def fingerprint_inputs(data: DataConfig) -> str:
    """A digest of the annotations' bytes and of the names, sizes and times of the files below the videos' folder."""
    digest = hashlib.sha256()
    root = Path(data.videos)
    if not root.is_dir():
        raise UserError(f"data.videos: {root} is not a folder; write the path relative to the configuration file")
    for path in annotation_files(data):
        with explain_os_errors(path):
            digest.update(path.read_bytes())
    for path in sorted([*files_below(root), *files_below(Path(data.annotations))]):
        status = path.stat()
        digest.update(os.fsencode(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n"))
    return digest.hexdigest()


def find_classes(data: DataConfig, known: Sequence[str]) -> list[str]:
    """`known` classes in their order, then the annotations' other labels by name: ids are appended, never renumbered."""
    labels = {record.label for record in read_annotations(data) if isinstance(record, Segment)}
    return [*known, *sorted(labels - set(known))]
