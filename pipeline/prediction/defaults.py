"""What a model's card says of windows, pace, and the class that is no action. Pure functions."""

import math
import statistics
from collections.abc import Sequence

from components.video.queues import Windows
from foundation.messages.errors import UserError
from models.export_info import ExportInfo

BACKGROUND = "background"
_MOST_LENGTHS = 4
_STEPS_A_WINDOW = 5


def choose_background(classes: Sequence[str], wanted: str | None) -> str | None:
    """The class that is no action: the wanted one, else `background`, the default of `negatives`, if the model has it.

    Raises:
      UserError: the model has no class of the wanted name.
    """
    if wanted is None:
        return BACKGROUND if BACKGROUND in classes else None
    if wanted not in classes:
        raise UserError(f"--background: the model has no class {wanted!r}; its classes are {', '.join(classes)}")
    return wanted


def choose_windows(
    info: ExportInfo, background: str | None, lengths: Sequence[float] = (), step_seconds: float | None = None
) -> Windows:
    """Windows of the `lengths` asked for; by default as long as the clips that the model was trained on.

    Where those differ, there are up to four lengths from the shortest to the longest, each at most twice the one before if four
    are enough. The step is a fifth of the shortest.

    Raises:
      UserError: the card does not say how long the training clips were.
    """
    chosen = sorted(set(lengths)) or _trained_lengths(info, background)
    return Windows(tuple(chosen), step_seconds or round(chosen[0] / _STEPS_A_WINDOW, 4))


def trained_pace(info: ExportInfo, background: str | None) -> float:
    """Frames a second at which the network learned: its frames, spread over a clip of median length.

    Raises:
      UserError: the card does not say how long the training clips were.
    """
    middles = [seconds[1] for label, seconds in info.clip_seconds.items() if label != background and seconds[1] > 0]
    if not middles:
        raise UserError("--pace is needed: the model's card does not say how long its training clips were")
    return float(info.model["num_frames"]) / statistics.median(middles)


def _trained_lengths(info: ExportInfo, background: str | None) -> list[float]:
    percentiles = [seconds for label, seconds in info.clip_seconds.items() if label != background and seconds[-1] > 0]
    if not percentiles:
        raise UserError("--window-seconds is needed: the model's card does not say how long its training clips were")
    shortest = min(max(low, middle / 2) for low, middle, _ in percentiles)
    longest = max(high for _, _, high in percentiles)
    num_lengths = min(_MOST_LENGTHS, 1 + math.ceil(math.log2(longest / shortest) - 0.1)) if longest > shortest else 1
    if num_lengths == 1:
        return [round(math.sqrt(shortest * longest), 3)]
    ratio = (longest / shortest) ** (1 / (num_lengths - 1))
    return [round(shortest * ratio**power, 3) for power in range(num_lengths)]
