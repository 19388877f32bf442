"""Stretches of videos as a model sees them, and the choice that is made of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class SeenSpan:
    """A stretch of a video, and what a model makes of it.

    Attributes:
      video: path below the folder of the videos.
      group: who or where; empty if nobody has told.
      probabilities: float32 [classes], mean over the clips of the span.
      features: float32 [width]; spans with near features look alike to the model.
      disagreement: how far its clips, and windows that share half of it, are from one answer: 0 to 1.
    """

    video: str
    group: str
    start_seconds: float
    end_seconds: float
    probabilities: Floats
    features: Floats
    disagreement: float = 0.0

    @property
    def crowd(self) -> str:
        """What teaches alike things: its group, or else the folder of its video."""
        return self.group or f"{PurePosixPath(self.video).parent}/"


def features_of(spans: Sequence[SeenSpan], width: int) -> Floats:
    """Features of all spans, float32 [spans, width], of none too."""
    return np.array([span.features for span in spans], np.float32).reshape(len(spans), width)


@dataclass(frozen=True)
class Known:
    """What is annotated, and what is missing.

    Attributes:
      classes: of the model, in the order of its probabilities.
      spans: annotated stretches, as far as they were looked at.
      num_annotated: annotated rows by class; empty if there are no annotations.
      gaps: what a gate misses of a class, in words, by class.
    """

    classes: tuple[str, ...]
    spans: Sequence[SeenSpan]
    num_annotated: Mapping[str, int] = field(default_factory=dict)
    gaps: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Suggestion:
    """A span to annotate: its most probable class, how much is expected of it, and why in a few words."""

    span: SeenSpan
    label: str
    probability: float
    score: float
    why: str
