"""Makes a file for devices of a pushed model, compares the two, and measures them. Loads TensorFlow."""

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from components.serving_validator.requests import first_state
from components.serving_validator.served import LoadedModel, Tensors
from components.storage.local import LocalRoot
from foundation.messages.errors import UserError
from models.config import ModelConfig
from models.devices.files import CLIP, FRAME, Kind, open_file
from models.export_info import WEIGHTS_FILE, ExportInfo, read_export_info
from models.labelling import Labelling
from models.networks.catalogue import NETWORKS
from pipeline.devices.asking import Agreement, asking_file, asking_saved_model, clips_per_second, compare
from pipeline.devices.card import DeviceCard, Measured, Source, preprocessing, state_of
from pipeline.devices.clips import LabelledClip, StoredClips, cropped, draw_clips
from pipeline.devices.conversion import run_conversion
from pipeline.prediction.defaults import choose_background, trained_pace

# Calibration finds the range of each activation; a hundred clips are what TensorFlow's guide to quantisation takes.
_REPRESENTATIVE_CLIPS = 100
_DRAWN_CLIPS = 8
_CLIPS_TO_COMPARE = 32

# (what is done, how much of it, of how much)
OnProgress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class DeviceExport:
    """What is wanted of the exported model in `version`. `examples`: a folder with the splits of a run; int8 needs it."""

    version: Path
    kind: Kind
    streaming: bool = False
    int8: bool = False
    examples: Path | None = None


def export_for_devices(
    wanted: DeviceExport, output: Path, on_progress: OnProgress = lambda what, done, total: None
) -> DeviceCard:
    """Write the file to `output` and return its card, whether it is as good as the model or not.

    Raises:
      UserError: the network cannot be converted, or what is wanted does not go with the model.
      MachineError: the converter was killed.
    """
    info = read_export_info(wanted.version)
    config = ModelConfig.model_validate(info.model)
    _require_stream(wanted, config)
    test = _clips_to_compare(wanted, config)
    on_progress("converting", 0, 1)
    _convert(wanted, config, output)
    on_progress("loading", 0, 1)
    saved_model = LoadedModel(wanted.version)
    first: Tensors = first_state(saved_model, 1) if wanted.streaming else {}
    ask_file = asking_file(open_file(output, wanted.kind), first, config)
    ask_saved_model = asking_saved_model(saved_model, streaming=wanted.streaming)
    done = 0

    def count() -> None:
        nonlocal done
        done += 1
        on_progress("comparing", done, len(test))

    agreement = compare(ask_file, ask_saved_model, test, Labelling.of(info), config, count)
    on_progress("measuring", 0, 1)
    example = next(iter(test))
    speeds = clips_per_second([ask_file, ask_saved_model], example)
    outputs = {name: list(value.shape) for name, value in ask_file(example.frames).items()}
    return DeviceCard(
        file=output.name,
        kind=wanted.kind,
        precision="int8" if wanted.int8 else "float32",
        bytes=output.stat().st_size,
        sha256=LocalRoot(output.parent).digest(output.name),
        source=Source(wanted.version.name, LocalRoot(wanted.version).digest(WEIGHTS_FILE), info.training_key),
        network=_network_name(config),
        classes=info.classes,
        thresholds=info.thresholds or None,
        heads=info.heads or None,
        input=_input(config, streaming=wanted.streaming),
        state=state_of(first),
        outputs=outputs,
        preprocessing=preprocessing(info, config, _pace(info)),
        measured=_measured(agreement, wanted, speeds),
    )


def _require_stream(wanted: DeviceExport, config: ModelConfig) -> None:
    if wanted.streaming and not NETWORKS[config.network].streams:
        causal = " or ".join(name for name, network in NETWORKS.items() if network.streams)
        raise UserError(
            f"--stream: the network {config.network} of {wanted.version} needs whole clips. Leave the option out, or train one "
            f"that is causal (model.network: {causal})"
        )


def _clips_to_compare(wanted: DeviceExport, config: ModelConfig) -> Sequence[LabelledClip] | StoredClips:
    if wanted.examples is None:
        if wanted.int8:
            raise UserError(
                "--int8 needs clips of the train split to find the range of each number, and of the test split to measure the "
                "accuracy: name the run's configuration with --config, or a folder of Examples with --examples"
            )
        return draw_clips(config, _DRAWN_CLIPS)
    return StoredClips(wanted.examples, "test", config, None if wanted.int8 else _CLIPS_TO_COMPARE)


def _convert(wanted: DeviceExport, config: ModelConfig, output: Path) -> None:
    job: dict[str, object] = {
        "version": str(wanted.version),
        "kind": wanted.kind,
        "output": str(output),
        "streaming": wanted.streaming,
    }
    with tempfile.TemporaryDirectory(prefix="clipgate_") as folder:
        if wanted.int8 and wanted.examples:
            representative = Path(folder, "clips.npz")
            train = StoredClips(wanted.examples, "train", config, _REPRESENTATIVE_CLIPS)
            np.savez(representative, clips=np.stack([cropped(clip.frames, config) for clip in train]))
            job["representative"] = str(representative)
        run_conversion(job, wanted.kind, _network_name(config))


def _network_name(config: ModelConfig) -> str:
    return f"{config.network} ({config.preset})"


def _input(config: ModelConfig, *, streaming: bool) -> dict[str, object]:
    return {
        "name": FRAME if streaming else CLIP,
        "shape": [1, 1 if streaming else config.num_frames, config.height, config.width, 3],
        "dtype": "float32",
        "layout": "batch, time, height, width, channels",
        "range": [0, 255],
    }


def _pace(info: ExportInfo) -> float | None:
    """Frames a second at which the network learned; None if the model's card does not say how long the clips were."""
    try:
        return round(trained_pace(info, choose_background(info.classes, None)), 3)
    except UserError:
        return None


def _measured(agreement: Agreement, wanted: DeviceExport, speeds: Sequence[float]) -> Measured:
    return Measured(
        **agreement._asdict(),
        clips="test split" if wanted.examples else "drawn",
        clips_per_second=round(speeds[0], 2),
        saved_model_clips_per_second=round(speeds[1], 2),
    )
