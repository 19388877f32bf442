"""The `evaluation` section of the configuration, and the parts of the test split that it asks for.

Without TensorFlow, because the configuration is checked with it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from pydantic import Field, field_validator

from foundation.section import Section
from models.metadata import range_feature, range_in_words

_CLASS, _GROUP = "class", "group"

# Upper edges of the ranges that stand for a number, in its unit.
EDGES: Mapping[str, tuple[float, ...]] = {
    "duration": (1, 2, 4, 8, 16, 32),  # seconds
    "size": (240, 360, 480, 720, 1080),  # pixels of the shorter side
    "fps": (15, 24, 25, 30, 50, 60),
    "brightness": (0.2, 0.4, 0.6, 0.8),  # 0 to 1
    "motion": (0.01, 0.02, 0.05, 0.1),  # mean change between frames, 0 to 1
}

_NUMBERS: Mapping[str, Callable[[Mapping[str, float]], float]] = {
    # Stored as float32: without rounding, clips of two seconds were on both sides of two.
    "duration": lambda features: round(features["end_seconds"] - features["start_seconds"], 3),
    "size": lambda features: min(features["width"], features["height"]),
    "fps": lambda features: round(features["fps"], 3),
    "brightness": lambda features: features["brightness"],
    "motion": lambda features: features["motion"],
}
NUMERIC_FEATURES = ("start_seconds", "end_seconds", "width", "height", "fps", "brightness", "motion")

Cross = Annotated[tuple[str, ...], Field(min_length=2, max_length=2)]
Edges = Annotated[tuple[float, ...], Field(min_length=1)]


class EvaluationConfig(Section):
    """What is measured beyond what the gates need; of class, group and each column of metadata there always are slices."""

    slices: tuple[str | Cross, ...] = Field(
        ("duration", "motion"),
        description="class, group, a number of the clip, a column of data.metadata, or two of these",
    )
    ranges: dict[str, Edges] = Field(
        {}, description="other edges of the ranges of duration, size, fps, brightness, motion"
    )
    top_k: tuple[Annotated[int, Field(ge=2)], ...] = (5,)
    average_windows: bool = Field(
        False, description="one answer for each segment that was cut into windows: the mean of theirs"
    )
    train: bool = Field(False, description="evaluate the train split too, to compare; no gate looks at it")

    @field_validator("ranges")
    @classmethod
    def _ranges_are_of_numbers_and_ascend(cls, ranges: dict[str, Edges]) -> dict[str, Edges]:
        for name, edges in ranges.items():
            if name not in EDGES:
                raise ValueError(f"{name!r} is no number of a clip; there are {', '.join(EDGES)}")
            if list(edges) != sorted(set(edges)):
                raise ValueError(f"the edges of {name} must ascend; received {list(edges)}")
        return ranges

    def keys(self, metadata: Sequence[str]) -> list[tuple[str, ...]]:
        """The features whose values divide the clips, for each way to divide them; `metadata` are columns.

        Raises:
          ValueError: a name of `slices` is unknown.
        """
        wanted = (_CLASS, _GROUP, *metadata, *self.slices)
        crosses = [(part,) if isinstance(part, str) else part for part in wanted]
        return list(dict.fromkeys(tuple(self._feature(name, metadata) for name in names) for names in crosses))

    def _feature(self, name: str, metadata: Sequence[str]) -> str:
        if name in (_CLASS, _GROUP):
            return {_CLASS: "label", _GROUP: "group"}[name]
        if name in metadata:
            return range_feature(name)
        if name in EDGES:
            return _range_key(name, self.ranges.get(name, EDGES[name]))
        known = [_CLASS, _GROUP, *EDGES, *metadata]
        raise ValueError(f"{name!r} cannot be sliced by; there are {', '.join(known)}")


def _range_key(name: str, edges: Sequence[float]) -> str:
    """The edges are part of the name: it is all that reaches the workers, and what decides whether the cache holds."""
    return f"{name}:{','.join(f'{edge:g}' for edge in edges)}"


def range_value(key: str, features: Mapping[str, float]) -> str | None:
    """In which range a clip lies, in words; None if `key` is not of a range. `features`: NUMERIC_FEATURES of the clip."""
    name, separator, edges = key.partition(":")
    return range_in_words(_NUMBERS[name](features), [float(edge) for edge in edges.split(",")]) if separator else None
