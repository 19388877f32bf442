"""Measurements on the test split, or by folds, as the gate stores them: enough to judge again by other bars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, LostAnswers, Pairing

GATE_FILE = "gate.json"
# Beside it: for each class, the ids of the candidate's missed clips, and the class that each was taken for; where clips have
# several labels, the list of those that it was given, and clips that were given the class and have it not are there too. A
# class of which more were missed than the Evaluator keeps is not in it.
MISSES_FILE = "misses.json"

# Numbers by class that not every run has.
_BY_CLASS = ("thresholds", "calibration_errors", "average_precisions")


@dataclass(frozen=True)
class OnSharedClips:
    """The candidate's answers on the clips of which the last pushed model has answers on folds too."""

    candidate: ConfusionMatrix
    groups: GroupAnswers

    def as_json(self) -> dict[str, Any]:
        return {**self.candidate.as_json(), **self.groups.as_json()}

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "OnSharedClips":
        """The inverse of `as_json`."""
        return OnSharedClips(ConfusionMatrix.from_json(value), GroupAnswers.from_json(value))


@dataclass(frozen=True)
class Measurements:
    """Measurements of the candidate and of the models that it is compared with. None: no such model, or not measured.

    `baseline`: the last pushed model; `pairings`: counts for candidate and baseline, by class; `base`: the model that
    training began from; `single_frame`: a network that sees one frame; `groups`: the candidate's answers by group, and
    `baseline_groups` and `base_groups` those of these models; `lost`: answers that count for nothing.

    With answers on folds, `fold_of_group` has the fold of each of the `groups`. The baseline is then measured on the clips that
    both models have such answers of, and the candidate on these in `shared`. `not_compared`: why the baseline was not asked
    about any clip; it has no counts then.

    By class, where clips have several labels: `thresholds` of the candidate, `calibration_errors` of each class's probability,
    and `average_precisions`, which are measured with one label too if a bar asks for them. A class without clips has none.
    """

    candidate: ConfusionMatrix
    baseline: ConfusionMatrix | None = None
    base: ConfusionMatrix | None = None
    single_frame: ConfusionMatrix | None = None
    pairings: Mapping[str, Pairing] = field(default_factory=dict)
    calibration_error: float | None = None
    groups: GroupAnswers | None = None
    baseline_groups: GroupAnswers | None = None
    base_groups: GroupAnswers | None = None
    lost: LostAnswers | None = None
    fold_of_group: tuple[int, ...] = ()
    shared: OnSharedClips | None = None
    not_compared: str = ""
    thresholds: Mapping[str, float] = field(default_factory=dict)
    calibration_errors: Mapping[str, float] = field(default_factory=dict)
    average_precisions: Mapping[str, float] = field(default_factory=dict)

    @property
    def mean_average_precision(self) -> float | None:
        """Mean of the classes that have clips; None where it was not measured."""
        found = self.average_precisions.values()
        return sum(found) / len(found) if found else None

    @property
    def num_folds(self) -> int:
        """How many models gave the candidate's answers; 0: the candidate itself did."""
        return max(self.fold_of_group, default=-1) + 1

    @property
    def beside_baseline(self) -> tuple[ConfusionMatrix, GroupAnswers | None]:
        """The candidate on the clips that the baseline was measured on."""
        return (self.shared.candidate, self.shared.groups) if self.shared else (self.candidate, self.groups)

    def as_json(self) -> dict[str, Any]:
        """A JSON object. The candidate's classes and matrix are keys of the object itself."""
        others = {"baseline": self.baseline, "base": self.base, "single_frame": self.single_frame}
        by_group = {"groups": self.groups, "baseline_groups": self.baseline_groups, "base_groups": self.base_groups}
        return {
            **self.candidate.as_json(),
            **{name: matrix.as_json() if matrix else None for name, matrix in others.items()},
            "pairings": {label: pairing._asdict() for label, pairing in self.pairings.items()},
            "calibration_error": self.calibration_error,
            **{name: answers.as_json() if answers else None for name, answers in by_group.items()},
            "lost_answers": self.lost._asdict() if self.lost else None,
            **({"fold_of_group": self.fold_of_group} if self.fold_of_group else {}),
            **({"shared": self.shared.as_json()} if self.shared else {}),
            **({"not_compared": self.not_compared} if self.not_compared else {}),
            **{name: dict(values) for name in _BY_CLASS if (values := getattr(self, name))},
        }

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Measurements":
        """The inverse of `as_json`; other keys are ignored."""
        others: dict[str, Any] = {
            name: ConfusionMatrix.from_json(value[name]) if value[name] else None
            for name in ("baseline", "base", "single_frame")
        }
        by_class: dict[str, Any] = {name: value.get(name, {}) for name in _BY_CLASS}
        return Measurements(
            candidate=ConfusionMatrix.from_json(value),
            pairings={label: Pairing(**counts) for label, counts in value["pairings"].items()},
            calibration_error=value["calibration_error"],
            groups=_groups(value["groups"]),
            baseline_groups=_groups(value["baseline_groups"]),
            base_groups=_groups(value["base_groups"]),
            lost=LostAnswers.from_json(value["lost_answers"]) if value["lost_answers"] else None,
            fold_of_group=tuple(value.get("fold_of_group", ())),
            shared=OnSharedClips.from_json(value["shared"]) if "shared" in value else None,
            not_compared=value.get("not_compared", ""),
            **by_class,
            **others,
        )


def _groups(value: Mapping[str, Any] | None) -> GroupAnswers | None:
    return GroupAnswers.from_json(value) if value else None
