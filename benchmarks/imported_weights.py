"""What networks say with imported weights, beside the networks that the weights are from: PyTorch's and Model Garden's.

    .venv/bin/python -m benchmarks.imported_weights [--movinets a0 a1 a2]

Each of those gets a virtual environment of its own, which is kept, and writes files with random weights, and what its networks
say of random clips. Here the files are imported, and the same clips are shown. Prints JSON: for each network, file and size
the largest difference of logits, relative to the largest logit, and beside it that of our preset of other arithmetic.
"""

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import keras
import numpy as np
import numpy.typing as npt

from benchmarks.environments import ROOT, python_with
from models.base_model import open_base
from models.config import ModelConfig
from models.networks import causal
from models.networks.build import build_network
from models.networks.outputs import outputs_of
from models.pretrained.importing import import_weights

_TORCH = ("torch==2.13.0", "torchvision==0.28.0", "safetensors", "numpy")
# TensorFlow 2.16 holds protobuf back, which the newest metadata do not take.
_MODEL_GARDEN = ("tf-models-official==2.16.0", "tensorflow-metadata==1.16.1", "setuptools<81")
# Of the same weights, but for the arithmetic.
_BESIDE = {"r2plus1d_18_torchvision": "r2plus1d_18"}

Array = npt.NDArray[Any]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--movinets", nargs="*", default=["a0", "a1", "a2"])
    parser.add_argument(
        "--written", type=Path, help="what these environments have written before, to compare it once more"
    )
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        written = arguments.written or write(Path(name), arguments.movinets)
        results = chain(compare_torch(written, Path(name)), compare_movinets(written, Path(name), arguments.movinets))
        for result in results:
            print(json.dumps(result), flush=True)


def write(folder: Path, movinets: list[str]) -> Path:
    for python, module, *options in (
        (python_with("torchvision", *_TORCH), "benchmarks.imported_weights_torch"),
        (python_with("model_garden", *_MODEL_GARDEN), "benchmarks.imported_weights_movinet", *movinets),
    ):
        subprocess.run([python, "-m", module, folder, *options], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    return folder


def compare_torch(written: Path, folder: Path) -> Iterator[dict[str, Any]]:
    for name in ("r2plus1d_18", "r2plus1d_34_ig65m"):
        expected = np.load(written / f"{name}.npz")
        for suffix in (".pth", ".safetensors"):
            base = imported(written / f"{name}{suffix}", folder / f"{name}{suffix[1:]}")
            for key in (key for key in expected if key.startswith("clips_")):
                clips, logits = expected[key], expected[key.replace("clips", "logits")]
                network = begun(base, clips.shape)
                difference = relative(outputs_of(network, clips, training=False).logits, logits)
                result = {
                    "network": name,
                    "file": suffix,
                    "clips": key.removeprefix("clips_"),
                    "difference": difference,
                }
                if beside := _BESIDE.get(network.name.removeprefix("r2plus1d_")):
                    other = build(beside, "r2plus1d", clips.shape, len(logits[0]), *normalization(base))
                    other.set_weights(network.get_weights())
                    result[beside] = relative(outputs_of(other, clips, training=False).logits, logits)
                yield result


def compare_movinets(written: Path, folder: Path, sizes: list[str]) -> Iterator[dict[str, Any]]:
    for size in sizes:
        name = f"movinet_{size}_stream"
        expected = np.load(written / f"{name}.npz")
        for kind in ("", "_saved"):
            base = imported(written / f"{name}{kind}", folder / f"{name}{kind}_imported")
            for key in (key for key in expected if key.startswith("clips_")):
                clips, of_clips, of_stream = (
                    expected[key.replace("clips", part)] for part in ("clips", "logits", "stream")
                )
                network = begun(base, clips.shape)
                yield {
                    "network": name,
                    "file": "SavedModel" if kind else "checkpoint",
                    "clips": key.removeprefix("clips_"),
                    "difference": relative(outputs_of(network, clips, training=False).logits, of_clips),
                    "difference in a stream": relative(stream(network, clips), of_stream),
                }


def imported(path: Path, folder: Path) -> Any:
    file = open_base(path).foreign
    assert file
    import_weights(file, folder)
    return open_base(folder)


def begun(base: Any, shape: tuple[int, ...]) -> keras.Model:
    """A network with all that was imported, logits included."""
    network = build(base.card.preset, base.card.network, shape, base.num_classes, *normalization(base))
    network.load_weights(base.weights)
    return network


def build(
    preset: str, name: str, shape: tuple[int, ...], num_classes: int, mean: list[float], std: list[float]
) -> keras.Model:
    _, num_frames, height, width, _ = shape
    config = ModelConfig(network=name, preset=preset, num_frames=num_frames, height=height, width=width)
    return build_network(config, num_classes=num_classes, dropout=0, channel_mean=mean, channel_std=std)


def normalization(base: Any) -> tuple[list[float], list[float]]:
    weights = base.normalization
    assert weights
    return weights


def stream(network: keras.Model, clips: Array) -> Array:
    """The logits after each frame: [time, batch, classes]."""
    state, answers = causal.initial_state(network, len(clips)), []
    for frame in np.split(clips, clips.shape[1], axis=1):
        logits, state = causal.step(network, frame, state)
        answers.append(keras.ops.convert_to_numpy(logits))
    return np.stack(answers)


def relative(found: Any, expected: Array) -> float:
    """The largest difference, relative to the largest logit."""
    return float(f"{np.abs(np.asarray(found) - expected).max() / np.abs(expected).max():.2g}")


if __name__ == "__main__":
    main()
