"""What was measured on frames, and by a trained network: numbers and small pictures, never the frames themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Bounds = tuple[float, float]  # start and end in seconds of the video
Curve = npt.NDArray[np.float64]
Vector = npt.NDArray[np.float32]

KEPT = (12, 8, 8)  # lowest frequencies of a fingerprint: time, height, width
NUM_LOOKS = 256  # numbers of each kind of a segment's looks: their mean, their drift, and how abruptly it comes
KINDS_OF_LOOKS = tuple(slice(kind * NUM_LOOKS, (kind + 1) * NUM_LOOKS) for kind in range(3))
NUM_BLOCKS, EDGES_OF_BLOCK = 16, 32  # of a background: 4 by 4 blocks of 4 by 4 cells with two directions


@dataclass(frozen=True)
class Fingerprint:
    """The lowest frequencies of a video: float32 [12, 8, 8], in two parts of length 1.

    After the three-dimensional DCT hash of Coskun, Sankur & Memon (Spatio-Temporal Transform Based Video Hashing, 2006),
    without its reduction to bits: cosines weigh what is strong, where bits of a still video would be those of its noise.

    Attributes:
      still: [64], what does not change in time: the scene.
      moving: [704], what does: the action.
    """

    still: Vector
    moving: Vector

    def mirrored(self) -> "Fingerprint":
        """That of the video with left and right exchanged: odd horizontal frequencies change their sign."""
        signs = np.where(np.arange(KEPT[2]) % 2, -1, 1).astype(np.float32)
        return Fingerprint(
            np.tile(signs, len(self.still) // KEPT[2]) * self.still,
            np.tile(signs, len(self.moving) // KEPT[2]) * self.moving,
        )


@dataclass(frozen=True)
class SegmentMeasures:
    """What was measured between the bounds of a segment.

    Attributes:
      bounds: exact also where the format counts frames.
      active: from when to when its own action moves something; None: nothing moves, or nothing is ever at rest.
      motion: mean change, grey levels a second.
      motion_inside: the share of the motion that lies in its boxes, 0 to 1; None: no boxes, or nothing moves.
      brightness, contrast: mean and standard deviation of the grey values, 0 to 1.
      descriptor: what the motion looks like; see `components.annotation_validator.measuring.descriptor`.
      pictures: JPEGs of the first, middle and last frame.
    """

    bounds: Bounds
    active: Bounds | None
    motion: float
    motion_inside: float | None
    brightness: float
    contrast: float
    descriptor: Vector
    pictures: tuple[bytes, ...]

    @property
    def rests(self) -> tuple[float, float]:
        """Seconds of rest before and after the action; 0 where these cannot be told."""
        active = self.active or self.bounds
        return active[0] - self.bounds[0], self.bounds[1] - active[1]


@dataclass(frozen=True)
class VideoMeasures:
    """What was measured of a video.

    Attributes:
      seconds, curve: float64 [num_changes], times and mean change over the frame, grey levels a second.
      fingerprint: what its copies have in common.
      segments: by segment id.
      background: float32 [16, 32], the edges of what stands still, in blocks of the frame; empty where nobody looked.
    """

    seconds: Curve
    curve: Curve
    fingerprint: Fingerprint
    segments: Mapping[str, SegmentMeasures] = field(default_factory=dict)
    background: Vector = field(default_factory=lambda: np.zeros((0, EDGES_OF_BLOCK), np.float32))


@dataclass(frozen=True)
class LabelScores:
    """What a trained model makes of a segment over time.

    Attributes:
      starts, ends: float64 [num_windows], seconds of the video, ascending; of windows of one length within the segment.
      probabilities: float32 [num_windows], of the segment's own label.
    """

    starts: npt.NDArray[np.float64]
    ends: npt.NDArray[np.float64]
    probabilities: npt.NDArray[np.float32]
