"""What checks know of a video's frames: numbers and small pictures, never the frames themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from components.annotation_validator.measures.bounds import Bounds
from components.annotation_validator.measures.descriptor import Vector
from components.annotation_validator.measures.fingerprint import Fingerprint
from components.annotation_validator.measures.motion import Curve


@dataclass(frozen=True)
class SegmentMeasures:
    """What was measured between the bounds of a segment.

    Attributes:
      bounds: its start and end in seconds of the video, exact also where the format counts frames.
      active: from when to when its own action moves something; None: nothing moves, or nothing is ever at rest.
      motion: mean change, grey levels a second.
      motion_inside: the share of the motion that lies in its boxes, 0 to 1; None: no boxes, or nothing moves.
      brightness, contrast: mean and standard deviation of the grey values, 0 to 1.
      descriptor: what the motion looks like.
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


@dataclass(frozen=True)
class VideoMeasures:
    """What was measured of a video.

    Attributes:
      seconds, curve: float64 [num_changes], times and mean change over the frame, grey levels a second.
      fingerprint: what its copies have in common.
      segments: by segment id.
    """

    seconds: Curve
    curve: Curve
    fingerprint: Fingerprint
    segments: Mapping[str, SegmentMeasures] = field(default_factory=dict)


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
