"""Random views of clips for training."""

from dataclasses import dataclass
from typing import NamedTuple

import tensorflow as tf

from models.augmentation.config import AugmentationConfig
from models.augmentation.geometry import Geometry, crop_images, draw_geometry, warp_boxes, warp_images
from models.augmentation.photometric import change_values
from models.augmentation.temporal import draw_frame_indices
from models.config import ModelConfig


class View(NamedTuple):
    """Random choices for one view of one clip."""

    frame_indices: tf.Tensor
    geometry: Geometry
    value_seed: tf.Tensor


@dataclass(frozen=True)
class RandomViews:
    """Draws views and applies them. `protected_ids` are the classes that must not be mirrored."""

    model: ModelConfig
    augmentation: AugmentationConfig
    protected_ids: tuple[int, ...]

    def draw(self, num_stored: tf.Tensor, label_id: tf.Tensor, seed: tf.Tensor) -> View:
        """A view of a clip with `num_stored` frames; the same seed gives the same view. `seed`: int64 [2].

        `label_id`: of the clip's label, int64, or 1 for each class that it has, int64 [classes].
        """
        seeds = tf.random.experimental.stateless_split(seed, 3)
        protected = tf.constant(self.protected_ids, tf.int64, shape=[len(self.protected_ids)])
        has_none = (
            tf.not_equal(protected, label_id) if label_id.shape.rank == 0 else tf.gather(label_id, protected) == 0
        )
        return View(
            draw_frame_indices(num_stored, self.model.num_frames, self.augmentation, seeds[0]),
            draw_geometry(self.model, self.augmentation, tf.reduce_all(has_none), seeds[1]),
            seeds[2],
        )

    def frames(self, clip: tf.Tensor, view: View) -> tf.Tensor:
        """Frames of a view: uint8 [time, clip_height, clip_width, 3] to [num_frames, height, width, 3]."""
        look = warp_images if self.augmentation.warps else crop_images
        height, width = self.model.height, self.model.width
        seen = look(tf.gather(clip, view.frame_indices), view.geometry, height, width)
        shaped = tf.ensure_shape(seen, [self.model.num_frames, height, width, clip.shape[-1]])
        return change_values(shaped, self.augmentation, view.value_seed)

    def boxes(self, boxes: tf.Tensor, validity: tf.Tensor, view: View) -> tuple[tf.Tensor, tf.Tensor]:
        """Boxes, float32 [time, 4], and their validity, float32 [time], as the view has them; see `warp_boxes`."""
        chosen = tf.gather(boxes, view.frame_indices), tf.gather(validity, view.frame_indices)
        return warp_boxes(*chosen, view.geometry, self.model)
