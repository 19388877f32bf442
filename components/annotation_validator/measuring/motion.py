"""How much moves, where and when, whatever camera noise, flicker and exposure do."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod

import cv2
import numpy as np
import numpy.typing as npt

from components.annotation_validator.inputs.measures import Curve
from components.annotations.records.boxes import Edges
from components.video.images import Frame

_SIGMA_OF_MEDIAN = 0.6745  # median of |x| for x of a standard normal distribution
_LEAST_SIGMA = 0.5
_NUM_SIGMAS = 3.0
_QUIET_SHARE = 0.2


@dataclass(frozen=True)
class Motion:
    """What changed from each frame to the next.

    Attributes:
      seconds: float64 [num_changes], the middle between the two frames.
      rates: float32 [num_changes, height, width], grey levels a second, brighter or darker; what noise explains is taken off,
        so that most are 0.
    """

    seconds: Curve
    rates: npt.NDArray[np.float32]

    def curve(self) -> Curve:
        """Mean over the frame: float64 [num_changes], grey levels a second."""
        return np.array([cv2.norm(rate, cv2.NORM_L1) / rate.size for rate in self.rates])

    def share_inside(self, boxes: Sequence[Edges | None], margin: float) -> float | None:
        """The share of the motion that lies in boxes.

        Args:
          boxes: x_min, y_min, x_max, y_max relative to the frame, for each change; None: it does not count.
          margin: added to each side, in shares of the frame.

        Returns:
          0 to 1; None where nothing moves.
        """
        height, width = self.rates.shape[1:]
        inside = total = 0.0
        for rate, box in zip(self.rates, boxes, strict=True):
            if box is None:
                continue
            left, top = (
                max(0, int(np.floor((edge - margin) * size)))
                for edge, size in zip(box[:2], (width, height), strict=True)
            )
            right, bottom = (
                int(np.ceil((edge + margin) * size)) for edge, size in zip(box[2:], (width, height), strict=True)
            )
            held = rate[top:bottom, left:right]
            inside += cv2.norm(held, cv2.NORM_L1) if held.size else 0.0
            total += cv2.norm(rate, cv2.NORM_L1)
        return inside / total if total else None


def measure_motion(seconds: Curve, frames: Frame) -> Motion:
    """Motion between neighbouring frames.

    The light of each frame is fitted to that of the next by gain and offset (least squares over all pixels), so neither
    flicker nor automatic exposure moves anything. Noise is the video's own: the median change in its quietest frames.

    Args:
      seconds: float64 [num_frames], ascending presentation times.
      frames: uint8 [num_frames, height, width].
    """
    rates = light_free_changes(frames)
    sampled = np.abs(rates[:, ::2, ::2])
    medians = np.median(sampled.reshape(len(sampled), prod(sampled.shape[1:])), axis=1)
    sigma = max(_LEAST_SIGMA, float(np.quantile(medians, _QUIET_SHARE)) / _SIGMA_OF_MEDIAN) if len(medians) else 0.0
    noise = np.float32(_NUM_SIGMAS * sigma)
    spacing = np.maximum(np.diff(seconds), 1e-3)
    # One frame at a time stays in the processor's cache, where all of them would go to memory and back at each step.
    noisy = np.empty(frames.shape[1:], np.float32)
    for rate, frame_seconds in zip(rates, spacing, strict=True):
        np.clip(rate, -noise, noise, out=noisy)
        np.subtract(rate, noisy, out=rate)
        rate /= np.float32(frame_seconds)
    return Motion((seconds[:-1] + seconds[1:]) / 2, rates)


def light_free_changes(frames: Frame) -> npt.NDArray[np.float32]:
    """Signed differences of neighbouring blurred frames, float32 [num_frames - 1, height, width], in grey levels."""
    changes = np.empty((max(0, len(frames) - 1), *frames.shape[1:]), np.float32)
    before = _centred(frames[0])
    for change, frame in zip(changes, frames[1:], strict=True):
        after = _centred(frame)
        gain = float(np.vdot(before, after)) / max(float(np.vdot(before, before)), 1e-6)
        cv2.scaleAdd(before, -gain, after, dst=change)
        before = after
    return changes


def _centred(frame: Frame) -> npt.NDArray[np.float32]:
    """The frame, blurred a little, less its mean."""
    blurred = cv2.GaussianBlur(frame, (3, 3), 0)
    values: npt.NDArray[np.float32] = blurred.astype(np.float32)
    values -= np.float32(cv2.mean(blurred)[0])
    return values
