"""Events that a process of ours sends to the one that started it: JSON objects, one a line, through a pipe."""

import gc
import json
import os
import traceback
from collections.abc import Callable
from typing import Any

from foundation.messages.errors import DataFaultsError, MachineError, UserError
from foundation.messages.progress import listen
from foundation.processes import end_with_parent

Event = dict[str, Any]
Send = Callable[[Event], None]


def report(events_fd: int, run: Callable[[Send], None]) -> None:
    """Let `run` send events; what it raises becomes the last one: see `error_event`. The process ends with its parent."""
    end_with_parent()
    with os.fdopen(events_fd, "w") as stream:

        def send(event: Event) -> None:
            stream.write(json.dumps(event) + "\n")
            stream.flush()

        try:
            run(send)
        except Exception as error:
            send(error_event(error))
    # The process ends: nobody needs to look for garbage once more.
    gc.freeze()


def error_event(error: Exception) -> Event:
    """Event with `error`, the message, and its `kind`; prints the traceback of what the user cannot put right.

    The kind is `user` or `faults` for what the user can put right, in the input or in the data, `machine` for what the machine
    did, and `internal` for all else.
    """
    if isinstance(error, MachineError):
        return {"error": str(error), "kind": "machine"}
    if isinstance(error, UserError):
        return {"error": str(error), "kind": "faults" if isinstance(error, DataFaultsError) else "user"}
    traceback.print_exception(error)
    return {"error": f"{type(error).__name__}: {error}", "kind": "internal"}


def send_progress(send: Send) -> None:
    """Send from now on what is logged as progress; see `foundation.messages.progress`.

    Logging raises when nobody reads the events any more: an orphan has nothing to work for.
    """
    listen(lambda message: send(json.loads(message)))
