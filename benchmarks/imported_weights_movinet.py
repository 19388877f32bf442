"""Model Garden's MoViNets for streams with random weights, and what they say: what `benchmarks.imported_weights` compares with.

    python -m benchmarks.imported_weights_movinet FOLDER SIZE ...

Writes for each SIZE, such as a0: the checkpoint movinet_SIZE_stream/, the SavedModel movinet_SIZE_stream_saved/, and
movinet_SIZE_stream.npz with uint8 `clips_SHAPE` [clips, time, height, width, 3], `logits_SHAPE` of whole clips, and
`stream_SHAPE` [time, clips, classes], after each frame of a stream. And movinet.json, which tests/models/pretrained/ has too:
what a network of five classes says after each frame, whose weights and clips follow from formulas.
"""

import json
import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
import tf_keras
from official.projects.movinet.modeling import movinet, movinet_model

from models.pretrained.tf_checkpoint import read_checkpoint

# Time, height and width: even and odd.
SHAPES = ((6, 96, 96), (4, 61, 83))
_KINETICS_CLASSES = 600
_NOTED_CLASSES, _NOTED_SHAPES = 5, ((3, 32, 32), (4, 47, 33))


def build(size: str, num_classes: int = _KINETICS_CLASSES) -> tuple[Any, Any]:
    """The backbone and the classifier, as Model Garden's README builds them for its checkpoints."""
    backbone = movinet.Movinet(
        model_id=size,
        causal=True,
        conv_type="2plus1d",
        se_type="2plus3d",
        activation="hard_swish",
        gating_activation="hard_sigmoid",
        use_positional_encoding=False,
        use_external_states=True,
    )
    model = movinet_model.MovinetClassifier(backbone, num_classes=num_classes, output_states=True)
    model.build([1, 1, 32, 32, 3])
    return backbone, model


def randomize(model: Any) -> None:
    """Values as after a training, so that each of them matters."""
    rng = np.random.default_rng(0)
    for weight in model.weights:
        name = weight.name.rsplit("/", 1)[-1].partition(":")[0]
        if name in ("gamma", "moving_variance"):
            weight.assign(rng.uniform(0.5, 1.5, weight.shape))
        elif name in ("beta", "moving_mean", "bias"):
            weight.assign(rng.normal(0, 0.1, weight.shape))
        elif name == "scale":
            weight.assign(rng.uniform(0.3, 1.2, weight.shape))


def answers(model: Any, clips: Any) -> tuple[Any, Any]:
    """Logits of whole clips, and after each of their frames."""
    images = tf.cast(clips, tf.float32) / 255
    state = model.init_states(tf.shape(images))
    whole, _ = model({**state, "image": images})
    stream = []
    for frame in tf.split(images, images.shape[1], axis=1):
        logits, state = model({**state, "image": frame})
        stream.append(logits.numpy())
    return whole.numpy(), np.stack(stream)


def fill_by_formula(model: Any, names: list[str]) -> dict[str, Any]:
    """Values that follow from names and shapes; the tests have the same formula. Returns the shapes."""
    shapes = {}
    for number, name in enumerate(sorted(names)):
        weight = find(model, name)
        shape, kind = tuple(weight.shape), name.rpartition("/")[2]
        inputs = shape[:2] if kind == "depthwise_kernel" else shape[:-1]
        scale = np.sqrt(6 / np.prod(inputs)) if len(shape) > 1 else 0.3
        squares = 7 * (np.arange(int(np.prod(shape))) + number) ** 2
        scattered = (squares % 1009 / 504 - 1).reshape(shape)
        weight.assign((kind in ("gamma", "moving_variance", "_scale")) + scale * scattered)
        shapes[name] = shape
    return shapes


def find(part: Any, name: str) -> Any:
    """What has this name in a checkpoint of a model."""
    for step in name.split("/"):
        if step.startswith("layer_with_weights-"):
            part = weighted_layers(part)[int(step.rpartition("-")[2])]
        else:
            part = getattr(part, step)
    return part


@cache
def weighted_layers(model: Any) -> list[Any]:
    return [layer for layer in model.layers if layer.weights]


def note_down(folder: Path) -> None:
    """What the smallest network says of clips of a formula."""
    _, model = build("a0", _NOTED_CLASSES)
    checkpoint = tf.train.Checkpoint(model=model).write(str(folder / "noted"))
    shapes = fill_by_formula(model, list(read_checkpoint(Path(checkpoint))))
    stream = {}
    for shape in _NOTED_SHAPES:
        places = np.arange(int(np.prod(shape)) * 3).reshape(1, *shape, 3)
        stream["x".join(map(str, shape))] = answers(model, (places**2 % 251).astype(np.uint8))[1].tolist()
    (folder / "movinet.json").write_text(json.dumps({"shapes": shapes, "stream": stream}) + "\n")


def main() -> None:
    folder, *sizes = sys.argv[1:]
    rng = np.random.default_rng(1)
    note_down(Path(folder))
    for size in sizes:
        backbone, model = build(size)
        randomize(model)
        place = Path(folder, f"movinet_{size}_stream")
        tf.train.Checkpoint(model=model, backbone=backbone).save(str(place / "ckpt"))
        arrays = {}
        for shape in SHAPES:
            clips = rng.integers(0, 256, (1, *shape, 3), dtype=np.uint8)
            key = "x".join(map(str, shape))
            whole, stream = answers(model, clips)
            arrays |= {f"clips_{key}": clips, f"logits_{key}": whole, f"stream_{key}": stream}
        np.savez(f"{place}.npz", **arrays)
        tf_keras.models.save_model(model, f"{place}_saved")
        print(size, model.count_params(), tf.__version__, flush=True)


if __name__ == "__main__":
    main()
