"""What every network costs in every preset.

    .venv/bin/python -m benchmarks.networks [--frames 16] [--height 112] [--width 112] [--classes 400] [--network movinet]

Prints JSON: for each preset its parameters, the multiply-adds and floating-point operations for one clip, the CPU
milliseconds of an inference (of one clip, the median of five, after one that is not counted), and these as a ratio to those
of R(2+1)D-18 in the same run.
"""

import argparse
import json
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

import statistics
import time
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from models.config import ModelConfig
from models.networks.build import build_network
from models.networks.catalogue import NETWORKS
from models.networks.cost import network_cost

_REPETITIONS = 5
_REFERENCE = ("r2plus1d", "r2plus1d_18")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name, default in (("frames", 16), ("height", 112), ("width", 112), ("classes", 400)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--network", choices=NETWORKS, help="only this one")
    options = parser.parse_args()

    def measure(network: str, preset: str) -> dict[str, Any]:
        config = ModelConfig(
            network=network,
            preset=preset,
            num_frames=options.frames,
            height=options.height,
            width=options.width,
        )
        model = build_network(config, num_classes=options.classes, dropout=0.0)
        cost = network_cost(model)
        milliseconds = inference_cpu_milliseconds(model)
        keras.backend.clear_session()
        return {
            "parameters": cost.parameters,
            "multiply_adds": cost.multiply_adds,
            "flops": cost.flops,
            "inference_cpu_milliseconds": round(milliseconds, 1),
        }

    reference = measure(*_REFERENCE)
    result: dict[str, dict[str, Any]] = {}
    for network in [options.network] if options.network else NETWORKS:
        result[network] = {}
        for preset in NETWORKS[network].presets:
            values = reference if (network, preset) == _REFERENCE else measure(network, preset)
            ratio = values["inference_cpu_milliseconds"] / reference["inference_cpu_milliseconds"]
            result[network][preset] = {**values, "inference_to_r2plus1d_18": round(ratio, 3)}
    print(json.dumps(result, indent=2))


def inference_cpu_milliseconds(model: keras.Model) -> float:
    """CPU time of this process for one clip."""
    frames = tf.constant(np.random.default_rng(0).integers(0, 256, (1, *model.input_shape[1:]), dtype=np.uint8))
    predict = tf.function(lambda frames: model(frames, training=False), autograph=False)
    predict(frames)
    times = []
    for _ in range(_REPETITIONS):
        started = time.process_time()
        tf.nest.map_structure(np.asarray, predict(frames))
        times.append(1000 * (time.process_time() - started))
    return statistics.median(times)


if __name__ == "__main__":
    main()
