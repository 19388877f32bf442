"""Trainings in processes of their own: they can be killed, have several devices, or be several machines."""

import contextlib
import json
import multiprocessing
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.ports import free_addresses

# They are forked from a process that has loaded TensorFlow and computed nothing; loading it takes longer than the training.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.models.training.fitting"])


@dataclass(frozen=True)
class Request:
    """`network`: a function of `fitting`; `num_cpus`: logical devices; the result is written into `folder`.

    The result's name ends in the environment's WORKER. With PAUSE_SECONDS a training pauses when it has said that its last
    epoch is done, and then writes the file `paused`.
    """

    pattern: str
    transform: str
    model: dict[str, Any]
    network: str
    folder: str
    changes: dict[str, Any]
    num_cpus: int = 1


@dataclass(frozen=True)
class Child:
    """A training that was started."""

    process: BaseProcess
    events: Connection

    def lines(self) -> Iterator[str]:
        """What it says as an epoch ends, until it has ended itself."""
        with contextlib.suppress(EOFError, OSError):
            while True:
                yield self.events.recv()

    def wait(self) -> int | None:
        """Its exit code, when it has ended."""
        for _ in self.lines():
            pass
        self.process.join()
        return self.process.exitcode


def start(request: Request, **environment: str) -> Child:
    """Start a training. Its errors go into `stderr.txt`."""
    Path(request.folder).mkdir(parents=True, exist_ok=True)
    receiver, sender = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=_train, args=(request, environment, sender), daemon=True)
    process.start()
    sender.close()
    return Child(process, receiver)


def start_two(request: Request, first: Mapping[str, str], second: Mapping[str, str]) -> tuple[Child, Child]:
    """Start a training on two machines, which here are two processes, with an environment each."""
    addresses = free_addresses(2)

    def start_one(index: int, environment: Mapping[str, str]) -> Child:
        task = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        return start(request, TF_CONFIG=json.dumps(task), WORKER=str(index), **environment)

    return start_one(0, first), start_one(1, second)


def epochs_done(line: str) -> int:
    """How many epochs are done when a training says this."""
    event: dict[str, Any] = json.loads(line)
    return int(event.get("done", 0))


def _train(request: Request, environment: Mapping[str, str], events: Connection) -> None:
    """Train as the request says."""
    import logging
    import time

    import numpy as np
    import tensorflow as tf
    import tensorflow_transform as tft

    from foundation.messages.progress import PROGRESS_LOGGER
    from models.config import ModelConfig
    from models.data import ClipSource
    from tests.models.training import fitting

    class Sender(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            events.send(record.getMessage())
            event = json.loads(record.getMessage())
            if "PAUSE_SECONDS" in environment and "done" in event and event["done"] == event["total"]:
                time.sleep(float(environment["PAUSE_SECONDS"]))
                (folder / "paused").touch()

    os.environ.update(environment)
    folder = Path(request.folder)
    with (folder / "stderr.txt").open("a") as file:
        os.dup2(file.fileno(), 2)
    logger = logging.getLogger(PROGRESS_LOGGER)
    logger.addHandler(Sender())
    logger.setLevel(logging.INFO)
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * request.num_cpus)

    model = ModelConfig(**request.model)
    source = ClipSource([request.pattern], tft.TFTransformOutput(request.transform), model)
    build = getattr(fitting, request.network)
    fitted = fitting.train(source, build, folder, **request.changes)
    result = folder / f"result-{os.environ.get('WORKER', 0)}"
    np.savez(f"{result}.npz", *fitted.weights)
    Path(f"{result}.json").write_text(json.dumps(fitted.history))
