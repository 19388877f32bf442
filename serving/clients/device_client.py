"""Recognise the action in a video with a file that `clipgate export` wrote: .tflite or .onnx, of whole clips or of a stream.

    python -m serving.clients.device_client VIDEO --model action-1795337920.tflite [--start-seconds 2 --end-seconds 4]

Needs NumPy, OpenCV and a runtime (ai-edge-litert or onnxruntime), and nothing of clipgate but this folder: what is done to
the frames stands in the card beside the file. Of several views a clip (`sampling.views`) it takes the middle one. Copy it,
or port it.
"""

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from serving.clients import frames
from serving.clients.frames import Image

Tensors = dict[str, npt.NDArray[Any]]


def open_model(path: Path) -> Callable[[Tensors], Tensors]:
    """A function from a file's inputs to its outputs, by their names."""
    if path.suffix == ".tflite":
        try:
            from ai_edge_litert import interpreter as lite
        except ImportError:
            from tensorflow import lite  # where TensorFlow is installed anyway
        interpreter = lite.Interpreter(str(path))
        run = interpreter.get_signature_runner()
        return lambda inputs: run(**inputs)
    from onnxruntime import InferenceSession

    session = InferenceSession(str(path), providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return lambda inputs: dict(zip(names, session.run(names, inputs), strict=True))


def classify(model: Callable[[Tensors], Tensors], card: dict[str, Any], images: list[Image]) -> dict[str, float]:
    """Probability of each class, for images as `prepare` gives them."""
    pixels = np.stack(images).astype(np.float32)[np.newaxis]  # [1, num_frames, height, width, 3]
    name, state = card["input"]["name"], card["state"]
    if not state:
        answer = model({name: pixels})
    else:
        # A camera goes on like this for ever, with a frame at card["preprocessing"]["frames_per_second"].
        values = {tensor["name"]: np.zeros(tensor["shape"], tensor["dtype"]) for tensor in state}
        for index in range(pixels.shape[1]):
            answer = model({name: pixels[:, index : index + 1], **values})
            values = {tensor["name"]: answer[tensor["next"]] for tensor in state}
    return dict(zip(card["classes"], answer["probabilities"][0].tolist(), strict=True))


def read_frames(
    video: Path, facts: dict[str, Any], start: float = 0.0, end: float | None = None, box: frames.Box | None = None
) -> list[Image]:
    """The frames of a segment, in seconds, that the network sees: uint8 [height, width, 3], BGR; `box`: see `frames`."""
    frames.require_box(facts["sampling"], box)
    times, frame_seconds = frames.read_times(video)
    last = times[-1] + frame_seconds
    moments = choose_moments(facts, start, last if end is None else min(end, last), frame_seconds)
    images = frames.read_images(video, [frames.index_at(times, moment, start) for moment in moments])
    return frames.cropped(images, facts["sampling"], box)


def choose_moments(facts: dict[str, Any], start: float, end: float, frame_seconds: float) -> list[float]:
    """When the frames that the network sees are shown, in seconds: evenly spread over those that training stored."""
    stored, seen = facts["stored_frames"], facts["num_frames"]
    sampling = {**facts["sampling"], "num_frames": stored, "views": 1}
    step = sampling["step_seconds"] or (sampling["step_frames"] or 1) * frame_seconds
    step = None if sampling["method"] == "uniform" else step
    (moments,) = frames.choose_positions(sampling, start, end, frame_seconds, step)
    return [moments[min(int((index + 0.5) / seen * stored), stored - 1)] for index in range(seen)]


def prepare(image: Image, facts: dict[str, Any]) -> Image:
    """A frame, BGR, as the network takes it: RGB, uint8 [height, width, 3]."""
    jpeg = np.frombuffer(frames.encode_jpeg(frames.shrink(image, facts["short_side"]), facts["jpeg_quality"]), np.uint8)
    image = np.asarray(cv2.imdecode(jpeg, cv2.IMREAD_COLOR))[..., ::-1]
    size, target = np.array(image.shape[:2]), np.array([facts["clip_height"], facts["clip_width"]])
    scale = target / size
    if facts["resize"] != "stretch":
        scale[:] = scale.max() if facts["resize"] == "crop" else scale.min()
    rows, columns = map(_weights, size, target, scale, np.round((target - size * scale) / 2))
    fitted = np.einsum("yi,xj,ijc->yxc", rows, columns, image, optimize=True)
    top, left = (facts["clip_height"] - facts["height"]) // 2, (facts["clip_width"] - facts["width"]) // 2
    view = fitted[top : top + facts["height"], left : left + facts["width"]]
    return np.clip(np.round(view), 0, 255).astype(np.uint8)


def _weights(size: int, target: int, scale: float, translation: float) -> npt.NDArray[np.float64]:
    """How much each of `size` pixels counts for each of `target` ones: a triangle, wider where it shrinks; [target, size]."""
    centres = (np.arange(target) + 0.5 - translation) / scale
    distances = np.abs(np.arange(size) + 0.5 - centres[:, np.newaxis])
    weights = np.maximum(0, 1 - distances * min(1.0, scale))
    weights[(centres < 0) | (centres > size)] = 0  # black beside the image
    return weights / np.maximum(weights.sum(axis=1, keepdims=True), 1e-9)


def main() -> None:
    """Print the probabilities as JSON, the most probable class first, and where a clip may have several labels, these."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("video", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="a .tflite or .onnx file, its card beside it")
    parser.add_argument("--start-seconds", type=float, default=0.0)
    parser.add_argument("--end-seconds", type=float)
    parser.add_argument(
        "--box", type=float, nargs=4, metavar="SHARE", help="of a model of crops: x_min y_min x_max y_max"
    )
    arguments = parser.parse_args()
    card = json.loads(Path(f"{arguments.model}.json").read_text())
    facts = card["preprocessing"]
    images = read_frames(arguments.video, facts, arguments.start_seconds, arguments.end_seconds, arguments.box)
    probabilities = classify(open_model(arguments.model), card, [prepare(image, facts) for image in images])
    ranked = dict(sorted(probabilities.items(), key=lambda item: -item[1]))
    print(json.dumps(frames.answer(card, ranked), indent=2))


if __name__ == "__main__":
    main()
