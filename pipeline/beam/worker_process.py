"""A worker process of Beam's, which carries out what an engine asks for.

    python -m pipeline.beam.worker_process CONTROL_ADDRESS WORKER_ID DESCRIPTOR

It writes to the descriptor, and closes it, when it is connected. It ends when the engine closes its connection, or with the
pool that has started it.
"""

import os
import sys

from apache_beam.runners.worker.sdk_worker import SdkHarness

from foundation.processes import end_with_parent

# As Beam's own pool starts them: nothing is kept of states, and what is ready is sent at once.
_STATE_CACHE_BYTES = 0
_DATA_BUFFER_MILLISECONDS = -1


def main() -> None:
    control_address, worker_id, descriptor = sys.argv[1:]
    end_with_parent()
    harness = SdkHarness(
        control_address,
        worker_id=worker_id,
        state_cache_size=_STATE_CACHE_BYTES,
        data_buffer_time_limit_ms=_DATA_BUFFER_MILLISECONDS,
    )
    with os.fdopen(int(descriptor), "wb") as pool:
        pool.write(b"connected")
    harness.run()


if __name__ == "__main__":
    main()
