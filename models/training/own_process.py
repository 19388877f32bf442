"""Trains in a process of its own.

TensorFlow sets up the communication between workers before its first operation or not at all, and the process that runs
the pipeline has done many by then.
"""

import contextlib
import json
import logging
import os
import subprocess

import tensorflow as tf

from foundation.messages.errors import UserError
from foundation.messages.progress import PROGRESS_LOGGER
from foundation.processes import child_environment, reporting_process
from models.training.distribution import first_worker, lost
from models.training.watch import Watch

_MODULE = "models.worker"
_SECONDS_TO_LEAVE = 10.0


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
      UserError: TF_CONFIG is missing, another worker is gone, or the user can put something else right.
      RuntimeError: the child failed.
    """
    require_cluster()
    address = first_worker(tf.distribute.cluster_resolver.TFConfigClusterResolver())
    watch = Watch(address, job_path)
    with reporting_process(_MODULE, job_path, env=child_environment()) as (process, events):
        try:
            with watch.calling(process.kill):
                for line in events:
                    event = json.loads(line)
                    if "error" in event:
                        raise (RuntimeError if event["kind"] == "internal" else UserError)(event["error"])
                    if "ended" in event:
                        return
                    logging.getLogger(PROGRESS_LOGGER).info(line.strip())
        except BaseException:
            process.kill()
            raise
        finally:
            _let_go(process)
    if watch.end == "gone":
        raise lost("the first worker", f"{address} does not answer")
    if watch.end != "exported":
        raise RuntimeError(f"the training process ended with status {process.returncode}")


def _let_go(process: "subprocess.Popen[bytes]") -> None:
    """Give a process that has ended its work a moment to leave. TensorFlow may keep it longer: tf.data's tuner for a minute."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_LEAVE)
    process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_LEAVE)
