"""What measurements of serving share: a `clipgate serve` in a process of its own, and clips for its model."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2

from components.video.config import SamplingConfig
from components.video.images import encode_jpeg
from models.config import ModelConfig
from models.export_info import ExportInfo

_ROOT = Path(__file__).resolve().parents[1]

JpegClip = list[bytes]


@dataclass(frozen=True)
class ServerProcess:
    """Addresses as host:port, and the model's name."""

    name: str
    grpc: str
    rest: str
    process: "subprocess.Popen[str]"

    def cpu_seconds(self) -> float:
        """Of all threads so far."""
        times = psutil.Process(self.process.pid).cpu_times()
        return float(times.user + times.system)

    def resident_bytes(self) -> int:
        return int(psutil.Process(self.process.pid).memory_info().rss)


@contextmanager
def served(base: Path, *options: str) -> Iterator[ServerProcess]:
    """A server over the versions in `base`, on free ports of this machine.

    Raises:
      RuntimeError: it did not start, or did not end with exit code 0.
    """
    command = [
        sys.executable,
        "-m",
        "pipeline.cli",
        "serve",
        str(base),
        "--grpc-port",
        "0",
        "--rest-port",
        "0",
        *options,
    ]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        found = re.match(r"(.*): gRPC (\S+), REST http://([^/]+)/", process.stdout.readline())
        if not found:
            raise RuntimeError("the server did not start; its message is above")
        try:
            yield ServerProcess(found[1], found[2], found[3], process)
        finally:
            process.send_signal(signal.SIGTERM)
        if process.wait():
            raise RuntimeError(f"the server ended with exit code {process.returncode}; its message is above")


def draw_clips(info: ExportInfo, count: int) -> list[JpegClip]:
    """Clips as large as ingest stores them for a model, of smooth pictures with some noise."""
    sampling, model = SamplingConfig.model_validate(info.sampling), ModelConfig.model_validate(info.model)
    height, width = sampling.short_side, sampling.short_side * model.width // model.height
    draw = np.random.default_rng(0)

    def frame(corners: np.ndarray, time: float) -> bytes:
        rows, columns = np.mgrid[0 : 1 : height * 1j, 0 : 1 : width * 1j][..., np.newaxis]
        smooth = (corners[0] * (1 - rows) + corners[1] * rows) * (1 - columns) + corners[2] * columns * (1 - time)
        noisy = smooth + draw.normal(0, 6, (height, width, 3))
        return encode_jpeg(np.clip(noisy, 0, 255).astype(np.uint8), sampling.jpeg_quality)

    return [
        [frame(corners, time) for time in np.linspace(0, 1, sampling.num_frames)]
        for corners in draw.uniform(0, 255, (count, 3, 3))
    ]


def grpc_request(name: str, signature: str = "predict_jpeg", **inputs: Any) -> predict_pb2.PredictRequest:
    """What asks a signature of the model `name`."""
    request = predict_pb2.PredictRequest()
    request.model_spec.name = name
    request.model_spec.signature_name = signature
    for key, value in inputs.items():
        request.inputs[key].CopyFrom(tf.make_tensor_proto(value))
    return request
