"""Exports with clipgate's signatures that know a class by the mean brightness of its clip; each may have one fault."""

from pathlib import Path
from typing import Any

import tensorflow as tf

from models import features
from models.config import ModelConfig
from models.export_info import ExportInfo
from tests.models.clips import clip_example, draw_clip, encode_clip, write_examples

CLASSES = ("dark", "bright")
THRESHOLDS = {"dark": 0.25, "bright": 0.5}
NUM_STORED = 4


def write_clips(folder: Path, num_clips: int) -> Path:
    """Examples of clips of one size."""
    folder.mkdir()
    examples = [clip_example(CLASSES[i % 2], encode_clip(draw_clip(i % 3, seed=i))) for i in range(num_clips)]
    write_examples(folder / "data.gz", examples)
    return folder


def save_export(folder: Path, *, fault: str = "", without: tuple[str, ...] = (), several: bool = False) -> Path:
    """Write an export; its signatures but for those of `without`. `several`: a clip may have several labels.

    `fault`: `other weights` in predict_jpeg, `other classes`, `not finite` for JPEG clips without frames, `endless` for an
    empty batch of frames, of several labels `other thresholds` than the card's or `other choice` than follows, or none.
    """
    module = tf.Module()
    module.weight = tf.Variable(4.0)
    module.other = tf.Variable(5.0)

    def answer(brightness: Any, weight: Any = None) -> dict[str, Any]:
        scores = (brightness - 0.4) * (module.weight if weight is None else weight)  # [batch]
        logits = tf.stack([-scores, scores], axis=1)  # [batch, 2]
        probabilities = tf.sigmoid(logits) if several else tf.nn.softmax(logits)
        classes = tf.constant(CLASSES[::-1] if fault == "other classes" else CLASSES)
        return {
            "probabilities": probabilities,
            "label": tf.gather(tf.constant(CLASSES), tf.argmax(probabilities, axis=1)),
            "classes": tf.tile(classes[tf.newaxis], [tf.shape(brightness)[0], 1]),
            **(chosen(probabilities) if several else {}),
        }

    def chosen(probabilities: Any) -> dict[str, Any]:
        values = [0.3, 0.5] if fault == "other thresholds" else list(THRESHOLDS.values())
        thresholds = tf.tile(tf.constant([values]), [tf.shape(probabilities)[0], 1])
        reached = probabilities < thresholds if fault == "other choice" else probabilities >= thresholds
        return {"thresholds": thresholds, "chosen": reached}

    def of_jpegs(jpegs: Any) -> Any:
        if fault != "not finite":
            tf.debugging.assert_positive(tf.shape(jpegs)[1], "no frame")

        def mean(jpeg: Any) -> Any:
            image = tf.io.decode_jpeg(jpeg, channels=3, dct_method="INTEGER_ACCURATE")
            return tf.reduce_mean(tf.cast(image, tf.float32)) / 255

        means = tf.map_fn(mean, tf.reshape(jpegs, [-1]), fn_output_signature=tf.float32)
        return tf.reduce_mean(tf.reshape(means, tf.shape(jpegs)), axis=1)

    def wait_for_ever() -> Any:
        queue = tf.raw_ops.FIFOQueueV2(component_types=[tf.float32])  # into which nobody puts anything
        return tf.ensure_shape(tf.raw_ops.QueueDequeueV2(handle=queue, component_types=[tf.float32])[0], [])

    def of_examples(examples: Any) -> Any:
        spec = {features.FRAMES: tf.io.FixedLenFeature([NUM_STORED], tf.string)}
        return of_jpegs(tf.io.parse_example(examples, spec)[features.FRAMES])

    text = tf.TensorSpec([None], tf.string, name="examples")

    @tf.function(input_signature=[text])
    def serving_default(examples: Any) -> dict[str, Any]:
        return answer(of_examples(examples))

    @tf.function(input_signature=[text])
    def evaluate(examples: Any) -> dict[str, Any]:
        found = answer(of_examples(examples))
        return {name: found[name] for name in ("probabilities", *["thresholds"] * several)}

    @tf.function(input_signature=[tf.TensorSpec([None, None], tf.string, name="frames")])
    def predict_jpeg(frames: Any) -> dict[str, Any]:
        return answer(of_jpegs(frames), module.other if fault == "other weights" else None)

    @tf.function(input_signature=[tf.TensorSpec([None, None, None, None, 3], tf.uint8, name="frames")])
    def predict_frames(frames: Any) -> dict[str, Any]:
        tf.debugging.assert_positive(tf.size(frames) + tf.cast(tf.shape(frames)[0] == 0, tf.int32), "no pixels")
        brightness = tf.reduce_mean(tf.cast(frames, tf.float32), axis=[1, 2, 3, 4]) / 255
        result = answer(brightness)
        if fault == "endless":
            result["probabilities"] += tf.cond(tf.shape(frames)[0] < 1, wait_for_ever, lambda: 0.0)
        return result

    @tf.function(input_signature=[tf.TensorSpec([], tf.int32, name="num_streams")])
    def stream_init(num_streams: Any) -> dict[str, Any]:
        return {"total": tf.zeros([num_streams]), "seen": tf.zeros([num_streams])}

    state = {name: tf.TensorSpec([None], tf.float32, name=name) for name in ("total", "seen")}
    one = tf.TensorSpec([None, None, None, None, 3], tf.uint8, name="frames")

    @tf.function(input_signature=[{"frames": one, **state}])
    def stream_step(inputs: Any) -> dict[str, Any]:
        frames = inputs["frames"]
        tf.debugging.assert_positive(tf.shape(frames)[1], "no frame")
        means = tf.reduce_mean(tf.cast(frames, tf.float32), axis=[2, 3, 4]) / 255  # [batch, time]
        total = inputs["total"] + tf.reduce_sum(means, axis=1)
        seen = inputs["seen"] + tf.cast(tf.shape(frames)[1], tf.float32)
        return {**answer(total / seen), "total": total, "seen": seen}

    functions = (serving_default, evaluate, predict_jpeg, predict_frames, stream_init, stream_step)
    signatures = {f.python_function.__name__: f for f in functions}
    wanted = {name: function for name, function in signatures.items() if name not in without}
    tf.saved_model.save(module, str(folder), signatures=wanted)
    config = ModelConfig(num_frames=NUM_STORED, height=32, width=40, labels="several" if several else "one")
    card = ExportInfo(CLASSES, config.model_dump(mode="json"), {}, "", thresholds=THRESHOLDS if several else {})
    card.write(folder)
    return folder
