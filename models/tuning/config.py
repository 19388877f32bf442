"""The `tuner` section of the configuration: the values to try, and how to choose among them. No Keras here."""

import itertools
import math
import random
from collections.abc import Iterator, Mapping
from functools import cache, reduce
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    Tag,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from foundation.section import Section
from models.augmentation.config import AugmentationConfig
from models.config import ModelConfig
from models.training.config import TrainingConfig

Scalar = bool | int | float | str | None
Values = Mapping[str, Scalar]

NONE = "none"  # stands for null among the values of a trial, where KerasTuner allows only text and numbers
_DEFAULT_TRIALS = 10
_CHECKED_COMBINATIONS = 1000

# The other keys of `model` decide what Transform makes, which is made once for all trials.
_MODEL_KEYS = ("network", "preset", "num_frames")
_FIXED_TRAINING_KEYS = ("augmentation", "distribution", "cache_megabytes", "seed")
_FIXED_AUGMENTATION_KEYS = ("flip_protected",)


class Range(Section):
    """Numbers from `min` to `max`, both included."""

    min: float = Field(description="the least value")
    max: float = Field(description="the greatest value")
    step: float | None = Field(None, gt=0, description="distance between two values; with `log` their ratio")
    log: bool = Field(False, description="as many values from 0.001 to 0.01 as from 0.01 to 0.1")

    @model_validator(mode="after")
    def _has_values(self) -> "Range":
        if self.min >= self.max:
            raise ValueError(f"min must be below max; received {self.min:g} and {self.max:g}")
        if self.log and self.min <= 0:
            raise ValueError(f"log needs a min above 0; received {self.min:g}")
        if self.log and self.step is not None and self.step <= 1:
            raise ValueError(f"with log, step is a ratio above 1; received {self.step:g}")
        return self

    @property
    def values(self) -> tuple[float, ...] | None:
        """All values, in order; None if there is always another one between two."""
        if self.step is None:
            return None
        if self.log:
            steps = range(math.floor(math.log(self.max / self.min, self.step) + 1e-9) + 1)
            values = [self.min * self.step**i for i in steps]
        else:
            steps = range(math.floor((self.max - self.min) / self.step + 1e-9) + 1)
            values = [self.min + self.step * i for i in steps]
        return tuple(float(f"{value:.12g}") for value in values)


# Any type is allowed here, since the key's own section has a clearer message for a wrong value.
Choices = Annotated[tuple[Any, ...], Field(min_length=1)]
Candidates = Annotated[
    Annotated[Choices, Tag("choices")] | Annotated[Range, Tag("range")],
    Discriminator(lambda value: "range" if isinstance(value, (Mapping, Range)) else "choices"),
]


class TunerConfig(Section):
    """A search for the values with the lowest validation loss; the training that follows uses them."""

    search: Literal["grid", "random", "bayesian", "hyperband"] = Field(
        "random", description="how values are chosen among those of the space"
    )
    space: dict[str, Candidates] = Field(
        min_length=1, description="keys of `training` and `model`, each with a list of values or a range"
    )
    max_trials: int | None = Field(
        None, ge=1, description="default: 10 with random and bayesian, else all that the search consists of"
    )
    epochs: int | None = Field(
        None, ge=1, description="of a trial; with hyperband of those that come furthest; default: training.epochs"
    )
    factor: int = Field(
        3, ge=2, le=10, description="hyperband: the best of so many go on, for so many times the epochs"
    )
    seed: int = Field(0, description="of the values that are drawn")

    @field_validator("space")
    @classmethod
    def _values_fit_their_keys(cls, space: dict[str, Choices | Range]) -> dict[str, Choices | Range]:
        return {key: _check_candidates(key, candidates) for key, candidates in space.items()}

    @model_validator(mode="after")
    def _a_grid_is_finite(self) -> "TunerConfig":
        endless = [key for key in self.space if self.values(key) is None]
        if self.search == "grid" and endless:
            raise ValueError(f"a grid needs a list of values, or a range with a step, for {', '.join(endless)}")
        return self

    def values(self, key: str) -> tuple[Scalar, ...] | None:
        """All values of a key; None if it is a range without steps."""
        candidates = self.space[key]
        if not isinstance(candidates, Range):
            return candidates
        if not is_whole(key):
            return candidates.values
        if self.search == "grid" and candidates.step is None and not candidates.log:
            candidates = candidates.model_copy(update={"step": 1.0})
        values = candidates.values
        return None if values is None else tuple(dict.fromkeys(round(value) for value in values))

    @property
    def num_trials(self) -> int:
        """Number of trials at the most; the oracle counts those of hyperband."""
        if self.search == "grid":
            size = math.prod(len(self.values(key) or ()) for key in self.space)
            return min(size, self.max_trials or size)
        return self.max_trials or _DEFAULT_TRIALS

    def combinations(self) -> Iterator[Values]:
        """Combinations of values, of ranges their ends, to check before anything runs: all, or a thousand at random."""
        ends = {key: self.values(key) or _ends(key, self.space[key]) for key in self.space}
        if math.prod(map(len, ends.values())) <= _CHECKED_COMBINATIONS:
            for values in itertools.product(*ends.values()):
                yield dict(zip(ends, values, strict=True))
        else:
            draw = random.Random(0)
            for _ in range(_CHECKED_COMBINATIONS):
                yield {key: draw.choice(values) for key, values in ends.items()}


