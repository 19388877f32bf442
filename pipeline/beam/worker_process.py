"""A worker process of Beam's, which carries out what an engine asks for.

    python -m pipeline.beam.worker_process CONTROL_ADDRESS WORKER_ID [--connected DESCRIPTOR] [--logging ADDRESS]

It writes to the descriptor, and closes it, when it is connected. What it prints goes to the engine's service for logs, if one
is named. It ends when the engine closes its connection, or with the process that has started it.
"""

import argparse
import logging
import os
import sys
import threading
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from apache_beam.portability.api import endpoints_pb2
from apache_beam.runners.worker.log_handler import FnApiLogRecordHandler
from apache_beam.runners.worker.sdk_worker import SdkHarness

from foundation.processes import end_with_parent
from pipeline.beam.pool import LONGEST_LINE

# As Beam's own pool starts them: nothing is kept of states, and what is ready is sent at once.
_STATE_CACHE_BYTES = 0
_DATA_BUFFER_MILLISECONDS = -1
_STANDARD_OUTPUT, _STANDARD_ERROR = 1, 2
# Children that end with this process may hold its output open until then.
_SECONDS_FOR_LAST_WORDS = 5


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("control_address")
    parser.add_argument("worker_id")
    parser.add_argument("--connected", type=int)
    parser.add_argument("--logging")
    given = parser.parse_args()
    end_with_parent()
    with printing_to(given.logging) if given.logging else nullcontext():
        harness = SdkHarness(
            given.control_address,
            worker_id=given.worker_id,
            state_cache_size=_STATE_CACHE_BYTES,
            data_buffer_time_limit_ms=_DATA_BUFFER_MILLISECONDS,
        )
        if given.connected is not None:
            with os.fdopen(given.connected, "wb") as pool:
                pool.write(b"connected")
        harness.run()


@contextmanager
def printing_to(address: str) -> Iterator[None]:
    """Send each line that this process and its children print to an engine's service for logs, and print nothing after that.

    Long lines go in parts. An exception is printed there too.
    """
    handler = FnApiLogRecordHandler(endpoints_pb2.ApiServiceDescriptor(url=address))
    reading, writing = os.pipe()
    _redirect(writing)

    def pass_on() -> None:
        with os.fdopen(reading, errors="backslashreplace") as lines:
            while line := lines.readline(LONGEST_LINE):
                # Not by a logger, which may print it once more.
                handler.emit(logging.makeLogRecord({"name": "worker", "levelno": logging.INFO, "msg": line.rstrip()}))

    passing_on = threading.Thread(target=pass_on, daemon=True)
    passing_on.start()
    try:
        yield
    except Exception:
        traceback.print_exc()
        raise
    finally:
        sys.stdout.flush()
        _redirect(os.open(os.devnull, os.O_WRONLY))
        passing_on.join(_SECONDS_FOR_LAST_WORDS)
        handler.close()


def _redirect(descriptor: int) -> None:
    """Have standard output and errors go where a descriptor leads, which is closed."""
    for stream in (_STANDARD_OUTPUT, _STANDARD_ERROR):
        os.dup2(descriptor, stream)
    os.close(descriptor)


if __name__ == "__main__":
    main()
