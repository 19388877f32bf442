"""Numeric metadata of clips: the columns, how gaps are filled, and the names of their features. No TensorFlow here."""

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, Literal

from pydantic import Field, field_validator, model_validator

from foundation.section import Section

Imputation = Literal["mean", "median", "nearest"]

PCA_FEATURE = "metadata_pca"
VALUE_PREFIX = "meta_"
# Signatures with names that end so take numbers as inputs of their own.
WITH_METADATA = "_with_metadata"


class PcaConfig(Section):
    """Columns that are parts of one vector, such as an embedding, and how many principal components stand for it."""

    columns: tuple[str, ...] = Field(min_length=1, description="names of metadata, or patterns such as embedding_*")
    components: int = Field(ge=1, description="how many of them are kept")

    def select(self, columns: Sequence[str]) -> tuple[str, ...]:
        """The names among `columns` that fit, in their order.

        Raises:
          ValueError: a name or pattern fits none, or there are fewer columns than components.
        """
        for pattern in self.columns:
            if not fnmatch.filter(columns, pattern):
                raise ValueError(f"pca.columns: {pattern!r} fits no column of metadata; received {list(columns)}")
        selected = tuple(name for name in columns if any(fnmatch.fnmatchcase(name, one) for one in self.columns))
        if self.components > len(selected):
            raise ValueError(f"pca.components is {self.components}, but only {len(selected)} columns are selected")
        return selected


class MetadataConfig(Section):
    """Columns of numbers that the annotations give for each segment, and what stands in for one that is missing."""

    columns: tuple[str, ...] = ()
    imputation: Imputation = "mean"
    pca: PcaConfig | None = None

    @field_validator("columns")
    @classmethod
    def _columns_have_names_of_their_own(cls, columns: tuple[str, ...]) -> tuple[str, ...]:
        return check_columns(columns)

    @model_validator(mode="after")
    def _pca_has_columns(self) -> "MetadataConfig":
        if self.pca:
            self.pca.select(self.columns)
        return self


NO_METADATA = MetadataConfig()


@dataclass(frozen=True)
class Numbers:
    """What a network sees of a clip's metadata, one number after the other.

    First the values of `columns`, then `num_components` principal components of `component_columns`; then for each of the
    `columns` 1 if its value was imputed, otherwise 0, and, where there are components, the share of their columns that were.
    """

    columns: tuple[str, ...] = ()
    num_components: int = 0
    component_columns: tuple[str, ...] = ()

    @property
    def width(self) -> int:
        """How many numbers there are."""
        return self.num_values + len(self.columns) + bool(self.num_components)

    @property
    def num_values(self) -> int:
        """How many of them are values; the others are marks of what was imputed."""
        return len(self.columns) + self.num_components

    @property
    def sources(self) -> tuple[str, ...]:
        """The columns that the numbers come from."""
        return tuple(dict.fromkeys((*self.columns, *self.component_columns)))


NO_NUMBERS = Numbers()


def select_numbers(wanted: Sequence[str], metadata: MetadataConfig) -> Numbers:
    """What a network sees, by names or patterns of columns; `metadata_pca` stands for the principal components.

    Raises:
      ValueError: one fits nothing.
    """
    known = (*metadata.columns, *([PCA_FEATURE] if metadata.pca else []))
    for pattern in wanted:
        if not fnmatch.filter(known, pattern):
            if pattern == PCA_FEATURE:
                raise ValueError(f"metadata: {pattern} are the principal components, and there is no data.pca; add it")
            raise ValueError(f"metadata: {pattern!r} fits none of the columns in data.metadata; received {list(known)}")
    chosen = [name for name in known if any(fnmatch.fnmatchcase(name, pattern) for pattern in wanted)]
    columns = tuple(name for name in chosen if name in metadata.columns)
    if metadata.pca is None or PCA_FEATURE not in chosen:
        return Numbers(columns)
    return Numbers(columns, metadata.pca.components, metadata.pca.select(metadata.columns))


@dataclass(frozen=True)
class ColumnStatistics:
    """Of a column in the training split: mean, standard deviation, and what stands in for a gap."""

    mean: float
    deviation: float
    stand_in: float


@dataclass(frozen=True)
class NumbersCard:
    """The numbers that a trained network takes, and the statistics by which they are made of raw values.

    Attributes:
      columns: statistics of each of the sources.
      centre: means of the standardised component columns; `directions`: [component columns, components], the directions that
        they are projected on; `component_deviations`: standard deviations of the components. All of the training split.
    """

    numbers: Numbers
    columns: Mapping[str, ColumnStatistics]
    centre: tuple[float, ...] = ()
    directions: tuple[tuple[float, ...], ...] = ()
    component_deviations: tuple[float, ...] = ()

    @cached_property
    def inputs(self) -> dict[str, str]:
        """The column of each input that a signature has, by the input's name."""
        return {value_feature(column): column for column in self.numbers.sources}

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "NumbersCard":
        numbers = value["numbers"]
        return NumbersCard(
            Numbers(tuple(numbers["columns"]), numbers["num_components"], tuple(numbers["component_columns"])),
            {column: ColumnStatistics(**statistics) for column, statistics in value["columns"].items()},
            tuple(value["centre"]),
            tuple(map(tuple, value["directions"])),
            tuple(value["component_deviations"]),
        )


NO_CARD = NumbersCard(NO_NUMBERS, {})


def check_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Check that the features of `columns` can be told apart, and return the columns.

    Raises:
      ValueError: a column has no name, or two have names that differ only in characters that features cannot have.
    """
    column_of: dict[str, str] = {}
    for column in columns:
        if column == PCA_FEATURE:
            raise ValueError(
                f"a column cannot be called {column}, which stands for the principal components; rename it"
            )
        if not column.strip():
            raise ValueError(f"a column has no name; received {list(columns)}")
        other = column_of.get(value_feature(column))
        column_of[value_feature(column)] = column
        if other is not None:
            raise ValueError(
                f"the columns {other!r} and {column!r} would both become the feature {value_feature(column)}: only "
                "ASCII letters, digits and '_' are kept; rename one"
            )
    return columns


def value_feature(column: str) -> str:
    """Name of a feature with the number; in Examples it is absent in gaps, from Transform it comes standardised."""
    return f"{VALUE_PREFIX}{_clean(column)}"


def imputed_feature(column: str) -> str:
    """Name of a feature that is 1 where the number was imputed, otherwise 0."""
    return f"imputed_{_clean(column)}"


def _clean(column: str) -> str:
    # Keras allows no '/' in names, and SavedModel's signatures no blanks.
    return re.sub(r"[^A-Za-z0-9_]", "_", column)
