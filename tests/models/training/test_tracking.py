"""Training a tracker: boxes go where views take their frames, and the network finds them."""

import json
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from foundation.messages.errors import UserError
from models.augmentation.config import AugmentationConfig
from models.config import ModelConfig
from models.data import ClipSource
from models.iou import iou
from models.metadata import NO_METADATA
from models.networks.build import build_network
from models.networks.outputs import outputs_of
from models.trainer import train as train_job
from models.training.batches import Batches
from models.training.job import Job
from models.training.losses import box_losses, clip_losses
from tests.models.clips import CLASSES, NUM_STORED, clip_example, draw_clip, encode_clip, linear_tracker, write_examples
from tests.models.training.fitting import PLAIN, train, training_config

ONE_WORKER = tf.distribute.InputContext()
VALIDITY = [1.0, 1.0, 0.0, 0.5]


def bar_example(label_id: int, seed: int) -> bytes:
    """A bright bar, and the box around it in all frames but the third; that of the fourth is imputed."""
    left = (1 + label_id) * 56 // 5
    box = [left / 56, 0.0, (left + 11) / 56, 1.0]
    jpegs = encode_clip(draw_clip(label_id, seed))
    return clip_example(CLASSES[label_id], jpegs, boxes=box * NUM_STORED, box_valid=VALIDITY)


@pytest.fixture(scope="module")
def bars(
    transform: tft.TFTransformOutput, model_config: ModelConfig, tmp_path_factory: pytest.TempPathFactory
) -> ClipSource:
    """Eight clips of bars with their boxes."""
    examples = [bar_example(label_id, seed) for seed, label_id in enumerate((0, 1, 2, 0, 1, 2, 0, 1))]
    path = write_examples(tmp_path_factory.mktemp("bars") / "bars.gz", examples)
    config = model_config.model_copy(update={"network": "cnn_gru_tracker", "num_frames": 4})
    return ClipSource([path], transform, config)


def assert_around_bars(frames: np.ndarray, boxes: np.ndarray) -> None:
    """The columns inside of a box are the bright ones."""
    width = frames.shape[2]
    is_bright = frames.mean(axis=(1, 3)) > 120  # [time, width]
    for columns, (x_min, _, x_max, _) in zip(is_bright, boxes * width, strict=True):
        found = np.nonzero(columns)[0]
        assert found[0] == pytest.approx(x_min, abs=1.5)
        assert found[-1] + 1 == pytest.approx(x_max, abs=1.5)


@pytest.mark.parametrize(
    "augmentation",
    [
        PLAIN,
        PLAIN.model_copy(update={"crop": True, "flip": True}),
        AugmentationConfig(zoom=0.2, shift=0.05, brightness=0),
    ],
    ids=["plain", "crop and mirror", "warp"],
)
def test_boxes_of_a_training_batch_are_around_what_they_were_drawn_around(
    bars: ClipSource, augmentation: AugmentationConfig
) -> None:
    batches = Batches(bars, bars, CLASSES, training_config(augmentation=augmentation))
    frames, targets, boxes, validity = (x.numpy() for x in next(iter(batches.training_batches(0, ONE_WORKER))))
    assert (frames.shape, targets.shape) == ((4, 4, 32, 40, 3), (4, 3))
    assert (boxes.shape, validity.shape) == ((4, 4, 4), (4, 4))
    for clip, edges, valid in zip(frames, boxes, validity, strict=True):
        assert (edges[valid == 0] == 0).all()
        assert_around_bars(clip[valid > 0], edges[valid > 0])


def test_boxes_of_the_evaluation_are_around_what_the_centre_view_shows(bars: ClipSource) -> None:
    batches = Batches(bars, bars, CLASSES, training_config(batch_size=3))
    *_, last = batches.evaluation_batches(ONE_WORKER)
    frames, targets, boxes, validity = (x.numpy() for x in last)
    assert validity.tolist() == [VALIDITY, VALIDITY, [0] * 4]  # the batch is filled up with a black clip
    assert targets[2].tolist() == [0, 0, 0]
    for clip, edges, valid in zip(frames[:2], boxes, validity, strict=False):
        assert_around_bars(clip[valid > 0], edges[valid > 0])


