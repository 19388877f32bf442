"""What of this machine is ours."""

import os
import subprocess
import sys


def test_cores_that_a_process_is_kept_from_do_not_count() -> None:
    one = min(os.sched_getaffinity(0))
    program = (
        f"import os; os.sched_setaffinity(0, {{{one}}}); from foundation.machine import num_cores; print(num_cores())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "1\n"
