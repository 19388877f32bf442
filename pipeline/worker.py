"""Takes part in the training of another machine: waits for it to begin, then trains with it."""

import json
import time
from typing import Any

import tensorflow as tf
from rich.console import Console

from foundation.messages.errors import UserError
from foundation.messages.progress import listen
from models.training.job import job_file
from models.training.own_process import require_cluster, run_worker
from pipeline.config import Config
from pipeline.plan import make_plan

_SECONDS_BETWEEN_LOOKS = 1


def join_training(config: Config, console: Console) -> None:
    """Wait until the first worker, which runs the pipeline, comes to its training, and take part in it.

    Raises:
      UserError: the configuration is for training on one machine, or TF_CONFIG is missing.
    """
    if config.training.distribution != "multi_worker":
        raise UserError(
            f"training.distribution is {config.training.distribution}; only multi_worker has workers to start"
        )
    require_cluster()
    path = job_file(make_plan(config).checkpoint_dir(config.local_pipeline_root))
    console.print("waiting for the first worker to begin its training", highlight=False)
    while not tf.io.gfile.exists(path):
        time.sleep(_SECONDS_BETWEEN_LOOKS)
    listen(lambda message: console.print(_text_of(json.loads(message)), highlight=False, markup=False))
    run_worker(path)


def _text_of(event: dict[str, Any]) -> str:
    said = event.get("message") or event.get("announcement")
    return said or f"{event['done']}/{event['total']} {event['unit']}  {event['detail']}"
