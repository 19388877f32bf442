"""Fetches annotations from addresses: readers open files of this machine, so remote files are copied for a while."""

import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath

from components.annotations.config import DataConfig
from components.annotations.files.path_groups import with_path_groups
from components.annotations.readers.catalogue import READERS
from components.annotations.readers.detect import detect_format, explain_os_errors, read_annotations
from components.annotations.readers.reader import own_file
from components.annotations.records.record import Annotations, Record
from components.storage.copies import folder_for_copies
from components.storage.opening import local_copy, local_file, open_root
from components.storage.root import Root, is_remote, split_uri
from foundation.messages.errors import UserError

# Files of annotation tools. Of all other files, readers use the names only.
_SUFFIXES = frozenset(
    (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xml", ".eaf", ".boris", ".pbtxt", ".ini")
)


def load_annotations(data: DataConfig, beam_args: Sequence[str] = ()) -> Annotations:
    """Read all annotations, as `read_annotations` does, also from an address; `data.group_pattern` is applied.

    Raises:
      UserError: see `read_annotations` and `with_path_groups`.
    """
    with local_annotations(data, beam_args) as local:
        annotations = read_annotations(local)
    if not data.group_pattern:
        return annotations
    files = [entry.name for entry in open_root(data.videos, "data.videos", beam_args).entries()]
    return with_path_groups(annotations, data.group_pattern, files)


def load_records(data: DataConfig, beam_args: Sequence[str] = ()) -> Collection[Record]:
    """The records of annotations whose videos are at hand: a folder that is not there would explain what readers say.

    Raises:
      UserError: see `open_root` and `load_annotations`.
    """
    open_root(data.videos, "data.videos", beam_args)
    return load_annotations(data, beam_args).records


@contextmanager
def local_annotations(data: DataConfig, beam_args: Sequence[str] = ()) -> Iterator[DataConfig]:
    """Give the configuration with annotations and class names on this machine; copies are removed when the context ends.

    Raises:
      UserError: the annotations cannot be fetched, or the body raises it; messages name the address, not the copy.
    """
    if not any(map(is_remote, (data.annotations, data.videos, data.label_map or ""))):
        yield data
        return
    with folder_for_copies() as folder:
        addresses: dict[str, str] = {}
        try:
            yield _fetch_all(data, folder, addresses, beam_args)
        except UserError as error:
            message = str(error)
            for copy, address in addresses.items():
                message = message.replace(copy, address)
            raise UserError(message) from error


def format_of(local: DataConfig) -> str:
    """The name of the format of annotations that lie on this machine."""
    path = Path(local.annotations)
    with explain_os_errors(path):
        return detect_format(path) if local.format == "auto" else local.format


def _fetch_all(data: DataConfig, folder: Path, addresses: dict[str, str], beam_args: Sequence[str]) -> DataConfig:
    """Fetch everything into `folder` and return the configuration of the copies; `addresses` gets the address of each."""
    local = data
    if data.label_map and is_remote(data.label_map):
        path = _fetch_file(data.label_map, "data.label_map", folder / "label_map", beam_args)
        addresses[str(path)] = data.label_map
        local = local.model_copy(update={"label_map": str(path)})
    if is_remote(data.annotations):
        local = _fetch_annotations(local, folder / "annotations", addresses, beam_args)
    if is_remote(local.videos) and READERS[format_of(local)].looks_at_names:
        root = open_root(data.videos, "data.videos", beam_args)
        _mirror(root, [entry.name for entry in root.entries()], folder / "videos", with_content=False)
        addresses[str(folder / "videos")] = data.videos
        local = local.model_copy(update={"videos": str(folder / "videos")})
    return local


def _fetch_annotations(
    data: DataConfig, folder: Path, addresses: dict[str, str], beam_args: Sequence[str]
) -> DataConfig:
    root = open_root(data.annotations, "data.annotations", beam_args)
    names = [entry.name for entry in root.entries()]
    if not names:
        path = _fetch_file(data.annotations, "data.annotations", folder, beam_args)
        addresses[str(path)] = data.annotations
        local = data.model_copy(update={"annotations": str(path)})
        if READERS[format_of(local)].files is not own_file:
            parent = open_root(split_uri(data.annotations)[0], "data.annotations", beam_args)
            addresses[str(folder)] = parent.uri
            _mirror(parent, [entry.name for entry in parent.entries(is_flat=True)], folder)
        return local
    # In the format of a folder per class, the names of the files are paths below the videos' root.
    inside = f"{data.annotations.rstrip('/')}/".removeprefix(f"{data.videos.rstrip('/')}/")
    update = {"annotations": str(folder)}
    if not is_remote(inside):
        update = {"annotations": str(folder / inside), "videos": str(folder)}
    _mirror(root, names, Path(update["annotations"]))
    addresses.update({copy: getattr(data, name) for name, copy in update.items()})
    return data.model_copy(update=update)


def _fetch_file(uri: str, key: str, folder: Path, beam_args: Sequence[str]) -> Path:
    path = folder / PurePosixPath(uri).name
    folder.mkdir()
    with local_file(uri, key, beam_args) as copy:
        shutil.copyfile(copy, path)
    return path


def _mirror(root: Root, names: Sequence[str], folder: Path, with_content: bool = True) -> None:
    """Copy the tree of `names` into `folder`: annotation files with their content (if `with_content`), all others empty."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        path = folder / name
        # A name that no folder can hold, or that leads out of it, cannot be one that a row means.
        with suppress(ValueError, OSError):
            if root.canonical(name) != name:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
            if with_content and PurePosixPath(name).suffix.lower() in _SUFFIXES:
                with local_copy(root, name, "data.annotations") as copy:
                    shutil.copyfile(copy, path)
