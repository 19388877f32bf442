"""How much moves, where and when, whatever camera noise, flicker and exposure do."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from components.video.images import Frame

Curve = npt.NDArray[np.float64]

_FRAMES_AT_ONCE = 256
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

    def share_inside(self, boxes: Sequence[tuple[float, float, float, float] | None], margin: float) -> float | None:
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
            amount = np.abs(rate)
            left, top = (
                max(0, int(np.floor((edge - margin) * size)))
                for edge, size in zip(box[:2], (width, height), strict=True)
            )
            right, bottom = (
                int(np.ceil((edge + margin) * size)) for edge, size in zip(box[2:], (width, height), strict=True)
            )
            inside += float(amount[top:bottom, left:right].sum(dtype=np.float64))
            total += float(amount.sum(dtype=np.float64))
        return inside / total if total else None


def measure_motion(seconds: Curve, frames: Frame) -> Motion:
    """Motion between neighbouring frames.

    The light of each frame is fitted to that of the next by gain and offset (least squares over all pixels), so neither
    flicker nor automatic exposure moves anything. Noise is the video's own: the median change in its quietest frames.

    Args:
      seconds: float64 [num_frames], ascending presentation times.
      frames: uint8 [num_frames, height, width].
    """
    changes = light_free_changes(frames)
    medians = np.array([np.median(np.abs(change[::2, ::2])) for change in changes])
    sigma = max(_LEAST_SIGMA, float(np.quantile(medians, _QUIET_SHARE)) / _SIGMA_OF_MEDIAN) if len(medians) else 0.0
    spacing = np.maximum(np.diff(seconds), 1e-3)
    rates = np.empty(changes.shape, np.float32)
    for start in range(0, len(changes), _FRAMES_AT_ONCE):
        part = slice(start, start + _FRAMES_AT_ONCE)
        change = changes[part]
        excess = np.maximum(np.abs(change) - np.float32(_NUM_SIGMAS * sigma), 0)
        rates[part] = np.copysign(excess / spacing[part, None, None].astype(np.float32), change)
    return Motion((seconds[:-1] + seconds[1:]) / 2, rates)


def light_free_changes(frames: Frame) -> npt.NDArray[np.float32]:
    """Signed differences of neighbouring blurred frames, float32 [num_frames - 1, height, width], in grey levels."""
    num_changes = max(0, len(frames) - 1)
    changes = np.empty((num_changes, *frames.shape[1:]), np.float32)
    for start in range(0, num_changes, _FRAMES_AT_ONCE):
        part = frames[start : start + _FRAMES_AT_ONCE + 1]
        blurred = np.stack([cv2.GaussianBlur(frame, (3, 3), 0) for frame in part]).astype(np.float32)
        centred = blurred - blurred.mean(axis=(1, 2), keepdims=True)
        before, after = centred[:-1], centred[1:]
        variance = np.einsum("thw,thw->t", before, before)
        gain = np.einsum("thw,thw->t", before, after) / np.maximum(variance, 1e-6)
        changes[start : start + len(before)] = after - gain[:, None, None] * before
    return changes
