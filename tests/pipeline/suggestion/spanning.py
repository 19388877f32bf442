"""Spans to choose from."""

import numpy as np

from pipeline.suggestion.spans import Known, SeenSpan

CLASSES = ("sit", "fall", "walk")


def span(
    video: str = "a.mp4",
    probabilities: tuple[float, ...] = (0.4, 0.3, 0.3),
    features: tuple[float, ...] = (1.0, 0.0),
    *,
    start: float = 0.0,
    end: float = 1.0,
    group: str = "",
    disagreement: float = 0.0,
) -> SeenSpan:
    found = np.array(probabilities, np.float32), np.array(features, np.float32)
    return SeenSpan(video, group, start, end, *found, disagreement)


def known(
    *features: tuple[float, ...], rows: dict[str, int] | None = None, gaps: dict[str, str] | None = None
) -> Known:
    """`features`: of annotated spans."""
    return Known(CLASSES, [span(features=each) for each in features], rows or {}, gaps or {})
