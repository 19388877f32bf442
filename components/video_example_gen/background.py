"""Background clips: stretches of a video in which nobody annotated an action."""

import math
from collections.abc import Sequence

from components.annotations.config import NegativesConfig
from components.annotations.splits.chance import unit_hash

Span = tuple[float, float]
# Sums of times are off by some bits, which shall not cost a clip.
_ROUNDING = 1e-9


def background_spans(annotated: Sequence[Span], shown: Span, video: str, config: NegativesConfig) -> list[Span]:
    """Up to `config.clips_per_video` spans of `config.clip_seconds`, apart from each other, in order.

    All that fit are taken if there are no more; else they are spread over the free time. Which ones they are depends on
    the seed, the video's name and the annotations only.

    Args:
      annotated: (start, end) of every annotated segment, in seconds; they may overlap.
      shown: when the video's first picture begins, and when its last one ends.
      video: path below the root.
      config: margin, length and number.
    """
    gaps = _free_gaps(annotated, shown, config.margin_seconds)
    places: list[Span] = []
    for start, end in gaps:
        num_clips = math.floor((end - start) / config.clip_seconds + _ROUNDING)
        # Where the gap is longer than its clips, they begin somewhere within the rest.
        rest = max(0.0, end - start - num_clips * config.clip_seconds)
        first = start + rest * unit_hash(f"{video}\n{len(places)}\nrest", config.seed)
        begins = [first + index * config.clip_seconds for index in range(num_clips)]
        places += [(begin, min(begin + config.clip_seconds, end)) for begin in begins]
    num_taken = min(config.clips_per_video, len(places))
    taken = []
    for index in range(num_taken):
        # One of each of `num_taken` equal parts of the places.
        low, high = index * len(places) // num_taken, (index + 1) * len(places) // num_taken
        taken.append(places[low + int((high - low) * unit_hash(f"{video}\n{index}\nplace", config.seed))])
    return taken


def _free_gaps(annotated: Sequence[Span], shown: Span, margin_seconds: float) -> list[Span]:
    gaps = []
    free_from, end_of_video = shown
    for start, end in sorted(annotated):
        if start - margin_seconds > free_from:
            gaps.append((free_from, min(start - margin_seconds, end_of_video)))
        free_from = max(free_from, end + margin_seconds)
    gaps.append((free_from, end_of_video))
    return [(start, end) for start, end in gaps if end > start]
