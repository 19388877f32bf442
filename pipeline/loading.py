"""Loading TensorFlow where a user looks at the terminal."""

import importlib
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from foundation.loading import no_garbage


def load_tensorflow() -> None:
    """Load it without its notes on hardware and on Python's version, which are not for users; errors are raised."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"google\.")
    # TensorFlow 2.21 writes some notes before it looks at that level.
    with _silent_stderr(), no_garbage():
        importlib.import_module("tensorflow")


@contextmanager
def _silent_stderr() -> Iterator[None]:
    """Drop what is written to stderr, by native code too."""
    stderr = os.dup(2)
    with Path(os.devnull).open("wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(stderr, 2)
            os.close(stderr)
