"""Files that are there as a whole or not at all."""

from pathlib import Path


def write_whole(path: Path, text: str) -> None:
    """Write a file of this machine beside its place first; raises OSError."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text)
    partial.replace(path)
