"""From a stored clip to what the network sees: a fixed view for evaluation and serving, random ones for training."""

from dataclasses import dataclass

import tensorflow as tf

from models.config import AugmentationConfig, ModelConfig


def centre_view(clips: tf.Tensor, config: ModelConfig) -> tf.Tensor:
    """Evenly spread frames, cropped at the centre; for any number of stored frames.

    Args:
      clips: uint8 [batch, time, clip_height, clip_width, 3].

    Returns:
      uint8 [batch, num_frames, height, width, 3].
    """
    num_stored = tf.shape(clips)[1]
    tf.debugging.assert_positive(num_stored, "a clip needs at least one frame")
    positions = (tf.range(config.num_frames, dtype=tf.float32) + 0.5) / config.num_frames
    indices = tf.minimum(tf.cast(positions * tf.cast(num_stored, tf.float32), tf.int32), num_stored - 1)
    top = (config.clip_height - config.height) // 2
    left = (config.clip_width - config.width) // 2
    view = tf.gather(clips, indices, axis=1)[:, :, top : top + config.height, left : left + config.width]
    return tf.ensure_shape(view, [None, config.num_frames, config.height, config.width, 3])


@dataclass(frozen=True)
class RandomView:
    """A random stretch of time, crop, mirror, brightness and contrast, the same for all frames of the clip.

    `protected_ids` are the classes that must not be mirrored.
    """

    model: ModelConfig
    augmentation: AugmentationConfig
    protected_ids: tuple[int, ...]

    def __call__(self, clip: tf.Tensor, label_id: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """One view of one clip; the same seed gives the same view.

        Args:
          clip: uint8 [time, clip_height, clip_width, 3].
          label_id: int64 scalar.
          seed: int64 [2].

        Returns:
          uint8 [num_frames, height, width, 3].
        """
        draws = tf.random.stateless_uniform([8], seed)
        view = tf.gather(clip, self._frame_indices(tf.shape(clip)[0], draws[:2], seed))
        view = self._crop(view, draws[2:4])
        if self.augmentation.flip:
            protected = tf.constant(self.protected_ids, tf.int64, shape=[len(self.protected_ids)])
            may_flip = tf.reduce_all(tf.not_equal(protected, label_id))
            view = tf.cond(may_flip & (draws[4] < 0.5), lambda: tf.reverse(view, axis=[2]), lambda: view)
        view = self._jitter(view, draws[5:7])
        return tf.ensure_shape(view, [self.model.num_frames, self.model.height, self.model.width, 3])

    def _frame_indices(self, num_stored: tf.Tensor, draws: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        """One frame from each of `num_frames` equal parts of a random stretch."""
        span = self.augmentation.min_time_span + draws[0] * (1 - self.augmentation.min_time_span)
        start = draws[1] * (1 - span)
        jitter = tf.random.stateless_uniform([self.model.num_frames], seed + 1)
        parts = (tf.range(self.model.num_frames, dtype=tf.float32) + jitter) / self.model.num_frames
        indices = tf.cast((start + parts * span) * tf.cast(num_stored, tf.float32), tf.int32)
        return tf.minimum(indices, num_stored - 1)

    def _crop(self, view: tf.Tensor, draws: tf.Tensor) -> tf.Tensor:
        height, width = self.model.height, self.model.width
        room = tf.constant([self.model.clip_height - height, self.model.clip_width - width])
        random = tf.minimum(tf.cast(draws * tf.cast(room + 1, tf.float32), tf.int32), room)
        top, left = tf.unstack(random if self.augmentation.crop else room // 2)
        return view[:, top : top + height, left : left + width]

    def _jitter(self, view: tf.Tensor, draws: tf.Tensor) -> tf.Tensor:
        if not (self.augmentation.brightness or self.augmentation.contrast):
            return view
        shift = (draws[0] * 2 - 1) * self.augmentation.brightness * 255
        gain = 1 + (draws[1] * 2 - 1) * self.augmentation.contrast
        values = tf.cast(view, tf.float32)
        centre = tf.reduce_mean(values)
        return tf.saturate_cast(tf.round((values - centre) * gain + centre + shift), tf.uint8)
