"""Changes to the values of pixels: colours, blur and noise, with one set of parameters for all frames of a clip."""

import math

import tensorflow as tf

from models.augmentation.config import AugmentationConfig

# From RGB to brightness and two axes of colour (YIQ of the NTSC). To turn these two changes the hue, to scale them the
# saturation.
_RGB_TO_YIQ = ((0.299, 0.587, 0.114), (0.5959, -0.2746, -0.3213), (0.2115, -0.5227, 0.3112))


def change_values(frames: tf.Tensor, config: AugmentationConfig, seed: tf.Tensor) -> tf.Tensor:
    """Random colours, blur and noise: uint8 [time, height, width, 3] to the same. `seed`: int64 [2]."""
    if not any((config.brightness, config.contrast, config.saturation, config.hue, config.blur, config.noise)):
        return frames
    seeds = tf.random.experimental.stateless_split(seed, 3)
    values = _change_colours(tf.cast(frames, tf.float32), config, seeds[0])
    if config.blur:
        sigma = tf.random.stateless_uniform([], seeds[1]) * config.blur
        values = blur(values, sigma, radius=math.ceil(2 * config.blur))
    if config.noise:
        draws = tf.random.experimental.stateless_split(seeds[2], 2)
        sigma = tf.random.stateless_uniform([], draws[0]) * config.noise * 255
        values += sigma * tf.random.stateless_normal(tf.shape(values), draws[1])
    return tf.saturate_cast(tf.round(values), tf.uint8)


def _change_colours(values: tf.Tensor, config: AugmentationConfig, seed: tf.Tensor) -> tf.Tensor:
    signed = 2 * tf.random.stateless_uniform([4], seed) - 1
    shift = signed[0] * config.brightness * 255
    gain = 1 + signed[1] * config.contrast
    centre = tf.reduce_mean(values)
    values -= centre
    if config.saturation or config.hue:
        matrix = colour_matrix(1 + signed[2] * config.saturation, signed[3] * config.hue * 2 * math.pi)
        values = tf.linalg.matvec(matrix, values)
    return values * gain + (centre + shift)


def colour_matrix(saturation: tf.Tensor, angle: tf.Tensor) -> tf.Tensor:
    """The change of an RGB colour that scales its saturation and turns its hue by `angle` radians: float32 [3, 3].

    Brightness stays as it is, and so does grey.
    """
    to_yiq = tf.constant(_RGB_TO_YIQ)
    cosine, sine, zero, one = tf.cos(angle) * saturation, tf.sin(angle) * saturation, tf.zeros([]), tf.ones([])
    turn = tf.stack([tf.stack([one, zero, zero]), tf.stack([zero, cosine, -sine]), tf.stack([zero, sine, cosine])])
    return tf.linalg.inv(to_yiq) @ turn @ to_yiq


def blur(values: tf.Tensor, sigma: tf.Tensor, radius: int) -> tf.Tensor:
    """Gaussian blur of float32 [time, height, width, channels] with `sigma` and a kernel of 2 * `radius` + 1 pixels.

    The kernel is applied to rows, then to columns. Edges are continued by their mirror image.
    """
    offsets = tf.range(-radius, radius + 1, dtype=tf.float32)
    kernel = tf.nn.softmax(-(offsets**2) / (2 * tf.maximum(sigma, 1e-3) ** 2))
    for axis in (1, 2):
        padding = [[radius, radius] if i == axis else [0, 0] for i in range(4)]
        padded = tf.pad(values, padding, "SYMMETRIC")
        size = tf.shape(values)[axis]
        shifted = [tf.gather(padded, tf.range(i, i + size), axis=axis) for i in range(2 * radius + 1)]
        values = tf.add_n([weight * part for weight, part in zip(tf.unstack(kernel), shifted, strict=True)])
    return values
