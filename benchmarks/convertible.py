"""Which networks become files for small devices: every one, with random weights, at a small size.

    .venv/bin/python -m benchmarks.convertible [--network movinet]

Prints the table of docs/devices.md: for each network and each file the largest difference from the network's own probabilities
(and boxes) on drawn clips, or the operation that cannot be converted.
"""

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from models.config import ModelConfig
from models.devices.convert import representative_inputs
from models.devices.files import NEXT, DeviceModel, Kind, NotConvertibleError, Tensors, open_file
from models.devices.network import DeviceFunction, clip_function, frame_function
from models.devices.to_onnx import to_onnx
from models.devices.to_tflite import to_tflite
from models.networks.build import build_network
from models.networks.catalogue import NETWORKS
from pipeline.devices.clips import cropped, draw_clips

_FORMS: tuple[tuple[str, Kind, bool], ...] = (
    ("TensorFlow Lite", "tflite", False),
    ("TensorFlow Lite, int8", "tflite", True),
    ("ONNX", "onnx", False),
)
_NUM_CLASSES = 5


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
    """A cell of the table for each form."""
    keras.utils.set_random_seed(0)
    network = build_network(case.config, num_classes=_NUM_CLASSES, dropout=0.0)
    device = frame_function(network) if case.streaming else clip_function(network)
    clips = np.stack([cropped(clip.frames, case.config) for clip in draw_clips(case.config, 4)])
    inputs = representative_inputs(device, clips, streaming=case.streaming)
    cells = []
    for _, kind, int8 in _FORMS:
        try:
            content = to_onnx(device) if kind == "onnx" else to_tflite(device, network, inputs if int8 else ())
        except NotConvertibleError as error:
            cells.append(f"no {', '.join(error.operations)}")
            continue
        path = folder / f"network.{kind}"
        path.write_bytes(content)
        cells.append(f"{largest_difference(open_file(path, kind), device, inputs):.0e}")
    return cells


def largest_difference(file: DeviceModel, device: DeviceFunction, inputs: Sequence[Tensors]) -> float:
    """Of what is shown to clients, the state left out: what becomes of it shows in later answers."""
    differences = []
    for values in inputs:
        expected, answer = device.function(*(values[spec.name] for spec in device.inputs)), file(values)
        shown = [name for name in expected if not name.startswith(NEXT)]
        differences += [float(np.abs(answer[name] - expected[name].numpy()).max()) for name in shown]
    return max(differences)


if __name__ == "__main__":
    main()