def assign(sections: Mapping[str, Any], values: Values) -> dict[str, Any]:
    """Copy of `sections`, which are dumps of `model`, `training` and others, with other `values` at their keys."""
    changed = dict(sections)
    for key, value in values.items():
        *path, name = key.split(".")
        section = changed
        for part in path:
            section[part] = dict(section[part])
            section = section[part]
        section[name] = None if value == NONE else value
    return changed


def trial_values(values: Values) -> Values:
    """The values of a trial without the oracle's notes."""
    return {key: value for key, value in values.items() if key in searchable()}


def describe(values: Values) -> str:
    """Text for people: `training.learning_rate 0.01, model.preset tiny`."""
    texts = {key: f"{value:.4g}" if isinstance(value, float) else value for key, value in values.items()}
    return ", ".join(f"{key} {text}" for key, text in texts.items())


@cache
def searchable() -> Mapping[str, Any]:
    """Keys that a space may name, and their pydantic fields."""
    fields = {f"model.{name}": ModelConfig.model_fields[name] for name in _MODEL_KEYS}
    for prefix, section, fixed in (
        ("training", TrainingConfig, _FIXED_TRAINING_KEYS),
        ("training.augmentation", AugmentationConfig, _FIXED_AUGMENTATION_KEYS),
    ):
        fields |= {f"{prefix}.{name}": field for name, field in section.model_fields.items() if name not in fixed}
    return fields


def is_whole(key: str) -> bool:
    return searchable()[key].annotation is int


def _check_candidates(key: str, candidates: Choices | Range) -> Choices | Range:
    if key not in searchable():
        raise ValueError(
            f"{key} cannot be searched; what can is {', '.join(_MODEL_KEYS)} of model, and of training all but "
            f"{', '.join((*_FIXED_TRAINING_KEYS[1:], *_FIXED_AUGMENTATION_KEYS))}"
        )
    field = searchable()[key]
    if isinstance(candidates, Range):
        if not {int, float} & {field.annotation, *get_args(field.annotation)}:
            raise ValueError(f"{key} is no number; give a list of values instead of a range")
        for end in (candidates.min, candidates.max):
            _parse(key, end)
        return candidates
    values = tuple(_parse(key, value) for value in candidates)
    if len(set(values)) != len(values):
        raise ValueError(f"{key} has a value twice; received {list(values)}")
    return values


def _parse(key: str, value: Scalar) -> Scalar:
    """The value as the key's section has it: YAML reads 1e-3 as text, and here it becomes 0.001."""
    field = searchable()[key]
    kind: Any = reduce(lambda annotation, bound: Annotated[annotation, bound], field.metadata, field.annotation)
    try:
        parsed: Scalar = TypeAdapter(kind, config=ConfigDict(allow_inf_nan=False)).validate_python(value)
    except ValidationError as error:
        raise ValueError(f"{key}: {error.errors()[0]['msg']}; found {value!r}") from None
    return parsed


def _ends(key: str, candidates: Range | Choices) -> tuple[Scalar, ...]:
    assert isinstance(candidates, Range)
    return tuple(_parse(key, end) for end in (candidates.min, candidates.max))
