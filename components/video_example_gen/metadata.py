"""Numeric metadata of segments to features, by what the rows of the training split hold."""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.impute import KNNImputer
from sklearn.preprocessing import StandardScaler

from foundation.messages.errors import UserError
from models.metadata import MetadataConfig, imputed_feature, value_feature

Row = Mapping[str, float]

_QUARTILES = (0.25, 0.5, 0.75)


class MetadataFeatures:
    """Writes the features of each row; fitted on the rows of the training split, once, and then used everywhere.

    A gap stays a gap unless `imputation` is `nearest`: then it becomes the mean of the column in the five training rows (or
    fewer, if no more have it) that are nearest in the columns that both have, each divided by its standard deviation.

    Attributes:
      quartiles: of each column in the training rows; those that are equal are one.
    """

    def __init__(self, config: MetadataConfig, train_rows: Iterable[Row]) -> None:
        """`train_rows`: numbers by column, gaps are absent keys.

        Raises:
          UserError: a column has no number in any of them.
        """
        self._config = config
        table = self._table(train_rows)  # [rows, columns]
        for column, is_empty in zip(config.columns, np.isnan(table).all(axis=0), strict=True):
            if is_empty:
                raise UserError(
                    f"data.metadata: no row of the train split has a number in the column {column!r}; "
                    "fill it in, or remove it from data.metadata"
                )
        self.quartiles: dict[str, list[float]] = {
            column: np.unique(np.nanquantile(values, _QUARTILES)).tolist()
            for column, values in zip(config.columns, table.T, strict=True)
        }
        if config.columns and config.imputation == "nearest":
            self._scaler = StandardScaler().fit(table)
            self._imputer = KNNImputer().fit(self._scaler.transform(table))

    def features_of(self, row: Row) -> dict[str, list[Any]]:
        """Values by the names of their features; see models/metadata.py."""
        if self._config.imputation != "nearest":
            return {value_feature(name): [row[name]] for name in self._config.columns if name in row}
        features: dict[str, list[Any]] = {}
        for column, number in zip(self._config.columns, self._fill(row), strict=True):
            features[value_feature(column)] = [number]
            features[imputed_feature(column)] = [float(column not in row)]
        return features

    def _fill(self, row: Row) -> list[float]:
        known = self._table([row])
        if not np.isnan(known).any():
            return list(known[0].tolist())
        filled = self._scaler.inverse_transform(self._imputer.transform(self._scaler.transform(known)))
        return list(np.where(np.isnan(known), filled, known)[0].tolist())

    def _table(self, rows: Iterable[Row]) -> npt.NDArray[np.float64]:
        columns = self._config.columns
        values = np.fromiter((row.get(column, np.nan) for row in rows for column in columns), np.float64)
        return values.reshape(values.size // max(1, len(columns)), len(columns))
