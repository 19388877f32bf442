"""How probabilities become labels. No TensorFlow here."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from models.export_info import ExportInfo


@dataclass(frozen=True)
class Labelling:
    """What a model says of a clip: its most probable class, or each class whose probability reaches the class's threshold.

    `thresholds` are in the order of the classes; None where a clip has one label.
    """

    classes: tuple[str, ...]
    thresholds: tuple[float, ...] | None = None

    @staticmethod
    def of(info: ExportInfo) -> "Labelling":
        """That of an exported model."""
        return Labelling(info.classes).with_thresholds(info.thresholds) if info.thresholds else Labelling(info.classes)

    def with_thresholds(self, thresholds: Mapping[str, float]) -> "Labelling":
        """With other thresholds of some classes; there must be one of each class then."""
        known = {**self.thresholds_by_class, **thresholds}
        return replace(self, thresholds=tuple(known[label] for label in self.classes))

    @property
    def has_several(self) -> bool:
        return self.thresholds is not None

    @property
    def thresholds_by_class(self) -> dict[str, float]:
        """Empty where a clip has one label."""
        return dict(zip(self.classes, self.thresholds or (), strict=self.has_several))

    def chosen(self, probabilities: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether a clip is said to have each class, of probabilities [..., classes]; thresholds are float32, as exported."""
        values: npt.NDArray[Any] = np.asarray(probabilities)
        if self.thresholds is None:
            return np.asarray(np.arange(len(self.classes)) == values.argmax(axis=-1)[..., np.newaxis])
        return np.asarray(values >= np.array(self.thresholds, np.float32))

    def labels(self, probabilities: npt.ArrayLike) -> tuple[str, ...]:
        """The labels of one clip, of probabilities [classes], the most probable first; of several perhaps none."""
        values: npt.NDArray[Any] = np.asarray(probabilities)
        is_chosen = self.chosen(values)
        return tuple(self.classes[index] for index in np.argsort(-values, kind="stable") if is_chosen[index])