def test_a_network_that_is_no_tracker_gets_no_boxes(bars: ClipSource) -> None:
    plain = ClipSource(bars.patterns, bars.transform, bars.model.model_copy(update={"network": "cnn_gru"}))
    batches = Batches(plain, plain, CLASSES, training_config())
    assert len(batches.evaluation_batches(ONE_WORKER).element_spec) == 2
    assert len(batches.training_batches(0, ONE_WORKER).element_spec) == 2


def test_a_tracker_learns_classes_and_boxes_and_its_history_tells(bars: ClipSource, tmp_path: Path) -> None:
    fitted = train(bars, linear_tracker, tmp_path, epochs=50, learning_rate=0.05)
    first, last = fitted.history[0], fitted.history[-1]
    assert last["loss"] < first["loss"] / 2
    assert last["val_accuracy"] == 1
    assert first["val_mean_iou"] < 0.5 < 0.7 < last["val_mean_iou"] <= 1
    assert 0.7 < last["mean_iou"] <= 1


def test_mean_iou_and_loss_weigh_each_frame_with_the_validity_of_its_box(bars: ClipSource, tmp_path: Path) -> None:
    fitted = train(bars, linear_tracker, tmp_path, epochs=1, box_loss_weight=3)
    network = linear_tracker(bars.model)
    network.set_weights(fitted.weights)
    batches = Batches(bars, bars, CLASSES, training_config()).evaluation_batches(ONE_WORKER)
    found = [(outputs_of(network, clips, training=False), *rest) for clips, *rest in batches]
    ious = np.concatenate([iou(boxes, outputs.boxes) for outputs, _, boxes, _ in found])
    expected = np.average(ious, weights=np.tile(VALIDITY, [8, 1]))
    assert fitted.history[0]["val_mean_iou"] == pytest.approx(expected, rel=1e-4)
    losses = [
        clip_losses(targets, outputs.logits, 0) + 3 * box_losses(boxes, outputs.boxes, validity)
        for outputs, targets, boxes, validity in found
    ]
    assert fitted.history[0]["val_loss"] == pytest.approx(np.mean(np.concatenate(losses)), rel=1e-4)


@pytest.mark.parametrize("cell", ["lstm", "gru"])
def test_a_step_lowers_the_loss_of_boxes(bars: ClipSource, cell: str) -> None:
    keras.utils.set_random_seed(0)
    config = bars.model.model_copy(update={"network": f"cnn_{cell}_tracker", "num_frames": 4})
    network = build_network(config, num_classes=len(CLASSES), dropout=0)
    clips, _, boxes, validity = next(
        iter(Batches(bars, bars, CLASSES, training_config()).evaluation_batches(ONE_WORKER))
    )
    optimizer = keras.optimizers.SGD(0.01)
    losses = []
    for _ in range(2):
        with tf.GradientTape() as tape:
            predicted = outputs_of(network, clips, training=True).boxes
            loss = tf.reduce_mean(box_losses(boxes, predicted, validity))
        losses.append(float(loss))
        weights = [weight for weight in network.trainable_variables if not weight.path.startswith("logits")]
        optimizer.apply(tape.gradient(loss, [weight.value for weight in weights]), weights)
    assert losses[1] < losses[0]


@pytest.mark.parametrize("split", ["train", "eval"])
def test_data_without_boxes_are_refused_before_training(bars: ClipSource, tmp_path: Path, split: str) -> None:
    jpegs = encode_clip(draw_clip(0, seed=0))
    bare = write_examples(tmp_path / "bare.gz", [clip_example("walk", jpegs, box_valid=[0.0] * NUM_STORED)] * 2)
    files = {"train": bars.patterns, "eval": bars.patterns} | {split: [bare]}
    job = Job(
        train_files=tuple(files["train"]),
        eval_files=tuple(files["eval"]),
        transform_output=bars.transform.transform_savedmodel_dir.rpartition("/")[0],
        serving_model_dir=str(tmp_path / "model"),
        model_run_dir=str(tmp_path / "run"),
        base_model=None,
        config={
            "model": bars.model.model_dump_json(),
            "training": training_config().model_dump_json(),
            "classes": json.dumps(CLASSES),
            "metadata": NO_METADATA.model_dump_json(),
        },
    )
    with pytest.raises(UserError, match=rf"no clip of the {split} split has any\. Annotate .* or choose cnn_gru$"):
        train_job(job)
