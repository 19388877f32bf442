"""Runs `clipgate predict` on a camera or standard input: prints the label whenever it changes."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from foundation.messages.errors import UserError
from models.export_info import ExportInfo
from models.labelling import Labelling
from models.networks.catalogue import NETWORKS
from pipeline.commands.terminal import console, errors, escaped
from pipeline.crops import said_of_whole_frames
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.defaults import choose_background, trained_pace
from pipeline.prediction.frames import TimedFrame, at_pace, read_camera, read_mjpeg, read_raw
from pipeline.prediction.model import find_model
from pipeline.prediction.stream import ActionChange, StreamClassifier, changes
from pipeline.prediction.thresholds import Thresholds, choose_labelling

_SIZE = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")


def predict_stream(
    model: Path,
    camera: int | None,
    frame_size: str | None,
    fps: float,
    pace: float | None,
    thresholds: Thresholds,
    background: str | None,
    as_json: bool,
) -> None:
    """Print labels until the stream ends. `fps`: of standard input; `pace`: frames a second that the network is shown."""

    def settings(info: ExportInfo) -> tuple[Labelling, str | None, float]:
        no_action = choose_background(info.classes, background)
        labelling = choose_labelling(Labelling.of(info), thresholds)
        return labelling, no_action, pace or trained_pace(info, no_action)

    settings(find_model(model)[1])  # options that do not go with the model are told before it is loaded
    broken: list[int] = []
    frames = _open(camera, frame_size, fps, broken)
    classifier = Classifier(model)
    info = classifier.info
    labelling, no_action, frames_per_second = settings(info)
    if info.metadata:
        raise UserError(
            f"{classifier.version} cannot follow a stream: it sees numbers beside the frames, which streams have no input for; "
            "predict on files, or train a model without model.metadata"
        )
    if "stream_step" not in classifier.signature_names:
        causal = " or ".join(name for name, network in NETWORKS.items() if network.streams)
        raise UserError(
            f"{classifier.version} cannot follow a stream: its network, {info.model.get('network')}, needs whole clips. Train "
            f"one that is causal (model.network: {causal}), or predict on files"
        )
    if sentence := said_of_whole_frames(classifier.sampling):
        errors.print(escaped(sentence), highlight=False)
    stream = StreamClassifier(
        classifier.signature("stream_init"),
        classifier.signature("stream_step"),
        int(info.model["num_frames"]),
        classifier.sampling.short_side,
    )
    threshold = thresholds.for_all if labelling.thresholds is None else 0.0
    for change in changes(at_pace(frames, frames_per_second), stream.add, labelling, threshold, no_action):
        _show(change, labelling, as_json)
    if broken:
        errors.print(f"{len(broken)} frames were no pictures; the first one was frame {broken[0] + 1}")


def _open(camera: int | None, frame_size: str | None, fps: float, broken: list[int]) -> Iterator[TimedFrame]:
    if camera is not None:
        return read_camera(camera)
    if frame_size is None:
        return read_mjpeg(sys.stdin.buffer, fps, broken.append)
    size = _SIZE.fullmatch(frame_size)
    if not size:
        raise UserError(f"--frame-size: expected WIDTHxHEIGHT such as 640x480; found {frame_size!r}")
    return read_raw(sys.stdin.buffer, int(size[1]), int(size[2]), fps)


def _show(change: ActionChange, labelling: Labelling, as_json: bool) -> None:
    scores = dict(zip(labelling.classes, change.probabilities, strict=True))
    best = max(scores, key=scores.__getitem__)
    if as_json:
        found = {label: scores[label] for label in change.labels}
        answer = {"labels": found, "best": best} if labelling.has_several else {"label": next(iter(found), None)}
        values = {"seconds": round(change.seconds, 3), **answer, "score": scores[best], "probabilities": scores}
        print(json.dumps(values), flush=True)
        return
    shown = [f"{escaped(label)}  {scores[label]:.3f}" for label in change.labels] or [f"-  {scores[best]:.3f}"]
    console.print(f"{change.seconds:9.2f} s  {'  '.join(shown)}", highlight=False)
