"""Two models on the clips that both have answers on folds of."""

from components.evaluator.confusion import Pairing
from components.fold_trainer.answers import Answer
from components.model_gate.shared_clips import on_shared_clips

CLASSES, CLASSES_BEFORE = ("sit", "wave", "jump"), ("wave", "sit")


def answer(clip: str, group: str, label: str, chosen: str) -> Answer:
    scores = tuple(1.0 if each == chosen else 0.0 for each in CLASSES)
    return Answer(clip, f"{clip}.mp4", group, (label,), 0, scores)


ANSWERS = [
    answer("1", "ann", "sit", "sit"),
    answer("2", "ann", "sit", "wave"),
    answer("3", "bob", "wave", "wave"),
    answer("4", "cem", "jump", "sit"),
    answer("new", "dan", "sit", "sit"),
]


def test_clips_that_only_one_of_them_was_asked_about_are_left_out() -> None:
    found = on_shared_clips(
        ANSWERS, CLASSES, {"1": (1,), "2": (1,), "3": (1,), "4": (0,), "gone": (0,)}, CLASSES_BEFORE
    )
    assert found is not None
    assert found.candidate.candidate.counts == ((1, 1, 0), (0, 1, 0), (1, 0, 0))
    # Of its own classes only.
    assert found.baseline.counts == ((0, 1), (0, 2))
    assert found.pairings == {"sit": Pairing(1, 0, 1, 0), "wave": Pairing(0, 1, 0, 0)}


def test_both_have_the_same_groups_so_that_these_can_be_exchanged() -> None:
    found = on_shared_clips(ANSWERS, CLASSES, {"1": (1,), "3": (1,), "4": (0,)}, CLASSES_BEFORE)
    assert found is not None
    assert found.candidate.groups.groups == found.baseline_groups.groups == ("ann", "bob", "cem")


def test_without_a_common_clip_there_is_nothing_to_compare() -> None:
    assert on_shared_clips(ANSWERS, CLASSES, {"gone": (0,)}, CLASSES_BEFORE) is None


def test_clips_with_several_labels_are_paired_label_by_label() -> None:
    answers = [
        Answer("1", "1.mp4", "ann", ("jump", "sit"), 0, (0.9, 0.1, 0.9), (0.5, 0.5, 0.5)),
        Answer("2", "2.mp4", "bob", ("sit", "wave"), 0, (0.1, 0.9, 0.9), (0.5, 0.5, 0.5)),
    ]
    found = on_shared_clips(answers, CLASSES, {"1": (), "2": (0, 1)}, CLASSES_BEFORE)
    assert found is not None
    assert found.pairings == {"sit": Pairing(0, 1, 1, 0), "wave": Pairing(1, 0, 0, 0)}
    assert (found.candidate.candidate.num_right, found.baseline.num_right) == (1, 1)
    assert found.candidate.candidate.counts == ((1, 1, 2), (0, 1, 1), (1, 0, 1))
