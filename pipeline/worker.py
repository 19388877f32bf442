"""One of the further machines of a training on several."""

import json
import logging
import time

import tensorflow as tf
from rich.console import Console

from foundation.messages.errors import UserError
from foundation.messages.progress import PROGRESS_LOGGER
from models.training.job import job_file
from models.training.own_process import require_cluster, run_worker
from pipeline.config import Config
from pipeline.plan import make_plan

_SECONDS_BETWEEN_LOOKS = 1


class _ConsoleHandler(logging.Handler):
    """Prints what the training says."""

    def __init__(self, console: Console) -> None:
        super().__init__(logging.INFO)
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        event = json.loads(record.getMessage())
        text = event.get("message") or f"{event['done']}/{event['total']} {event['unit']}  {event['detail']}"
        self._console.print(text, highlight=False, markup=False)


def join_training(config: Config, console: Console) -> None:
    """Wait until the first worker, which runs the pipeline, comes to its training, and take part in it.

    Raises:
      UserError: the configuration trains on one machine, or TF_CONFIG is missing.
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
    logger = logging.getLogger(PROGRESS_LOGGER)
    logger.addHandler(_ConsoleHandler(console))
    logger.setLevel(logging.INFO)
    run_worker(path)
