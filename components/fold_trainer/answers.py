"""Answers of models on clips of groups that they have not seen: the files of a FoldAnswers artifact. No TensorFlow here."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

FOLDS_FILE = "folds.json"
# In a pushed version: the id of the class that was chosen, by clip.
CHOSEN_FILE = "assets.extra/fold_answers.json"


class Answer(NamedTuple):
    """What a model said of a clip that was held out of its training.

    Attributes:
      clip: its segment id; `video` and `group`: where it comes from.
      label: what it is annotated as.
      fold: counted from 0.
      scores: the probability of each class.
    """

    clip: str
    video: str
    group: str
    label: str
    fold: int
    scores: tuple[float, ...]


class Fold(NamedTuple):
    """The groups that a model was asked about, and those that it was trained on."""

    held_out: tuple[str, ...]
    trained_on: tuple[str, ...]


class Folds(NamedTuple):
    """All folds, in their order, and the classes in the order of the scores."""

    classes: tuple[str, ...]
    folds: tuple[Fold, ...]

    @property
    def of_group(self) -> dict[str, int]:
        """The fold in which each group was held out."""
        return {group: number for number, fold in enumerate(self.folds) for group in fold.held_out}


def answers_file(fold: int) -> str:
    """Name of the file with the answers on a fold, one JSON object a line."""
    return f"fold-{fold}.jsonl"


def to_lines(answers: Iterable[Answer]) -> str:
    """The content of a file of answers."""
    return "".join(json.dumps(answer._asdict()) + "\n" for answer in answers)


def write_folds(folder: Path, folds: Folds) -> None:
    content = {"classes": folds.classes, "folds": [fold._asdict() for fold in folds.folds]}
    (folder / FOLDS_FILE).write_text(json.dumps(content, indent=1) + "\n")


def read_folds(folder: Path) -> Folds:
    """The folds of an artifact."""
    content = json.loads((folder / FOLDS_FILE).read_text())
    folds = (Fold(tuple(each["held_out"]), tuple(each["trained_on"])) for each in content["folds"])
    return Folds(tuple(content["classes"]), tuple(folds))


def read_answers(folder: Path) -> list[Answer]:
    """The answers of all folds, one a clip."""
    numbers = range(len(read_folds(folder).folds))
    lines = (line for number in numbers for line in (folder / answers_file(number)).read_text().splitlines())
    return [Answer(**{**values, "scores": tuple(values["scores"])}) for values in map(json.loads, lines)]


def chosen_class(scores: Sequence[float]) -> int:
    """The id of the most probable class; of equally probable ones the first."""
    return max(range(len(scores)), key=lambda number: (scores[number], -number))


def write_chosen(model_dir: Path, answers: Iterable[Answer]) -> None:
    """Note with a version what its fold models chose, so that a later model can be compared on the same clips."""
    path = model_dir / CHOSEN_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({answer.clip: chosen_class(answer.scores) for answer in answers}) + "\n")


def read_chosen(model_dir: Path) -> dict[str, int] | None:
    """What the fold models of a version chose; None if its model was judged by clips that it had not learned from itself."""
    path = model_dir / CHOSEN_FILE
    return dict(json.loads(path.read_text())) if path.is_file() else None
