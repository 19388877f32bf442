"""What a model is worth as a file for small devices, beside the SavedModel that it was made from.

    .venv/bin/python -m benchmarks.devices --config examples/demo.yaml --config examples/stream.yaml

Needs the pushed model of each configuration. Prints a line of JSON for each model and each file (TensorFlow Lite in float32 and
int8, ONNX; of a causal network also of its step for one frame)

- its megabytes, how far its probabilities are from the SavedModel's on test clips, and both accuracies;
- for file and SavedModel the clips a second by the clock, and the CPU milliseconds of a clip: of all threads, the two in turns.

Files run with one thread, TensorFlow with all.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.timing import timed
from benchmarks.turns import compare
from components.serving_validator.requests import first_state
from components.serving_validator.served import LoadedModel
from models.config import ModelConfig
from models.devices.files import Kind, open_file
from models.export_info import read_export_info
from models.networks.catalogue import NETWORKS
from pipeline.config import load_config
from pipeline.devices.asking import Ask, asking_file, asking_saved_model
from pipeline.devices.clips import draw_clips
from pipeline.devices.export import DeviceExport, export_for_devices
from pipeline.lineage import uri_of_last_run
from pipeline.prediction.model import find_model

_FORMS: tuple[tuple[Kind, bool], ...] = (("tflite", False), ("onnx", False), ("tflite", True))
_TURNS = 30


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, action="append", required=True, help="may be given several times")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for config in arguments.config:
            for wanted in forms_of(config):
                name = " ".join([config.stem, wanted.kind, *["int8"] * wanted.int8, *["stream"] * wanted.streaming])
                print(json.dumps({name: measure(wanted, Path(folder, "model"))}), flush=True)


def forms_of(config: Path) -> Iterator[DeviceExport]:
    """Every file that can be made of the pushed model of a configuration."""
    settings = load_config(config)
    version, info = find_model(Path(settings.push_destination))
    examples = Path(uri_of_last_run(settings, "VideoExampleGen.examples"))
    for streaming in (False, True) if NETWORKS[info.model["network"]].streams else (False,):
        for kind, int8 in _FORMS:
            yield DeviceExport(version, kind, streaming, int8, examples)


def measure(wanted: DeviceExport, path: Path) -> dict[str, Any]:
    card = export_for_devices(wanted, path)
    config = ModelConfig.model_validate(read_export_info(wanted.version).model)
    saved_model = LoadedModel(wanted.version)
    first = first_state(saved_model, 1) if wanted.streaming else {}
    ways: dict[str, Ask] = {
        "file": asking_file(open_file(path, wanted.kind), first, config),
        "saved_model": asking_saved_model(saved_model, streaming=wanted.streaming),
    }
    frames = draw_clips(config, 1)[0].frames
    for ask in ways.values():
        ask(frames)
    turns = []
    for _ in range(_TURNS):
        times = {name: timed(lambda ask=ask: ask(frames))[1] for name, ask in ways.items()}
        turns.append({name: {"cpu_milliseconds": 1000 * took["cpu_seconds"]} for name, took in times.items()})
    measured = card.measured
    return {
        "network": card.network,
        "megabytes": round(card.bytes / 1e6, 2),
        "largest_difference": measured.largest_difference,
        "test_clips": measured.num_clips,
        "accuracy": measured.accuracy,
        "saved_model_accuracy": measured.saved_model_accuracy,
        "clips_per_second": measured.clips_per_second,
        "saved_model_clips_per_second": measured.saved_model_clips_per_second,
        "cpu": compare(turns, digits=2),
    }


if __name__ == "__main__":
    main()
