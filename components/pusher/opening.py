"""Opens the destination that a path or an address names."""

from pathlib import Path

from components.pusher.destination import Destination
from components.pusher.local import SERVED_MODE, LocalDestination
from components.storage.root import is_remote


def open_destination(uri: str, mode: int = SERVED_MODE) -> Destination:
    """The destination at a path or at an address (gs://, s3://); `mode`: of folders that are made on this machine."""
    # The imports are here because Boto and TensorFlow take seconds to load.
    if uri.startswith("s3://"):
        from components.pusher.s3 import S3Destination

        return S3Destination(uri)
    if is_remote(uri):
        from components.pusher.gfile import GFileDestination

        return GFileDestination(uri)
    return LocalDestination(Path(uri), mode)
