"""What a pipeline's plan needs to know of its inputs, cheaply: a digest and the class names."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records import Segment, UserError


def fingerprint_inputs(data: DataConfig) -> str:
    """A digest of the annotations' bytes and of the names, sizes and times of the files below the videos' folder."""
    digest = hashlib.sha256()
    root = Path(data.videos)
    if not root.is_dir():
        raise UserError(f"data.videos: {root} is not a folder; write the path relative to the configuration file")
    annotations = Path(data.annotations)
    if annotations.is_file():
        digest.update(annotations.read_bytes())
    for path in sorted([*root.rglob("*"), *(annotations.rglob("*") if annotations.is_dir() else ())]):
        if path.is_file():
            status = path.stat()
            digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def find_classes(data: DataConfig, known: Sequence[str]) -> list[str]:
    """`known` classes in their order, then the annotations' other labels by name: ids are appended, never renumbered."""
    labels = {record.label for record in read_annotations(data) if isinstance(record, Segment)}
    return [*known, *sorted(labels - set(known))]
