"""Trains in a process of its own.

TensorFlow sets up the communication between workers before its first operation or not at all, and the process that runs
the pipeline has done many by then.
"""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

from foundation.messages.errors import UserError
from foundation.messages.progress import PROGRESS_LOGGER


def require_cluster() -> None:
    """The environment must say who the workers are.

    Raises:
      UserError: it does not.
    """
    if not os.environ.get("TF_CONFIG"):
        raise UserError(
            "training.distribution: multi_worker needs the environment variable TF_CONFIG on each machine; "
            "docs/training.md has an example"
        )


def run_worker(job_path: str) -> None:
    """Be one of the workers that TF_CONFIG names, in a child process; its progress is logged here.

    Raises:
      UserError: TF_CONFIG is missing, or the user can put something else right.
      RuntimeError: the child failed.
    """
    require_cluster()
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
    read_end, write_end = os.pipe()
    with os.fdopen(read_end) as events:
        process = subprocess.Popen(
            [sys.executable, "-m", "models.worker", job_path, str(write_end)],
            pass_fds=[write_end],
            env={**os.environ, "PYTHONPATH": paths, "KERAS_BACKEND": "tensorflow"},
        )
        os.close(write_end)
        try:
            for line in events:
                event = json.loads(line)
                if "error" in event:
                    raise (UserError if event["kind"] == "user" else RuntimeError)(event["error"])
                logging.getLogger(PROGRESS_LOGGER).info(line.strip())
        except BaseException:
            process.kill()
            raise
        finally:
            process.wait()
    if process.returncode:
        raise RuntimeError(f"the training process ended with status {process.returncode}")
