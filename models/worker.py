"""One of several workers of a training. Run as `python -m models.worker JOB_FILE EVENTS_FD`, with TF_CONFIG set.

What people should see is written to the file descriptor, one JSON object a line.
"""

import json
import logging
import os
import sys
import traceback
from typing import TextIO

from foundation.messages.errors import UserError
from foundation.messages.progress import PROGRESS_LOGGER
from models.trainer import train
from models.training.job import read_job


class _EventHandler(logging.Handler):
    """Hands progress on. It raises when nobody reads any more: an orphan has nothing to train for."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(logging.INFO)
        self._stream = stream

    def emit(self, record: logging.LogRecord) -> None:
        self._stream.write(record.getMessage() + "\n")
        self._stream.flush()


def main() -> None:
    """Train; an error is the last event."""
    job_path, events_fd = sys.argv[1], int(sys.argv[2])
    with os.fdopen(events_fd, "w") as stream:
        logger = logging.getLogger(PROGRESS_LOGGER)
        logger.addHandler(_EventHandler(stream))
        logger.setLevel(logging.INFO)
        try:
            train(read_job(job_path))
        except UserError as error:
            stream.write(json.dumps({"error": str(error), "kind": "user"}) + "\n")
        except Exception as error:
            traceback.print_exc()
            stream.write(json.dumps({"error": f"{type(error).__name__}: {error}", "kind": "internal"}) + "\n")


if __name__ == "__main__":
    main()
