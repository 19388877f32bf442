"""Requests to an exported model: real ones from the test split, and bad ones."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.serving_validator.served import AskedModel, Tensors
from models import features
from models.config import ModelConfig
from models.metadata import NO_CARD, WITH_METADATA, NumbersCard, imputed_feature
from models.views import centre_frames

SIGNATURES = ("serving_default", "predict_jpeg", "predict_frames")
STREAM_INIT, STREAM_STEP = "stream_init", "stream_step"

_START_OF_FRAME = b"\xff\xc0"  # of a baseline JPEG: marker, length (2 bytes), precision (1), height (2), width (2)
_LARGEST_JPEG = (65_500).to_bytes(2, "big")  # libjpeg's limit


class StoredClip(NamedTuple):
    """A clip of the test split: a serialized Example, its JPEGs, and these decoded to uint8 [time, height, width, 3].

    `numbers`: what stands in the Example for each input that takes numbers, NaN where nothing does.
    """

    example: bytes
    jpegs: tuple[bytes, ...]
    frames: npt.NDArray[np.uint8]
    numbers: Mapping[str, float]


def client_signatures(card: NumbersCard) -> tuple[str, ...]:
    """The signatures that clients use of every model, and those that take numbers if its network sees some."""
    taking_numbers = tuple(f"{name}{WITH_METADATA}" for name in SIGNATURES[1:]) if card.inputs else ()
    return SIGNATURES + taking_numbers


def read_clips(folder: Path, num_clips: int, card: NumbersCard = NO_CARD) -> list[StoredClip]:
    """The first clips of a split, in the order of its files."""
    files = sorted(str(path) for path in folder.glob("*.gz"))
    records = tf.data.TFRecordDataset(tf.constant(files, tf.string), "GZIP").take(num_clips)
    return [_clip(record, card) for record in records.as_numpy_iterator()]


def _clip(record: bytes, card: NumbersCard) -> StoredClip:
    found = tf.train.Example.FromString(record).features.feature
    jpegs = tuple(found[features.FRAMES].bytes_list.value)
    numbers = {name: next(iter(found[name].float_list.value), float("nan")) for name in card.inputs}
    # Decoded as the export decodes them: with the same pixels, the answers must be the same.
    frames = [tf.io.decode_jpeg(jpeg, channels=3, dct_method="INTEGER_ACCURATE").numpy() for jpeg in jpegs]
    return StoredClip(record, jpegs, np.stack(frames), numbers)


def as_told(signature: str, clip: StoredClip, card: NumbersCard) -> StoredClip:
    """A clip whose Example says of numbers what a request to the signature can say."""
    if signature == "serving_default":
        return clip
    example = tf.train.Example.FromString(clip.example)
    for name, column in card.inputs.items():
        example.features.feature.pop(imputed_feature(column), None)
        if not signature.endswith(WITH_METADATA):
            example.features.feature.pop(name, None)
    return clip._replace(example=example.SerializeToString(deterministic=True))


def request(signature: str, clips: Sequence[StoredClip]) -> Tensors:
    """The inputs of a signature, other than a stream's, for clips whose frames have one size."""
    if signature.endswith(WITH_METADATA):
        columns = {name: np.array([clip.numbers[name] for clip in clips], np.float32) for name in clips[0].numbers}
        return {**request(signature.removesuffix(WITH_METADATA), clips), **columns}
    if signature == "predict_frames":
        return {"frames": np.stack([clip.frames for clip in clips])}
    if signature == "predict_jpeg":
        return {"frames": _texts([list(clip.jpegs) for clip in clips])}
    return {"examples": _texts([clip.example for clip in clips])}


def ask(model: AskedModel, signature: str, clips: Sequence[StoredClip], config: ModelConfig) -> Tensors:
    """The answer for clips. A stream gets the frames that the network sees in two steps; its last answer counts."""
    if signature != STREAM_STEP:
        return model(signature, request(signature, clips))
    indices = centre_frames(tf.constant(len(clips[0].jpegs)), config).numpy()
    frames = np.stack([clip.frames[indices] for clip in clips])
    state = first_state(model, len(clips))
    answer: Tensors = {}
    for part in np.array_split(frames, min(2, len(indices)), axis=1):
        answer = model(STREAM_STEP, {"frames": part, **state})
        state = {name: answer[name] for name in state}
    return answer


def first_state(model: AskedModel, num_streams: int) -> Tensors:
    """The state of streams before their first frame."""
    return model(STREAM_INIT, {"num_streams": np.array(num_streams, np.int32)})


