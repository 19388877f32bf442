"""The SavedModel and the file made from it, asked about the same clips: what they answer, and how fast."""

import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from components.serving_validator.requests import STREAM_STEP, first_state
from components.serving_validator.served import AskedModel, Tensors
from models.config import ModelConfig
from models.devices.files import BOXES, CLIP, FRAME, NEXT, PROBABILITIES, DeviceModel
from models.labelling import Labelling
from pipeline.devices.clips import Frames, LabelledClip, cropped

Ask = Callable[[Frames], Tensors]

_MOST_TURNS, _WARM_UP_TURNS = 20, 2
_MOST_SECONDS = 10.0


class Agreement(NamedTuple):
    """How the file's answers agree with the SavedModel's; accuracies are None if a clip has no label.

    Of several labels, a clip's are the same, or right, if all of them are.
    """

    num_clips: int
    largest_difference: float
    same_labels: float
    accuracy: float | None
    saved_model_accuracy: float | None


def asking_file(model: DeviceModel, first: Tensors, config: ModelConfig) -> Ask:
    """Ask a file about the frames of a clip; a stream gets one after the other, and its last answer counts.

    `first`: the state of a stream before its first frame; empty for a file that takes whole clips.
    """

    def whole(frames: Frames) -> Tensors:
        return model({CLIP: cropped(frames, config)[np.newaxis].astype(np.float32)})

    def one_by_one(frames: Frames) -> Tensors:
        state = first
        answer: Tensors = {}
        for image in cropped(frames, config).astype(np.float32):
            answer = model({FRAME: image[np.newaxis, np.newaxis], **state})
            state = {name: answer[NEXT + name] for name in state}
        return answer

    return one_by_one if first else whole


def asking_saved_model(model: AskedModel, *, streaming: bool) -> Ask:
    """Ask the SavedModel in the same way. Frames have the size of its clips already, so that it resizes nothing."""

    def one_by_one(frames: Frames) -> Tensors:
        state = first_state(model, 1)
        answer: Tensors = {}
        for image in frames:
            answer = model(STREAM_STEP, {"frames": image[np.newaxis, np.newaxis], **state})
            state = {name: answer[name] for name in state}
        return answer

    return one_by_one if streaming else lambda frames: model("predict_frames", {"frames": frames[np.newaxis]})


def compare(
    file: Ask,
    saved_model: Ask,
    clips: Iterable[LabelledClip],
    labelling: Labelling,
    config: ModelConfig,
    on_clip: Callable[[], None] = lambda: None,
) -> Agreement:
    """Ask both about each clip; `on_clip` is called after each."""
    differences: list[float] = []
    right: list[tuple[bool, bool]] = []
    same: list[bool] = []
    for clip in clips:
        ours, theirs = file(clip.frames), saved_model(clip.frames)
        differences.append(_difference(ours[PROBABILITIES], theirs[PROBABILITIES]))
        if BOXES in ours:
            differences.append(_difference(_in_whole_frame(ours[BOXES], config), theirs[BOXES]))
        labels, expected = (frozenset(labelling.labels(answer[PROBABILITIES][0])) for answer in (ours, theirs))
        same.append(labels == expected)
        if clip.labels:
            # What is no class is left out of several labels, as in an evaluation; one that is none is never right.
            truth = clip.labels.intersection(labelling.classes) if labelling.has_several else clip.labels
            if clip.known_labels:
                labels, expected = labels & clip.known_labels, expected & clip.known_labels
            right.append((labels == truth, expected == truth))
        on_clip()
    accuracies = [float(np.mean(column)) for column in zip(*right, strict=True)] if right else [None, None]
    return Agreement(len(same), max(differences), float(np.mean(same)), accuracies[0], accuracies[1])


def clips_per_second(asks: Sequence[Ask], clip: LabelledClip) -> list[float]:
    """How many clips each answers in a second, one at a time; they take turns, and medians count."""
    for ask in asks:
        for _ in range(_WARM_UP_TURNS):
            ask(clip.frames)
    seconds: list[list[float]] = []
    started = time.perf_counter()
    while len(seconds) < _MOST_TURNS and (not seconds or time.perf_counter() - started < _MOST_SECONDS):
        seconds.append([_seconds(ask, clip.frames) for ask in asks])
    return [1 / statistics.median(column) for column in zip(*seconds, strict=True)]


def _seconds(ask: Ask, frames: Frames) -> float:
    started = time.perf_counter()
    ask(frames)
    return time.perf_counter() - started


def _difference(ours: npt.NDArray[np.float32], theirs: npt.NDArray[np.float32]) -> float:
    difference = float(np.abs(ours - theirs).max())
    return difference if np.isfinite(difference) else float("inf")


def _in_whole_frame(boxes: npt.NDArray[np.float32], config: ModelConfig) -> npt.NDArray[np.float32]:
    """Boxes relative to what the network sees, [1, num_frames, 4], as boxes of the clip's frames, cut at their edges."""
    view = np.array([config.width, config.height] * 2)
    clip = np.array([config.clip_width, config.clip_height] * 2)
    corner = (clip - view) // 2
    return np.clip((boxes * view + corner) / clip, 0, 1).astype(np.float32)
