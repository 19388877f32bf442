"""A network whose encoder comes with weights: it keeps them and sees each clip once, or learns as others do if told to."""

import json
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.base_model import open_base
from models.data import ClipSource
from models.metadata import NO_METADATA
from models.networks.outputs import outputs_of
from models.pretrained.cards import EFFICIENTNET_LITE0
from models.pretrained.efficientnet_lite0 import load_encoder
from models.pretrained.foreign import find_foreign
from models.pretrained.importing import import_weights
from models.training.batches import Batches
from models.training.checkpoints import CheckpointFolder
from models.training.config import PRETRAINED, TrainingConfig, WarmStartConfig
from models.training.feature_batches import FeatureBatches
from models.training.fit import Fitted
from models.training.job import Job
from models.training.learning import learn, with_rate_of_linear_layer
from models.training.preparation import Preparation
from models.training.warm_start import read_weights
from tests.models.clips import CLASSES
from tests.models.training.fitting import training_config

CONTEXT = tf.distribute.InputContext()


def prepared_for(source: ClipSource, training: TrainingConfig, preset: str = "tiny") -> Preparation:
    pytest.importorskip(EFFICIENTNET_LITE0.module, reason="the extra pretrained is not installed")
    model = source.model.model_copy(update={"network": "frames", "preset": preset, "num_frames": 3})
    clips = ClipSource(source.patterns, source.transform, model)
    config = {
        "model": model.model_dump_json(),
        "training": training.model_dump_json(),
        "classes": json.dumps(CLASSES),
        "metadata": NO_METADATA.model_dump_json(),
    }
    batches = Batches(clips, clips, CLASSES, training)
    card = EFFICIENTNET_LITE0
    return Preparation(Job((), (), "", "", "", None, config), batches, list(card.mean), list(card.std))


def trained(prepared: Preparation, folder: Path) -> tuple[Fitted, keras.Model]:
    keras.utils.set_random_seed(0)
    strategy = tf.distribute.get_strategy()
    fitted = learn(prepared, strategy, CheckpointFolder(f"{folder}/checkpoint"), f"{folder}/run")
    network = prepared.build()
    network.set_weights(fitted.weights)
    return fitted, network


def changed_stages(network: keras.Model) -> set[str]:
    """Stages of the encoder of which a weight is not ImageNet's any more."""
    weights = {layer.name: layer.get_weights() for layer in network.layers if layer.name.startswith("st")}
    load_encoder(network, EFFICIENTNET_LITE0.find())
    return {
        name.partition("_")[0]
        for name, before in weights.items()
        for old, new in zip(before, network.get_layer(name).get_weights(), strict=True)
        if not np.array_equal(old, new)
    }


def test_by_default_the_last_layer_alone_learns_and_the_whole_network_answers_as_it_did(
    source: ClipSource, tmp_path: Path
) -> None:
    prepared = prepared_for(source, training_config())
    fitted, network = trained(prepared, tmp_path)
    assert fitted.history[-1]["accuracy"] == 1
    losses = []
    for clips, targets in prepared.batches.evaluation_batches(CONTEXT):
        logits = outputs_of(network, clips, training=False).logits
        losses.append(keras.losses.categorical_crossentropy(targets, logits, from_logits=True))
    best = min(epoch["val_loss"] for epoch in fitted.history)
    assert np.mean(losses) == pytest.approx(best, abs=1e-4)
    assert changed_stages(network) == set()


def test_stages_that_are_not_frozen_learn(source: ClipSource, tmp_path: Path) -> None:
    warm_start = WarmStartConfig(model=PRETRAINED, frozen_through="stage1")
    _, network = trained(prepared_for(source, training_config(epochs=1, warm_start=warm_start)), tmp_path)
    assert np.std(network.get_layer("head_standardize").get_weights()[1]) > 0
    assert changed_stages(network) == {"stage2"}


