"""Numeric metadata of clips: the columns, how gaps are filled, and the names of their features. No TensorFlow here."""

import fnmatch
import re
from collections.abc import Sequence
from typing import Literal

from pydantic import Field, field_validator, model_validator

from foundation.section import Section

Imputation = Literal["mean", "median", "nearest"]

PCA_FEATURE = "metadata_pca"
VALUE_PREFIX = "meta_"


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


def check_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Check that the features of `columns` can be told apart, and return the columns.

    Raises:
      ValueError: a column has no name, or two have names that differ only in characters that features cannot have.
    """
    column_of: dict[str, str] = {}
    for column in columns:
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
