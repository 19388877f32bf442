"""The card beside a file for devices: all that a program needs which knows nothing of clipgate. Pure."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.config import ModelConfig
from models.devices.files import NEXT, Kind, Tensors
from models.export_info import ExportInfo

_CHOOSES_FRAMES = ("method", "step_frames", "step_seconds", "short")

LARGEST_DIFFERENCE = 1e-4


@dataclass(frozen=True)
class Measured:
    """What the file was measured at, with one thread, beside the SavedModel, which has all; one clip at a time.

    `largest_difference`: of a probability, or of a box's edge, over `num_clips` clips, which are `drawn` or those of the test
    split. Accuracies are None where clips have no labels. `clips_per_second` are of the whole clip, also for streams.
    """

    num_clips: int
    clips: str
    largest_difference: float
    same_labels: float
    accuracy: float | None
    saved_model_accuracy: float | None
    clips_per_second: float
    saved_model_clips_per_second: float


@dataclass(frozen=True)
class Source:
    """The version that a file was made from; `weights_sha256` also stands in its model card's list of files."""

    version: str
    weights_sha256: str
    training_key: str


@dataclass(frozen=True)
class DeviceCard:
    """Facts of a file for devices.

    `input`: name, shape, dtype, layout and range of the one tensor of pixels. `state`: of a stream, its tensors, which begin as
    zeros; `next` is the output to send as `name` with the next frame. `outputs`: shapes by names. `thresholds`: of a model that
    gives a clip several labels, the probability from which on it has each class; `heads`: of one that gives a clip a label of
    each field, the ids of its classes. The cards of other models have neither.
    """

    file: str
    kind: Kind
    precision: str
    bytes: int
    sha256: str
    source: Source
    network: str
    classes: tuple[str, ...]
    input: dict[str, Any]
    state: tuple[dict[str, Any], ...]
    outputs: dict[str, list[int]]
    preprocessing: dict[str, Any]
    measured: Measured
    thresholds: dict[str, float] | None = None
    heads: dict[str, list[int]] | None = None

    def to_json(self) -> str:
        optional = ("thresholds", "heads")
        facts = {name: value for name, value in asdict(self).items() if name not in optional or value is not None}
        return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"


def preprocessing(info: ExportInfo, config: ModelConfig, frames_per_second: float | None) -> dict[str, Any]:
    """What is done to frames before they are the file's input; what the file does itself is marked as such.

    Frames of a segment are chosen as `sampling` says, `stored_frames` of them; of these the file sees `num_frames`. They are
    made smaller (`short_side`), encoded as JPEG and decoded, as training stored them (`jpeg_quality`), fitted into
    `clip_height` times `clip_width` pixels by `resize`, and cropped at the centre. Where `sampling` has `crop_to_boxes` they
    are first cut around their actor.
    """
    cuts = () if info.sampling.get("crop_to_boxes") is None else ("crop_to_boxes", "crop_aspect")
    return {
        "sampling": {name: info.sampling.get(name) for name in (*_CHOOSES_FRAMES, *cuts)},
        "stored_frames": info.sampling["num_frames"],
        "num_frames": config.num_frames,
        "frames_per_second": frames_per_second,
        "short_side": info.sampling["short_side"],
        "jpeg_quality": info.sampling["jpeg_quality"],
        "resize": config.resize,
        "clip_height": config.clip_height,
        "clip_width": config.clip_width,
        "height": config.height,
        "width": config.width,
        "colours": "RGB",
        "normalization": {**info.normalization, "of": "values divided by 255", "done_by": "the file"},
    }


def card_of(file: Path) -> Path:
    """Where the card of a file for devices lies."""
    return file.with_name(f"{file.name}.json")


def objection(card: DeviceCard, max_accuracy_drop: float) -> str:
    """Why the file is not as good as the model that it was made from; empty if it is."""
    measured = card.measured
    if card.precision == "float32":
        if measured.largest_difference <= LARGEST_DIFFERENCE:
            return ""
        return (
            f"its probabilities differ from the SavedModel's by up to {measured.largest_difference:.2g} on "
            f"{measured.num_clips} clips; the bar is {LARGEST_DIFFERENCE:g}"
        )
    assert measured.accuracy is not None and measured.saved_model_accuracy is not None
    if measured.saved_model_accuracy - measured.accuracy <= max_accuracy_drop:
        return ""
    return (
        f"its accuracy is {measured.accuracy:.3f} on {measured.num_clips} test clips, and the SavedModel's "
        f"{measured.saved_model_accuracy:.3f}; the drop may be {max_accuracy_drop:g} (--max-accuracy-drop)"
    )


def state_of(first: Tensors) -> tuple[dict[str, Any], ...]:
    """The state of a stream for the card, from its tensors before the first frame."""
    return tuple(
        {"name": name, "next": NEXT + name, "shape": list(value.shape), "dtype": str(value.dtype)}
        for name, value in sorted(first.items())
    )
