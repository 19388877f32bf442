"""What was measured on the test split, as the gate stores it: enough to judge again by other bars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from components.evaluator.confusion import ConfusionMatrix, Pairing

GATE_FILE = "gate.json"


@dataclass(frozen=True)
class Measurements:
    """Of the candidate, and of the models that it is compared with. None: there is none, or it was not measured.

    `baseline` is the last pushed model, `pairings` are with it, by class; `base` is what training began from;
    `single_frame` a network that sees one frame.
    """

    candidate: ConfusionMatrix
    baseline: ConfusionMatrix | None = None
    base: ConfusionMatrix | None = None
    single_frame: ConfusionMatrix | None = None
    pairings: Mapping[str, Pairing] = field(default_factory=dict)
    calibration_error: float | None = None

    def as_json(self) -> dict[str, Any]:
        """As a JSON object. The candidate's classes and matrix stand in it without a name before them."""
        others = {"baseline": self.baseline, "base": self.base, "single_frame": self.single_frame}
        return {
            **_matrix_as_json(self.candidate),
            **{name: _matrix_as_json(matrix) if matrix else None for name, matrix in others.items()},
            "pairings": {label: pairing._asdict() for label, pairing in self.pairings.items()},
            "calibration_error": self.calibration_error,
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Measurements":
        """The inverse of `as_json`; other keys are not looked at."""
        others = {
            name: _matrix_from_json(value[name]) if value[name] else None
            for name in ("baseline", "base", "single_frame")
        }
        return Measurements(
            candidate=_matrix_from_json(value),
            pairings={label: Pairing(**counts) for label, counts in value["pairings"].items()},
            calibration_error=value["calibration_error"],
            **others,
        )


def _matrix_as_json(matrix: ConfusionMatrix) -> dict[str, Any]:
    return {"classes": matrix.classes, "confusion_matrix": matrix.counts}


def _matrix_from_json(value: Mapping[str, Any]) -> ConfusionMatrix:
    return ConfusionMatrix(tuple(value["classes"]), tuple(map(tuple, value["confusion_matrix"])))
