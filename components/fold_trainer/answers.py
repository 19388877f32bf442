"""Answers of models on clips of groups that they have not seen: the files of a FoldAnswers artifact. No TensorFlow here."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

FOLDS_FILE = "folds.json"
# In a pushed version, by clip: the id of the class that was chosen, or a list of them where clips have several labels.
CHOSEN_FILE = "assets.extra/fold_answers.json"


class Answer(NamedTuple):
    """What a model said of a clip that was held out of its training.

    Attributes:
      clip: its segment id; `video` and `group`: where it comes from.
      labels: what it is annotated as, and `known_labels`: of which it is known whether it has them; empty: of all.
      fold: counted from 0.
      scores: the probability of each class.
      thresholds: from which on the fold's model says that a clip has each class; of heads the best of each. Empty where a clip
        has one label.
    """

    clip: str
    video: str
    group: str
    labels: tuple[str, ...]
    fold: int
    scores: tuple[float, ...]
    thresholds: tuple[float, ...] = ()
    known_labels: tuple[str, ...] = ()

    @property
    def chosen(self) -> tuple[int, ...]:
        """The ids of the classes that the model chose: the most probable one, of equal ones the first, or by thresholds."""
        if self.thresholds:
            return tuple(
                number
                for number, (score, threshold) in enumerate(zip(self.scores, self.thresholds, strict=True))
                if score >= threshold
            )
        return (max(range(len(self.scores)), key=lambda number: (self.scores[number], -number)),)


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
    return [_answer(json.loads(line)) for line in lines]


def _answer(value: Mapping[str, Any]) -> Answer:
    lists = {name: tuple(each) for name, each in value.items() if isinstance(each, list)}
    return Answer(**{**value, **lists})


def write_chosen(model_dir: Path, answers: Iterable[Answer]) -> None:
    """Note with a version what its fold models chose, so that a later model can be compared on the same clips."""
    path = model_dir / CHOSEN_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    chosen = {answer.clip: answer.chosen if answer.thresholds else answer.chosen[0] for answer in answers}
    path.write_text(json.dumps(chosen) + "\n")


def read_chosen(model_dir: Path) -> dict[str, tuple[int, ...]] | None:
    """What the fold models of a version chose; None if its model was judged by clips that it had not learned from itself."""
    path = model_dir / CHOSEN_FILE
    if not path.is_file():
        return None
    chosen = json.loads(path.read_text())
    return {clip: tuple(ids) if isinstance(ids, list) else (ids,) for clip, ids in chosen.items()}
