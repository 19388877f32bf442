"""What a training makes small, and what it calls right."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.training.config import TrainingConfig
from models.training.losses import label_losses
from models.training.objectives import LabelOfEachField, OneLabel, make_objective
from models.training.targets import class_counts, class_shares, strata_of, targets_of
from models.training.thresholds import choose_thresholds

IDS = np.array([0, 2, 2, -1])
SETS = np.array([[1, 1, 0], [1, 0, 0], [1, 0, 1], [0, 0, 0]])
LOGITS = tf.constant([[2.0, -1.0, -3.0], [0.5, -4.0, 1.0], [3.0, -2.0, 0.2], [1.0, 1.0, 1.0]])


def objective(labels: np.ndarray, **changes: Any) -> Any:
    return make_objective(TrainingConfig(**({"label_smoothing": 0} | changes)), labels, 3)


def test_ids_and_sets_give_the_same_numbers_for_one_label_each() -> None:
    sets = np.array([[1, 0, 0], [0, 0, 1], [0, 0, 1], [0, 0, 0]])
    assert class_counts(IDS, 3) == class_counts(sets, 3) == [1, 0, 2]
    assert strata_of(sets).tolist() == IDS.tolist()
    np.testing.assert_array_equal(targets_of(IDS, 3, are_sets=False), targets_of(sets, 3, are_sets=True))


def test_a_clip_of_several_labels_is_drawn_as_one_of_its_rarest() -> None:
    assert strata_of(SETS).tolist() == [1, 0, 2, -1]


def test_one_label_is_learned_by_softmax() -> None:
    targets = targets_of(IDS, 3, are_sets=False)
    expected = keras.losses.categorical_crossentropy(targets, LOGITS, from_logits=True)
    assert isinstance(objective(IDS), OneLabel)
    np.testing.assert_allclose(objective(IDS).losses(targets, LOGITS), expected * [1, 1, 1, 0], rtol=1e-6)
    np.testing.assert_array_equal(objective(IDS).hits(targets, LOGITS), [1, 1, 0, 0])


def test_each_of_several_labels_is_learned_by_its_own_sigmoid() -> None:
    targets = targets_of(SETS, 3, are_sets=True)
    expected = 3 * keras.losses.binary_crossentropy(targets, LOGITS, from_logits=True)
    np.testing.assert_allclose(objective(SETS).losses(targets, LOGITS), expected * [1, 1, 1, 0], rtol=1e-5)


def test_right_is_an_answer_with_all_labels_and_no_other() -> None:
    targets = targets_of(SETS, 3, are_sets=True)
    np.testing.assert_array_equal(objective(SETS).hits(targets, LOGITS), [0, 0, 1, 0])
    np.testing.assert_array_equal(objective(SETS).presence(targets), [1, 1, 1, 0])


def test_class_weights_let_the_clips_of_each_class_weigh_as_much_as_the_others() -> None:
    labels = np.repeat([[1, 0, 1], [0, 0, 1], [0, 1, 1]], [1, 2, 5], axis=0)
    weighted = objective(labels, class_weights=True)
    absent, present = np.array(weighted.weights)
    for number in (0, 1):
        count = labels[:, number].sum()
        assert present[number] * count == pytest.approx(absent[number] * (len(labels) - count)) == len(labels) / 2
    # A class that every clip has is nothing to weigh against.
    assert present[2] == 1


@pytest.mark.parametrize("kind", ["focal", "asymmetric"])
def test_focal_and_asymmetric_losses_are_those_of_the_papers(kind: Any) -> None:
    probabilities, targets = np.array([[0.9, 0.3, 0.04]]), np.array([[1.0, 0.0, 0.0]])
    logits = np.log(probabilities / (1 - probabilities))
    losses = label_losses(tf.constant(targets, tf.float32), tf.constant(logits, tf.float32), 0, kind, tf.ones([2, 3]))
    focal = -(0.1**2 * np.log(0.9) + 0.3**2 * np.log(0.7) + 0.04**2 * np.log(0.96))
    asymmetric = -(np.log(0.9) + 0.25**4 * np.log(0.75))
    np.testing.assert_allclose(losses, [focal if kind == "focal" else asymmetric], rtol=1e-4)


@pytest.mark.parametrize("kind", ["cross_entropy", "focal", "asymmetric"])
def test_extreme_logits_give_finite_losses_and_gradients(kind: Any) -> None:
    logits = tf.Variable([[1e4, -1e4], [-1e4, 1e4]])
    with tf.GradientTape() as tape:
        losses = label_losses(tf.constant([[1.0, 0.0]] * 2), logits, 0.1, kind, tf.ones([2, 2]))
    assert np.isfinite(losses).all()
    assert np.isfinite(tape.gradient(losses, logits)).all()


# Clips of which it is not known of each class whether they have it; each has one at least.
PARTLY_KNOWN = st.integers(1, 12).flatmap(
    lambda num_clips: arrays(np.int64, (num_clips, 3), elements=st.integers(-1, 1))
)


def with_a_label(sets: np.ndarray) -> np.ndarray:
    sets[~(sets > 0).any(axis=1), 0] = 1
    return sets


@given(PARTLY_KNOWN.map(with_a_label), st.sampled_from(["cross_entropy", "focal", "asymmetric"]), st.booleans())
@settings(max_examples=60)
def test_what_is_not_known_adds_nothing_to_a_loss_nor_to_its_gradient(
    sets: np.ndarray, kind: Any, class_weights: bool
) -> None:
    logits = tf.Variable(np.random.default_rng(len(sets)).normal(0, 3, sets.shape), dtype=tf.float32)
    learned = objective(sets, loss=kind, label_smoothing=0.1, class_weights=class_weights)
    with tf.GradientTape() as tape:
        losses = learned.losses(targets_of(sets, 3, are_sets=True), logits)
    gradient = tape.gradient(losses, logits).numpy()
    # Each class alone, and of it the clips of which it is known. A second class keeps a clip from being a filling.
    expected = np.zeros(len(sets))
    for number in range(3):
        known = np.flatnonzero(sets[:, number] >= 0)
        pair = np.stack([sets[known, number], np.ones(len(known))], axis=1)
        weights = tf.constant(np.array(learned.weights)[:, [number, number]] * [1, 0], tf.float32)
        seen = tf.stack([tf.gather(logits[:, number], known), tf.zeros(len(known))], axis=1)
        if len(known):
            expected[known] += label_losses(tf.constant(pair, tf.float32), seen, 0.1, kind, weights).numpy()
    np.testing.assert_allclose(losses, expected, rtol=1e-4, atol=1e-5)
    assert (gradient[sets < 0] == 0).all()
    assert np.isfinite(gradient).all()
    np.testing.assert_array_equal(learned.presence(targets_of(sets, 3, are_sets=True)), np.ones(len(sets)))


@given(PARTLY_KNOWN.map(with_a_label))
def test_counts_shares_weights_and_thresholds_are_of_the_clips_of_which_a_class_is_known(sets: np.ndarray) -> None:
    scores = np.round(np.random.default_rng(len(sets)).random(sets.shape), 1).astype(np.float32)
    chosen = choose_thresholds(scores, sets)
    weighted = np.array(objective(sets, class_weights=True).weights)
    for number in range(3):
        known = sets[:, number] >= 0
        own = sets[known, number : number + 1]
        assert class_counts(sets, 3)[number] == class_counts(own, 1)[0]
        assert chosen[number] == choose_thresholds(scores[known, number : number + 1], own)[0]
        if known.any():
            assert class_shares(sets, 3)[number] == class_shares(own, 1)[0]
            alone = make_objective(TrainingConfig(class_weights=True), own, 1)
            np.testing.assert_array_equal(weighted[:, number], np.array(alone.weights)[:, 0])


def test_a_class_that_is_not_known_is_neither_right_nor_wrong() -> None:
    targets = targets_of(np.array([[1, -1, 0], [1, -1, 0], [1, -1, -1]]), 3, are_sets=True)
    logits = tf.constant([[1.0, 5.0, -1.0], [1.0, -5.0, 1.0], [1.0, 5.0, 5.0]])
    np.testing.assert_array_equal(objective(SETS).hits(targets, logits), [1, 0, 1])


def test_clips_are_drawn_by_the_labels_that_they_are_known_to_have() -> None:
    assert strata_of(np.array([[1, -1, 0], [1, 1, -1], [-1, -1, 1], [1, -1, 1]])).tolist() == [0, 1, 2, 2]


HEADS = {"verb": [0, 3], "noun": [1, 2, 4]}
OF_FIELDS = np.array([[1, 0, 1, 0, 0], [0, -1, -1, 1, -1], [1, 1, 0, 0, 0], [-1, 0, 0, -1, 1]])


def of_fields(**changes: Any) -> Any:
    return make_objective(TrainingConfig(**({"label_smoothing": 0} | changes)), OF_FIELDS, 5, HEADS)


@pytest.mark.parametrize("label_smoothing", [0, 0.1])
def test_a_label_of_each_field_is_learned_by_one_softmax_a_field(label_smoothing: float) -> None:
    logits = tf.Variable(np.random.default_rng(1).normal(0, 2, OF_FIELDS.shape), dtype=tf.float32)
    learned = of_fields(label_smoothing=label_smoothing)
    assert isinstance(learned, LabelOfEachField)
    with tf.GradientTape() as tape:
        losses = learned.losses(targets_of(OF_FIELDS, 5, are_sets=True), logits)
    expected = np.zeros(len(OF_FIELDS))
    for ids in HEADS.values():
        own = OF_FIELDS[:, ids]
        known = own.min(axis=1) >= 0
        expected[known] += keras.losses.categorical_crossentropy(
            own[known].astype(np.float32),
            tf.boolean_mask(tf.gather(logits, ids, axis=1), known),
            from_logits=True,
            label_smoothing=label_smoothing,
        )
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    assert (tape.gradient(losses, logits).numpy()[OF_FIELDS < 0] == 0).all()


def test_right_is_an_answer_with_the_label_of_each_field_that_is_known() -> None:
    targets = targets_of(OF_FIELDS, 5, are_sets=True)
    logits = tf.constant([[2.0, 0, 1, 1, 0], [0, 9, 0, 1, 0], [2, 0, 1, 1, 0], [0, 9, 1, 1, 0]])
    np.testing.assert_array_equal(of_fields().hits(targets, logits), [1, 1, 0, 0])
    np.testing.assert_array_equal(of_fields().presence(targets), [1, 1, 1, 1])


def test_class_weights_let_each_class_of_a_field_count_the_same() -> None:
    weights = of_fields(class_weights=True).class_weights
    assert weights == pytest.approx([0.75, 1.0, 1.0, 1.5, 1.0])


def test_two_labels_of_one_field_count_half_each() -> None:
    both, one, other = (
        targets_of(np.array([verbs]), 5, are_sets=True) for verbs in ([1, 1, 0, 1, 0], [1, 1, 0, 0, 0], [0, 1, 0, 1, 0])
    )
    logits = tf.constant([[2.0, 0.0, 1.0, 1.0, 0.0]])
    losses = [of_fields().losses(targets, logits).numpy()[0] for targets in (both, one, other)]
    assert losses[0] == pytest.approx((losses[1] + losses[2]) / 2)
