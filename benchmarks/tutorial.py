"""The recipe of a widespread tutorial on 3D CNNs for video classification, as something to compare with.

Ten frames a constant step apart from a random start, in training and in evaluation; 224x224 pixels, padded; a stem of 16
filters of 3x7x7 pixels, then residual blocks of 16, 32, 64 and 128 filters with layer normalisation, all factorised into space
and time, and halvings by bilinear scaling between them; Adam with a rate of 1e-4, batches of 8, no augmentation.

Source: https://www.tensorflow.org/tutorials/video/video_classification, its text; the code is not theirs.
"""

import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import keras
import numpy as np
import numpy.typing as npt
import tensorflow as tf
from keras import layers

Batch = tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]

NUM_FRAMES, SIZE, BATCH_SIZE, LEARNING_RATE = 10, 224, 8, 1e-4
STEP = 15  # of a video of at least six seconds


@dataclass(frozen=True)
class LabelledFrames:
    """Frames `first_frame` to before `end_frame` of a video, and the class that they show."""

    path: str
    first_frame: int
    end_frame: int
    label_id: int


def train(clips: Sequence[LabelledFrames], num_classes: int, cpu_seconds: float, seed: int) -> tuple[keras.Model, int]:
    """Train until this process has used `cpu_seconds` of all cores together; returns the network and the number of steps."""
    random.seed(seed)
    keras.utils.set_random_seed(seed)
    network = build(num_classes)
    network.compile(
        keras.optimizers.Adam(LEARNING_RATE),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=False,
    )
    ended = time.process_time() + cpu_seconds
    num_steps = 0
    for frames, labels in _batches(_shuffled_for_ever(clips), frame_step(clips)):
        if time.process_time() > ended:
            break
        network.train_on_batch(frames, labels)
        num_steps += 1
    return network, num_steps


def accuracy(network: keras.Model, clips: Sequence[LabelledFrames], step: int) -> float:
    """The share of clips that the network gets right, each seen from one random start."""
    hits = [
        network(frames, training=False).numpy().argmax(axis=1) == labels for frames, labels in _batches(clips, step)
    ]
    return float(np.concatenate(hits).mean())


def frame_step(clips: Sequence[LabelledFrames]) -> int:
    """The step that fits the median clip, but no more than the tutorial's own."""
    lengths = sorted(clip.end_frame - clip.first_frame for clip in clips)
    return max(1, min(STEP, lengths[len(lengths) // 2] // NUM_FRAMES))


def build(num_classes: int) -> keras.Model:
    """From frames, float32 [batch, 10, 224, 224, 3] in 0..1, to logits [batch, num_classes]."""
    frames = keras.Input((NUM_FRAMES, SIZE, SIZE, 3))
    x = _factorised(frames, 16, (3, 7, 7))
    x = layers.ReLU()(layers.BatchNormalization()(x))
    x = _scaled(x, SIZE // 2)
    for filters, size in ((16, SIZE // 4), (32, SIZE // 8), (64, SIZE // 16), (128, None)):
        x = _residual(x, filters)
        if size:
            x = _scaled(x, size)
    x = layers.GlobalAveragePooling3D()(x)
    return keras.Model(frames, layers.Dense(num_classes)(x))


def _factorised(x: keras.KerasTensor, filters: int, kernel: tuple[int, int, int]) -> keras.KerasTensor:
    x = layers.Conv3D(filters, (1, *kernel[1:]), padding="same")(x)
    return layers.Conv3D(filters, (kernel[0], 1, 1), padding="same")(x)


def _residual(x: keras.KerasTensor, filters: int) -> keras.KerasTensor:
    y = layers.ReLU()(layers.LayerNormalization()(_factorised(x, filters, (3, 3, 3))))
    y = layers.LayerNormalization()(_factorised(y, filters, (3, 3, 3)))
    if x.shape[-1] != filters:
        x = layers.LayerNormalization()(layers.Dense(filters)(x))
    return layers.Add()([x, y])


def _scaled(x: keras.KerasTensor, size: int) -> keras.KerasTensor:
    """Frames [batch, time, height, width, channels] scaled to `size`."""
    time_steps, channels = x.shape[1], x.shape[-1]
    folded = keras.ops.reshape(x, (-1, *x.shape[2:]))  # [batch * time, height, width, channels]
    return keras.ops.reshape(layers.Resizing(size, size)(folded), (-1, time_steps, size, size, channels))


def _shuffled_for_ever(clips: Sequence[LabelledFrames]) -> Iterator[LabelledFrames]:
    while True:
        yield from random.sample(clips, len(clips))


def _batches(clips: Iterator[LabelledFrames] | Sequence[LabelledFrames], step: int) -> Iterator[Batch]:
    frames, labels = [], []
    for clip in clips:
        frames.append(read(clip, step))
        labels.append(clip.label_id)
        if len(frames) == BATCH_SIZE:
            yield np.stack(frames), np.array(labels)
            frames, labels = [], []
    if frames:
        yield np.stack(frames), np.array(labels)


def read(clip: LabelledFrames, step: int) -> npt.NDArray[np.float32]:
    """Float32 [10, 224, 224, 3]: frames from a random start, black after the last one."""
    capture = cv2.VideoCapture(clip.path)
    needed = 1 + (NUM_FRAMES - 1) * step
    latest = max(clip.first_frame, clip.end_frame - needed)
    start = random.randint(clip.first_frame, latest)
    capture.set(cv2.CAP_PROP_POS_FRAMES, start)
    result = np.zeros((NUM_FRAMES, SIZE, SIZE, 3), np.float32)
    for number in range(NUM_FRAMES):
        for _ in range(step if number else 1):
            ok, frame = capture.read()
        if not ok or start + number * step >= clip.end_frame:
            break
        image = tf.image.convert_image_dtype(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB), tf.float32)
        result[number] = tf.image.resize_with_pad(image, SIZE, SIZE)
    return result
