"""What a run in a process of its own tells the one that started it: JSON objects, one a line, through a pipe.

The kinds of events are those that `pipeline.launch` shows; the last one says what came of the run.
"""

import json
import os
import traceback
from collections.abc import Callable
from typing import Any

from foundation.messages.errors import DataFaultsError, UserError

Event = dict[str, Any]
Send = Callable[[Event], None]


def report_run(events_fd: int, run: Callable[[Send], Event]) -> None:
    """Run something, and end with one event: `result`, which it returns, or `error`."""
    with os.fdopen(events_fd, "w") as stream:

        def send(event: Event) -> None:
            stream.write(json.dumps(event) + "\n")
            stream.flush()

        try:
            send(run(send))
        except UserError as error:
            kind = "faults" if isinstance(error, DataFaultsError) else "user"
            send({"error": str(error), "kind": kind})
        except Exception as error:
            traceback.print_exc()
            send({"error": f"{type(error).__name__}: {error}", "kind": "internal"})