def test_what_an_imported_encoder_sees_is_relative_to_the_training_clips_too(
    source: ClipSource, tmp_path: Path
) -> None:
    warm_start = WarmStartConfig(model=str(tmp_path / "weights"), frozen_through="stage7")
    prepared = prepared_for(source, training_config(epochs=1, warm_start=warm_start), "efficientnet_lite0")
    file = find_foreign(EFFICIENTNET_LITE0.find())
    assert file is not None
    import_weights(file, tmp_path / "weights")
    base = open_base(tmp_path / "weights")
    begun = replace(prepared, base=base, base_weights=read_weights(base, prepared.job.model))
    assert begun.pretrained == base.card
    _, network = trained(begun, tmp_path)
    assert np.std(network.get_layer("head_standardize").get_weights()[1]) > 0
    assert changed_stages(network) == set()


def numbered(num_train: int, num_eval: int, **changes: object) -> FeatureBatches:
    """Features that are the number of their clip, of two classes in turn."""
    train, evaluation = (np.arange(num, dtype=np.float32)[:, np.newaxis] for num in (num_train, num_eval))
    labels = (np.arange(num_train) % 2, np.arange(num_eval) % 2)
    numbers = (-train, -evaluation)
    return FeatureBatches(train, evaluation, *numbers, *labels, ("a", "b"), training_config(**changes))


def test_an_epoch_shows_each_clip_in_an_order_of_its_own() -> None:
    batches = numbered(8, 3, batch_size=4, epochs=2)
    seen = [(clips[:, 0].numpy(), targets.numpy()) for (clips, _), targets in batches.training_batches(0, CONTEXT)]
    assert len(seen) == 2 * batches.steps_per_epoch == 4
    first, second = (np.concatenate([clips for clips, _ in seen[part : part + 2]]) for part in (0, 2))
    assert sorted(first) == sorted(second) == list(range(8))
    assert first.tolist() != second.tolist()
    for clips, targets in seen:
        np.testing.assert_array_equal(targets.argmax(axis=1), clips % 2)
    resumed = [clips[:, 0].numpy() for (clips, _), _ in batches.training_batches(1, CONTEXT)]
    np.testing.assert_array_equal(np.concatenate(resumed), second)


def test_evaluation_counts_each_clip_once() -> None:
    ((clips, numbers), targets), ((more, _), filled) = numbered(8, 6, batch_size=4).evaluation_batches(CONTEXT)
    assert np.concatenate([clips, more])[:6, 0].tolist() == list(range(6))
    np.testing.assert_array_equal(numbers, -clips)
    np.testing.assert_array_equal(filled[2:], np.zeros((2, 2)))
    assert np.sum(targets) == 4


def test_rare_classes_are_seen_as_often_as_others_if_asked_for() -> None:
    training = training_config(batch_size=4, epochs=1, balanced_sampling=True)
    labels = np.array([0] * 7 + [1])
    features, none = np.zeros((8, 1), np.float32), np.zeros((8, 0), np.float32)
    batches = FeatureBatches(features, features, none, none, labels, labels, ("a", "b"), training)
    assert sum(targets.numpy() for _, targets in batches.training_batches(0, CONTEXT)).sum(axis=0).tolist() == [4, 4]


@pytest.mark.parametrize("width", [4, 400])
def test_a_step_changes_a_logit_as_much_whatever_the_number_of_features(width: int) -> None:
    features, none, labels = np.zeros((2, width), np.float32), np.zeros((2, 0), np.float32), np.zeros(2, np.int64)
    training = training_config(learning_rate=1e-3)
    batches = FeatureBatches(features, features, none, none, labels, labels, ("a", "b"), training)
    rate = with_rate_of_linear_layer(batches).training.learning_rate
    # Of an input of length 1 in which all numbers are alike.
    assert rate * width * width**-0.5 == pytest.approx(0.25)
    assert batches.training.learning_rate == 1e-3
