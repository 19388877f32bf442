"""Probabilities become labels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from models.export_info import ExportInfo
from models.labelling import Labelling

CLASSES = ("walk", "jump", "sit")
THRESHOLDS = {"sit": 0.9, "walk": 0.5, "jump": 0.3}

share = st.floats(0, 1, width=32)
clips = hnp.arrays(np.float32, st.tuples(st.integers(1, 5), st.just(3)), elements=share)


@given(clips)
def test_one_label_is_the_most_probable_class(probabilities: np.ndarray) -> None:
    labelling = Labelling.of(ExportInfo(CLASSES, {}, {}, "key"))
    assert labelling.chosen(probabilities).sum(axis=1).tolist() == [1] * len(probabilities)
    for clip in probabilities:
        assert labelling.labels(clip) == (CLASSES[int(clip.argmax())],)


@given(clips, st.tuples(share, share, share))
def test_several_labels_are_those_that_reach_their_thresholds(
    probabilities: np.ndarray, thresholds: tuple[float, float, float]
) -> None:
    labelling = Labelling(CLASSES, thresholds)
    np.testing.assert_array_equal(labelling.chosen(probabilities), probabilities >= np.float32(thresholds))
    # As JSON has them.
    np.testing.assert_array_equal(labelling.chosen(probabilities.tolist()), labelling.chosen(probabilities))


@given(hnp.arrays(np.float32, 3, elements=share))
def test_labels_are_in_the_order_of_their_probabilities(probabilities: np.ndarray) -> None:
    scores = dict(zip(CLASSES, probabilities.tolist(), strict=True))
    found = [scores[label] for label in Labelling(CLASSES, (0.0, 0.0, 0.0)).labels(probabilities)]
    assert found == sorted(scores.values(), reverse=True)


def test_thresholds_are_those_of_the_card_whatever_its_order_and_may_be_replaced() -> None:
    labelling = Labelling.of(ExportInfo(CLASSES, {}, {}, "key", thresholds=THRESHOLDS))
    assert labelling.thresholds == (0.5, 0.3, 0.9)
    assert labelling.with_thresholds({"sit": 0.2}).thresholds_by_class == {"walk": 0.5, "jump": 0.3, "sit": 0.2}
    assert labelling.has_several and not Labelling(CLASSES).has_several


def test_there_may_be_no_label() -> None:
    assert Labelling(CLASSES, (0.5, 0.5, 0.5)).labels([0.1, 0.2, 0.3]) == ()
