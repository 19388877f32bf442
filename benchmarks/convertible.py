"""Which networks become files for small devices: every one, with random weights, at a small size.

    .venv/bin/python -m benchmarks.convertible [--network movinet]

Prints the table of docs/devices.md: for each network and each file the largest difference from the network's own probabilities
(and boxes) on drawn clips, or the operation that cannot be converted.
"""

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from foundation.messages.errors import UserError
from models.base_model import WEIGHTS_FILE
from models.config import ModelConfig
from models.devices.convert import representative_inputs
from models.devices.files import Kind, open_file
from models.devices.network import DeviceFunction, clip_function, frame_function
from models.export_info import ExportInfo
from models.networks.build import build_network
from models.networks.catalogue import NETWORKS
from pipeline.devices.clips import cropped, draw_clips
from pipeline.devices.conversion import run_conversion

_FORMS: tuple[tuple[str, Kind, bool], ...] = (
    ("TensorFlow Lite", "tflite", False),
    ("TensorFlow Lite, int8", "tflite", True),
    ("ONNX", "onnx", False),
)
_CLASSES = ("a", "b", "c", "d", "e")


class Case(NamedTuple):
    title: str
    config: ModelConfig
    streaming: bool = False


def cases() -> Iterator[Case]:
    """Every network, one of the differences of its frames, and the step of what streams."""
    for name, network in NETWORKS.items():
        config = ModelConfig(network=name, preset="tiny", num_frames=4, height=32, width=40)
        yield Case(f"`{name}`", config)
        if name == "r2plus1d":
            yield Case(f"`{name}`, `modality: differences`", config.model_copy(update={"modality": "differences"}))
        if network.streams:
            yield Case(f"`{name}`, `--stream`", config, streaming=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--network", choices=NETWORKS, help="only this one")
    chosen = parser.parse_args().network
    print("| network |", *(f"{title} |" for title, _, _ in _FORMS))
    print("|---|" + "---|" * len(_FORMS))
    for case in cases():
        if chosen in (None, case.config.network):
            with tempfile.TemporaryDirectory() as folder:
                cells = convert_in_every_form(case, Path(folder))
            print(f"| {case.title} |", *(f"{cell} |" for cell in cells), flush=True)


def convert_in_every_form(case: Case, folder: Path) -> list[str]:
    network, device = save_untrained(case, folder)
    clips = np.stack([cropped(clip.frames, case.config) for clip in draw_clips(case.config, 4)])
    np.savez(folder / "clips.npz", clips=clips)
    inputs = representative_inputs(device, clips, streaming=case.streaming)
    cells = []
    for _, kind, int8 in _FORMS:
        output = folder / f"network.{kind}"
        job = {"version": str(folder), "kind": kind, "output": str(output), "streaming": case.streaming}
        try:
            run_conversion(job | {"representative": str(folder / "clips.npz")} if int8 else job, kind, network.name)
        except UserError as error:
            cells.append(f"no: {str(error).partition(': ')[2].partition(';')[0]}")
            continue
        file = open_file(output, kind)
        differences = []
        for values in inputs:
            expected = device.function(*(values[spec.name] for spec in device.inputs))
            answer = file(values)
            shown = [name for name in expected if not name.startswith("next_")]
            differences += [float(np.abs(answer[name] - expected[name].numpy()).max()) for name in shown]
        cells.append(f"{max(differences):.0e}")
    return cells


def save_untrained(case: Case, folder: Path) -> tuple[keras.Model, DeviceFunction]:
    """A network with random weights, kept as an export keeps it, and its function for devices."""
    config = case.config
    keras.utils.set_random_seed(0)
    network = build_network(config, num_classes=len(_CLASSES), dropout=0.0)
    normalization = {"mean": [0.5] * 3, "std": [0.5] * 3}
    ExportInfo(_CLASSES, config.model_dump(mode="json"), {}, "", normalization=normalization).write(folder)
    network.save_weights(folder / WEIGHTS_FILE)
    return network, frame_function(network) if case.streaming else clip_function(network)


if __name__ == "__main__":
    main()
