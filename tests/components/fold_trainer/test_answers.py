"""The files of answers on folds, and what a pushed version keeps of them."""

from pathlib import Path

import pytest

from components.fold_trainer.answers import (
    Answer,
    Fold,
    Folds,
    answers_file,
    read_answers,
    read_chosen,
    read_folds,
    to_lines,
    write_chosen,
    write_folds,
)

ANSWERS = [
    Answer("1", "a b.mp4", "ann", ("sit",), 0, (0.1, 0.9)),
    Answer("2", "тест.mp4", "тест", ("wave",), 1, (0.5, 0.5)),
]
FOLDS = Folds(("sit", "wave"), (Fold(("ann",), ("тест",)), Fold(("тест",), ("ann",))))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_folds(tmp_path, FOLDS)
    for fold in (0, 1):
        (tmp_path / answers_file(fold)).write_text(to_lines(each for each in ANSWERS if each.fold == fold))
    assert read_folds(tmp_path) == FOLDS
    assert read_answers(tmp_path) == ANSWERS
    assert FOLDS.of_group == {"ann": 0, "тест": 1}


def test_a_version_keeps_what_was_chosen_of_equal_ones_the_first(tmp_path: Path) -> None:
    write_chosen(tmp_path, ANSWERS)
    assert read_chosen(tmp_path) == {"1": (1,), "2": (0,)}


def test_a_version_that_was_not_judged_by_folds_keeps_nothing(tmp_path: Path) -> None:
    assert read_chosen(tmp_path) is None


@pytest.mark.parametrize(("scores", "chosen"), [((0.2, 0.5, 0.3), 1), ((0.5, 0.5), 0), ((0.0, 0.0), 0)], ids=str)
def test_the_most_probable_class_is_chosen(scores: tuple[float, ...], chosen: int) -> None:
    assert Answer("1", "a.mp4", "ann", ("sit",), 0, scores).chosen == (chosen,)


def test_of_several_labels_each_class_is_chosen_that_reaches_its_threshold(tmp_path: Path) -> None:
    answers = [
        Answer("1", "a.mp4", "ann", ("sit", "wave"), 0, (0.5, 0.4), (0.5, 0.5)),
        Answer("2", "a.mp4", "ann", ("sit",), 0, (0.1, 0.2), (0.5, 0.5)),
    ]
    assert [answer.chosen for answer in answers] == [(0,), ()]
    write_chosen(tmp_path, answers)
    assert read_chosen(tmp_path) == {"1": (0,), "2": ()}
    write_folds(tmp_path, Folds(("sit", "wave"), (Fold(("ann",), ()),)))
    (tmp_path / answers_file(0)).write_text(to_lines(answers))
    assert read_answers(tmp_path) == answers
