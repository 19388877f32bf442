"""How probabilities become labels. No TensorFlow here."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from models.export_info import ExportInfo
from models.heads import Heads, best_of_heads


@dataclass(frozen=True)
class Labelling:
    """What a model says of a clip: its most probable class, that of each head, or each class that reaches its threshold.

    `thresholds` are in the order of the classes; None where the most probable class is chosen. `heads`: ids of the classes of
    each field, where a clip has one label of each.
    """

    classes: tuple[str, ...]
    thresholds: tuple[float, ...] | None = None
    heads: Heads = field(default_factory=dict)

    @staticmethod
    def of(info: ExportInfo) -> "Labelling":
        """That of an exported model."""
        return Labelling.by(info.classes, info.thresholds, info.heads)

    @staticmethod
    def by(classes: tuple[str, ...], thresholds: Mapping[str, float], heads: Heads) -> "Labelling":
        """That of thresholds of all classes or of heads, if there are any of either."""
        labelling = Labelling(classes, heads=heads)
        return labelling.with_thresholds(thresholds) if thresholds else labelling

    def with_thresholds(self, thresholds: Mapping[str, float]) -> "Labelling":
        """With other thresholds of some classes; there must be one of each class then."""
        known = {**self.thresholds_by_class, **thresholds}
        return replace(self, thresholds=tuple(known[label] for label in self.classes))

    @property
    def has_several(self) -> bool:
        return self.thresholds is not None or bool(self.heads)

    @property
    def thresholds_by_class(self) -> dict[str, float]:
        """Empty where the most probable class is chosen."""
        return dict(zip(self.classes, self.thresholds or (), strict=self.thresholds is not None))

    def chosen(self, probabilities: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether a clip is said to have each class, of probabilities [..., classes]; thresholds are float32, as exported."""
        values: npt.NDArray[Any] = np.asarray(probabilities)
        if self.heads:
            return np.asarray(values >= best_of_heads(values, self.heads))
        if self.thresholds is None:
            return np.asarray(np.arange(len(self.classes)) == values.argmax(axis=-1)[..., np.newaxis])
        return np.asarray(values >= np.array(self.thresholds, np.float32))

    def labels(self, probabilities: npt.ArrayLike) -> tuple[str, ...]:
        """The labels of one clip, of probabilities [classes], the most probable first; of several perhaps none."""
        values: npt.NDArray[Any] = np.asarray(probabilities)
        is_chosen = self.chosen(values)
        return tuple(self.classes[index] for index in np.argsort(-values, kind="stable") if is_chosen[index])
