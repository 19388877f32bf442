"""Opens the root or the single file that a path or an address names."""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from components.storage.local import LocalRoot
from components.storage.root import Root, is_remote, split_uri
from foundation.messages.errors import UserError


def open_root(uri: str, key: str, beam_args: Sequence[str] = ()) -> Root:
    """The root at a path or address.

    Args:
      uri: a folder of this machine, or an address that Beam's FileSystems can read.
      key: the configuration's key, for messages.
      beam_args: Beam's options, also those of its file systems, such as `--s3_endpoint_url=...`.

    Raises:
      UserError: there is no such folder, or no file system for such addresses.
    """
    if is_remote(uri):
        with warnings.catch_warnings():
            # Google's libraries warn here that they will not support this Python for ever.
            warnings.simplefilter("ignore", FutureWarning)
            # The import is here because Beam takes seconds to load, and most roots are local.
            from components.storage.remote import RemoteRoot
        return RemoteRoot(uri, key, tuple(beam_args))
    if not Path(uri).is_dir():
        raise UserError(f"{key}: {uri} is not a folder{_remedy(key)}")
    return LocalRoot(Path(uri))


@contextmanager
def local_file(uri: str, key: str, beam_args: Sequence[str] = ()) -> Iterator[Path]:
    """A path of this machine to a single file; see `open_root` for the arguments.

    Raises:
      UserError: there is no such file, or it cannot be read.
    """
    if not is_remote(uri):
        if not Path(uri).is_file():
            raise UserError(f"{key}: {uri} is not a file{_remedy(key)}")
        yield Path(uri)
        return
    folder, name = split_uri(uri)
    if not is_remote(folder):
        raise UserError(f"{key}: {uri} is no file's address")
    with local_copy(open_root(folder, key, beam_args), name, key) as path:
        yield path


@contextmanager
def local_copy(root: Root, name: str, key: str) -> Iterator[Path]:
    """Open `root.local_copy(name)`; raise UserError if there is no such file, or it cannot be read."""
    with ExitStack() as stack:
        try:
            path = stack.enter_context(root.local_copy(name))
        except OSError as error:
            message = f"{key}: {root.uri}/{name} cannot be read: {error.strerror}; check address and credentials"
            raise UserError(message) from error
        yield path


def _remedy(key: str) -> str:
    # Options of the command line are relative to the current folder.
    return "" if key.startswith("--") else "; write the path relative to the configuration file"