def many_clips(num_clips: int) -> Tensors:
    """A small request to `predict_frames` for many clips: each has one frame of 2 by 2 pixels, which the export enlarges."""
    return {"frames": np.random.default_rng(0).integers(0, 256, (num_clips, 1, 2, 2, 3), dtype=np.uint8)}


def warmup_requests(
    model: AskedModel, clip: StoredClip, signatures: Sequence[str], *, streams: bool
) -> dict[str, Tensors]:
    """One request with one clip for each signature that clients use."""
    requests = {signature: request(signature, [clip]) for signature in signatures if signature != STREAM_STEP}
    if streams:
        requests[STREAM_INIT] = {"num_streams": np.array(1, np.int32)}
        requests[STREAM_STEP] = {"frames": clip.frames[np.newaxis, :1], **first_state(model, 1)}
    return requests


def bad_requests(signature: str, clip: StoredClip) -> dict[str, Tensors]:
    """Bad requests that a client may send, by mistake or on purpose, named for people; a stream needs its state too."""
    time, height, width, _ = clip.frames.shape
    if signature.endswith(WITH_METADATA):
        good = request(signature, [clip])
        numbers = {name: good[name] for name in clip.numbers}
        of_frames = bad_requests(signature.removesuffix(WITH_METADATA), clip)
        bad: dict[str, Tensors] = {problem: {**inputs, **numbers} for problem, inputs in of_frames.items()}
        values = {
            "fewer numbers than clips": np.zeros(0, np.float32),
            "infinite numbers": np.full(1, np.inf, np.float32),
            "enormous numbers": np.full(1, -3e38, np.float32),
            "texts for numbers": _texts([b"1"]),
        }
        return bad | {problem: {**good, **dict.fromkeys(numbers, value)} for problem, value in values.items()}
    if signature == STREAM_STEP:
        frames = {
            "no stream": np.zeros((0, 1, height, width, 3), np.uint8),
            "zero frames": np.zeros((1, 0, height, width, 3), np.uint8),
            "more streams than states": np.zeros((2, 1, height, width, 3), np.uint8),
        }
        return {name: {"frames": value} for name, value in frames.items()}
    if signature == "predict_frames":
        arrays: dict[str, npt.NDArray[Any]] = {
            "an empty batch": np.zeros((0, time, height, width, 3), np.uint8),
            "zero frames": np.zeros((1, 0, height, width, 3), np.uint8),
            "frames without pixels": np.zeros((1, time, 0, 0, 3), np.uint8),
            "frames of four channels": np.zeros((1, time, height, width, 4), np.uint8),
            "one dimension too few": np.zeros((time, height, width, 3), np.uint8),
            "one dimension too many": np.zeros((1, 1, time, height, width, 3), np.uint8),
            "a single number": np.zeros((), np.uint8),
            "numbers of another type": np.zeros((1, time, height, width, 3), np.float32),
        }
        return {name: {"frames": value} for name, value in arrays.items()}
    if signature == "predict_jpeg":
        jpeg = clip.jpegs[0]
        texts = {
            "an empty batch": np.empty((0, time), object),
            "zero frames": np.empty((1, 0), object),
            "an empty string": _texts([[b""]]),
            "no image": _texts([[b"no image"]]),
            "half a JPEG": _texts([[jpeg[: len(jpeg) // 2]]]),
            "a JPEG that claims to be enormous": _texts([[_enormous(jpeg)]]),
            "one dimension too few": _texts([jpeg]),
            "numbers": np.zeros((1, time), np.float32),
        }
        return {name: {"frames": value} for name, value in texts.items()}
    texts = {
        "an empty batch": np.empty((0,), object),
        "an empty string": _texts([b""]),
        "no Example": _texts([b"no Example"]),
        "half an Example": _texts([clip.example[: len(clip.example) // 2]]),
        "one frame too few": _texts([features.make_example({features.FRAMES: clip.jpegs[1:] or [b""]})]),
        "frames that are no images": _texts([features.make_example({features.FRAMES: [b"no image"] * time})]),
        "one dimension too many": _texts([[clip.example]]),
    }
    return {name: {"examples": value} for name, value in texts.items()}


def _enormous(jpeg: bytes) -> bytes:
    size = jpeg.find(_START_OF_FRAME) + 5
    return jpeg[:size] + 2 * _LARGEST_JPEG + jpeg[size + 4 :]


def _texts(values: Sequence[Any]) -> npt.NDArray[Any]:
    # NumPy's own string type would lose trailing zero bytes.
    return np.array(values, dtype=object)
