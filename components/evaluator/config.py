"""The `evaluation` section of the configuration."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field, field_validator

from components.evaluator.slices import EDGES, column_key, number_key
from foundation.section import Section

_FEATURES = {"class": "label", "group": "group"}

Cross = Annotated[tuple[str, ...], Field(min_length=2, max_length=2)]
Edges = Annotated[tuple[float, ...], Field(min_length=1)]


class EvaluationConfig(Section):
    """Measurements beyond those of the gates. Class, group and each column of metadata always have slices."""

    slices: tuple[str | Cross, ...] = Field(
        ("duration", "motion"),
        description="class, group, a number of the clip, a column of data.metadata, or two of these",
    )
    ranges: dict[str, Edges] = Field(
        {},
        description="other edges of the ranges of duration, size, fps, brightness, motion, or of a column of data.metadata",
    )
    top_k: tuple[Annotated[int, Field(ge=2)], ...] = Field(
        (5,), description="how often the right class is among the first so many; only where there are more classes"
    )
    average_windows: bool = Field(
        False, description="one answer for each segment that was cut into windows: the mean of theirs"
    )
    folds: int | None = Field(
        None,
        ge=2,
        le=20,
        description="so many trainings, each without a fold of the groups, are judged by what they say of it, and the pushed "
        "model learns from train and test; default: the test split is judged",
    )
    train: bool = Field(False, description="evaluate the train split too, to compare; no gate looks at it")

    @field_validator("ranges")
    @classmethod
    def _edges_ascend(cls, ranges: dict[str, Edges]) -> dict[str, Edges]:
        for name, edges in ranges.items():
            if list(edges) != sorted(set(edges)):
                raise ValueError(f"the edges of {name} must ascend; received {list(edges)}")
        return ranges

    def keys(self, metadata: Sequence[str]) -> list[tuple[str, ...]]:
        """One entry for each way to slice the clips: the keys whose values tell the slices apart.

        Raises:
          ValueError: a name in `slices` or `ranges` is unknown.
        """
        numbers = (*EDGES, *metadata)
        for name in self.ranges:
            if name not in numbers:
                raise ValueError(
                    f"ranges: {name!r} is neither a number of a clip nor a column of data.metadata; there are "
                    f"{', '.join(numbers)}"
                )
        wanted = (*_FEATURES, *metadata, *self.slices)
        crosses = [(part,) if isinstance(part, str) else part for part in wanted]
        return list(dict.fromkeys(tuple(self._key(name, metadata) for name in names) for names in crosses))

    def _key(self, name: str, metadata: Sequence[str]) -> str:
        if name in _FEATURES:
            return _FEATURES[name]
        if name in metadata:
            return column_key(name, self.ranges.get(name))
        if name in EDGES:
            return number_key(name, self.ranges.get(name, EDGES[name]))
        known = ", ".join((*_FEATURES, *EDGES, *metadata))
        raise ValueError(f"slices: {name!r} cannot be sliced by; there are {known}")
