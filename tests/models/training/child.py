"""A training in a process of its own. Run as `python -m tests.models.training.child REQUEST_FILE`."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Request:
    """`network`: a function of `fitting`; `num_cpus`: logical devices; the result is written into `folder`.

    The result's name ends in the environment's WORKER.
    """

    pattern: str
    transform: str
    model: dict[str, Any]
    network: str
    folder: str
    changes: dict[str, Any]
    num_cpus: int = 1


def start(request: Request, **environment: str) -> "subprocess.Popen[str]":
    """Start a training; what it prints as an epoch ends is on its standard output."""
    folder = Path(request.folder)
    folder.mkdir(parents=True, exist_ok=True)
    request_file = folder / f"request-{len(list(folder.glob('request-*')))}.json"
    request_file.write_text(json.dumps(asdict(request)))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.models.training.child", str(request_file)],
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore", **environment},
        stdout=subprocess.PIPE,
        stderr=(folder / "stderr.txt").open("a"),
        text=True,
        cwd=ROOT,
    )


def main() -> None:
    """Train as the request says."""
    import logging

    import numpy as np
    import tensorflow as tf
    import tensorflow_transform as tft

    from models.config import ModelConfig
    from models.data import ClipSource
    from models.progress import PROGRESS_LOGGER
    from tests.models.training import fitting

    request = Request(**json.loads(Path(sys.argv[1]).read_text()))
    logger = logging.getLogger(PROGRESS_LOGGER)
    logger.addHandler(logging.StreamHandler(sys.stdout))
    logger.setLevel(logging.INFO)
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * request.num_cpus)

    model = ModelConfig(**request.model)
    source = ClipSource([request.pattern], tft.TFTransformOutput(request.transform), model)
    build = getattr(fitting, request.network)
    fitted = fitting.train(source, build, Path(request.folder), **request.changes)
    result = Path(request.folder) / f"result-{os.environ.get('WORKER', 0)}"
    np.savez(f"{result}.npz", *fitted.weights)
    Path(f"{result}.json").write_text(json.dumps(fitted.history))


if __name__ == "__main__":
    main()
