"""What a process of ours tells the one that started it: JSON objects, one a line, through a pipe."""

import json
import logging
import os
import traceback
from collections.abc import Callable
from typing import Any

from foundation.messages.errors import DataFaultsError, UserError
from foundation.messages.progress import PROGRESS_LOGGER

Event = dict[str, Any]
Send = Callable[[Event], None]


def report(events_fd: int, run: Callable[[Send], None]) -> None:
    """Let `run` send events; what it raises becomes the last one, with `error` and the `kind` of it.

    The kind is `user` or `faults` for what the user can put right, in the input or in the data, and `internal` for all else.
    """
    with os.fdopen(events_fd, "w") as stream:

        def send(event: Event) -> None:
            stream.write(json.dumps(event) + "\n")
            stream.flush()

        try:
            run(send)
        except UserError as error:
            send({"error": str(error), "kind": "faults" if isinstance(error, DataFaultsError) else "user"})
        except Exception as error:
            traceback.print_exc()
            send({"error": f"{type(error).__name__}: {error}", "kind": "internal"})


def send_progress(send: Send) -> None:
    """From now on send what is logged as progress; see `foundation.messages.progress`.

    Logging raises when nobody reads the events any more: an orphan has nothing to work for.
    """
    logger = logging.getLogger(PROGRESS_LOGGER)
    logger.addHandler(_ProgressHandler(send))
    logger.setLevel(logging.INFO)


class _ProgressHandler(logging.Handler):
    def __init__(self, send: Send) -> None:
        super().__init__(logging.INFO)
        self._send = send

    def emit(self, record: logging.LogRecord) -> None:
        self._send(json.loads(record.getMessage()))
