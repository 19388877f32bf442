"""Loading libraries that are millions of objects, which stay as long as the process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage() -> Iterator[None]:
    """Import large libraries inside: nobody looks for garbage among what they make, neither now nor later.

    Python would look through all of it again and again: while it is made, during the work, and when the process ends. Of a
    process that loads TFX and does nothing else that is almost half of the time.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
