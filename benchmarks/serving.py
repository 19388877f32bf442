"""What serving costs beside the network itself.

    .venv/bin/python -m benchmarks.serving --model demo/run/serving/action

Prints JSON:

- latency: each signature of the export beside the same Keras network, built anew with the same weights and called as a graph on
  the same input, with the same decoding, resizing and cropping before it. The two take turns; medians, and the median of the
  turns' ratios export / network, of seconds and of the CPU seconds of all threads.
- memory: peak RSS of a process that asks the export for 100 clips at once, and of one that asks it for 1,000.
- server: requests per second of `clipgate serve`, and its CPU time, with 32 clients that send one clip each, with and without
  batching, in turns.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc
import keras
import tensorflow as tf
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from benchmarks.served import JpegClip, ServerProcess, draw_clips, grpc_request, served
from benchmarks.timing import Times, timed
from benchmarks.turns import compare
from models import features
from models.config import ModelConfig
from models.export_info import WEIGHTS_FILE, ExportInfo
from models.networks.build import build_network
from models.networks.outputs import outputs_of
from models.preprocessing import decode_clips, fit_frames
from models.views import centre_view
from pipeline.prediction.model import find_model

_BATCH_SIZES = (1, 8)
_NUM_CLIENTS = 32
_MEMORY_CLIPS = (100, 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="the folder of all versions")
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seconds", type=float, default=10, help="how long the clients ask in each turn")
    parser.add_argument("--turns", type=int, default=3, help="of the clients")
    arguments = parser.parse_args()
    version, info = find_model(arguments.model)
    result = {
        "latency": measure_latency(version, info, arguments.rounds),
        "memory": measure_memory(arguments.model),
        "server": asyncio.run(measure_server(arguments.model, info, arguments.turns, arguments.seconds)),
    }
    print(json.dumps(result, indent=2))


def measure_latency(version: Path, info: ExportInfo, rounds: int) -> dict[str, Any]:
    """Every signature that classifies clips, at every batch size."""
    exported = tf.saved_model.load(str(version))
    networks = network_calls(version, info)
    clips = draw_clips(info, max(_BATCH_SIZES))
    results: dict[str, Any] = {}
    for name, network in networks.items():
        for batch_size in _BATCH_SIZES:
            (key, value) = inputs_of(name, clips[:batch_size])
            signature = exported.signatures[name]
            ways: dict[str, Callable[[], Any]] = {
                "export": lambda s=signature, k=key, v=value: s(**{k: v}),
                "network": lambda n=network, v=value: n(v),
            }
            results[f"{name}, batch {batch_size}"] = take_turns(ways, rounds)
    return results


def network_calls(version: Path, info: ExportInfo) -> dict[str, Callable[[Any], Any]]:
    """Probabilities by the Keras network, for what each signature takes; the work of a signature without its export."""
    config = ModelConfig.model_validate(info.model)
    normalization = {f"channel_{name}": values for name, values in info.normalization.items()}
    network = build_network(config, num_classes=len(info.classes), dropout=0.0, **normalization)
    network.load_weights(version / WEIGHTS_FILE)
    num_stored = info.sampling["num_frames"]

    def classify(clips: tf.Tensor) -> tf.Tensor:
        return keras.ops.softmax(outputs_of(network, centre_view(clips, config), training=False).logits)

    def parse(examples: tf.Tensor) -> tf.Tensor:
        spec = {features.FRAMES: tf.io.FixedLenFeature([num_stored], tf.string)}
        return tf.io.parse_example(examples, spec)[features.FRAMES]

    def as_graph(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
        return tf.function(function, autograph=False, reduce_retracing=True)

    return {
        "predict_frames": as_graph(lambda frames: classify(fit_frames(frames, config))),
        "predict_jpeg": as_graph(lambda jpegs: classify(decode_clips(jpegs, config))),
        "serving_default": as_graph(lambda examples: classify(decode_clips(parse(examples), config))),
    }


def inputs_of(signature: str, clips: list[JpegClip]) -> tuple[str, Any]:
    """Name and tensor of a signature's input."""
    if signature == "predict_jpeg":
        return "frames", tf.constant(clips)
    if signature == "predict_frames":
        decoded = [[tf.io.decode_jpeg(jpeg, dct_method="INTEGER_ACCURATE") for jpeg in clip] for clip in clips]
        return "frames", tf.stack([tf.stack(frames) for frames in decoded])
    return "examples", tf.constant([features.make_example({features.FRAMES: clip}) for clip in clips])


def take_turns(ways: dict[str, Callable[[], Any]], rounds: int) -> dict[str, Any]:
    """Milliseconds of `export` and `network`, and their ratios."""
    for call in ways.values():
        for _ in range(3):
            call()
    return compare([{name: _milliseconds(call) for name, call in ways.items()} for _ in range(rounds)], digits=2)


def _milliseconds(call: Callable[[], Any]) -> Times:
    _, times = timed(call)
    return {"milliseconds": 1000 * times["seconds"], "cpu_milliseconds": 1000 * times["cpu_seconds"]}


def measure_memory(model: Path) -> dict[str, Any]:
    """Peak RSS of fresh processes, in MiB."""
    command = [sys.executable, "-m", "benchmarks.serving_memory", "--model", str(model), "--clips"]
    peaks = {
        count: float(subprocess.run([*command, str(count)], stdout=subprocess.PIPE, check=True, text=True).stdout)
        for count in _MEMORY_CLIPS
    }
    few, many = (peaks[count] for count in _MEMORY_CLIPS)
    return {**{f"{count}_clips_mebibytes": peak for count, peak in peaks.items()}, "ratio": round(many / few, 2)}


async def measure_server(base: Path, info: ExportInfo, turns: int, seconds: float) -> dict[str, Any]:
    """Requests per second and CPU time of a request, with and without batching; ratios batching / without."""
    measured = []
    with served(base) as batching, served(base, "--no-batching") as alone:
        servers = {"batching": batching, "no_batching": alone}
        for _ in range(turns):
            measured.append({way: await ask_for_a_while(server, info, seconds) for way, server in servers.items()})
    return {"clients": _NUM_CLIENTS, **compare(measured, digits=1)}


async def ask_for_a_while(server: ServerProcess, info: ExportInfo, seconds: float) -> Times:
    """What the server does for clients that each wait for an answer before they ask again, through gRPC and `predict_jpeg`."""
    requests = [grpc_request(server.name, frames=[clip]) for clip in draw_clips(info, _NUM_CLIENTS)]
    async with grpc.aio.insecure_channel(server.grpc) as channel:
        stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)
        await asyncio.gather(*(stub.Predict(request) for request in requests))
        started, cpu_started = time.perf_counter(), server.cpu_seconds()

        async def ask(request: predict_pb2.PredictRequest) -> int:
            count = 0
            while time.perf_counter() - started < seconds:
                await stub.Predict(request)
                count += 1
            return count

        count = sum(await asyncio.gather(*(ask(request) for request in requests)))
        return {
            "requests_per_second": count / (time.perf_counter() - started),
            "cpu_milliseconds_of_a_request": 1000 * (server.cpu_seconds() - cpu_started) / count,
        }


if __name__ == "__main__":
    main()
