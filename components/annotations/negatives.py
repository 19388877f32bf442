"""Placeholder until the next commit: no time is taken as background."""

from collections.abc import Sequence

from components.annotations.config import NegativesConfig


def background_spans(
    annotated: Sequence[tuple[float, float]], duration_seconds: float, video: str, config: NegativesConfig
) -> list[tuple[float, float]]:
    """None."""
    return []
