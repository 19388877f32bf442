"""Classes of fields that exclude each other: probabilities, what is chosen, and that every way to ask says the same."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

from models import features
from models.config import FIELDS, ModelConfig
from models.data import ClipSource
from models.export_info import ExportInfo, read_export_info
from models.heads import best_of_heads, heads_of
from models.labelling import Labelling
from models.networks import outputs
from models.networks.outputs import probabilities_of
from models.serving import ServingModule, export
from models.training.batches import Batches
from models.training.config import TrainingConfig
from models.training.fit import make_objective
from models.views import centre_view
from tests.models.clips import clip_example, draw_clip, encode_clip, one_stage_network, run_transform, write_examples
from tests.models.exported import Signature, load_signatures

# A noun and a verb of one name, in no order.
CLASSES = ("verb: cut", "noun: cut", "verb: take")
HEADS = {"verb": [0, 2], "noun": [1]}
LABELS = (("noun: cut", "verb: take"), ("verb: cut",), ("noun: cut", "verb: cut"))
K_HOT = [[0, 1, 1], [1, -1, 0], [1, 1, 0]]


@pytest.fixture(scope="module")
def config(model_config: ModelConfig) -> ModelConfig:
    return model_config.model_copy(update={"labels": FIELDS})


@pytest.fixture(scope="module")
def examples() -> list[bytes]:
    # As ingest writes them: of the second clip nobody said a noun.
    known = [{}, {features.KNOWN_LABELS: ["verb: cut", "verb: take"]}, {}]
    return [
        clip_example(labels, encode_clip(draw_clip(0, seed)), **more)
        for seed, (labels, more) in enumerate(zip(LABELS, known, strict=True))
    ]


@pytest.fixture(scope="module")
def source(config: ModelConfig, examples: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> ClipSource:
    folder = tmp_path_factory.mktemp("fields")
    transform = run_transform(folder, examples, config, classes=CLASSES)
    write_examples(folder / "train-0.gz", examples)
    return ClipSource([f"{folder}/train-*"], transform, config)


@pytest.fixture(scope="module")
def network(config: ModelConfig) -> keras.Model:
    return one_stage_network(config)


@pytest.fixture(scope="module")
def version(
    source: ClipSource, network: keras.Model, config: ModelConfig, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("model")
    card = ExportInfo(CLASSES, config.model_dump(), {}, "key", heads=heads_of(CLASSES, FIELDS))
    export(ServingModule(network, source.transform, config, CLASSES), card, str(folder))
    return folder


@pytest.fixture(scope="module")
def signatures(version: Path) -> dict[str, Signature]:
    return load_signatures(version)


def test_the_field_stands_in_front_of_a_label() -> None:
    assert heads_of(CLASSES, FIELDS) == HEADS
    assert heads_of(CLASSES, "several") == heads_of(CLASSES, "one") == {}


def test_probabilities_sum_to_one_in_each_head() -> None:
    logits = np.random.default_rng(0).normal(0, 3, (5, 3)).astype(np.float32)
    found = probabilities_of(logits, FIELDS, HEADS).numpy()
    np.testing.assert_allclose(found[:, [0, 2]], tf.nn.softmax(logits[:, [0, 2]]), rtol=1e-6)
    np.testing.assert_array_equal(found[:, 1], np.ones(5))
    np.testing.assert_array_equal(outputs.best_of_heads(found, HEADS), best_of_heads(found, HEADS))


def test_what_is_chosen_is_the_best_of_each_head() -> None:
    labelling = Labelling(CLASSES, heads=HEADS)
    chosen = labelling.chosen([[0.25, 1.0, 0.75], [0.75, 1.0, 0.25]])
    assert chosen.tolist() == [[False, True, True], [True, True, False]]
    assert labelling.labels([0.25, 1.0, 0.75]) == ("noun: cut", "verb: take")
    assert labelling.has_several and labelling.thresholds_by_class == {}


def test_a_field_of_which_nothing_was_said_is_not_known(source: ClipSource, signatures: dict[str, Signature]) -> None:
    assert source.labels(CLASSES).tolist() == K_HOT
    assert [clip.label_id.numpy().tolist() for clip in source.clips()] == K_HOT


def test_what_is_served_is_what_was_learned(
    signatures: dict[str, Signature], network: keras.Model, source: ClipSource, examples: list[bytes], version: Path
) -> None:
    clips = tf.stack([clip.frames for clip in source.clips()])
    learned = probabilities_of(network(centre_view(clips, source.model), training=False), FIELDS, HEADS).numpy()
    served = signatures["serving_default"](examples=tf.constant(examples))
    seen = signatures["evaluate"](examples=tf.constant(examples))
    np.testing.assert_allclose(served["probabilities"], learned, atol=1e-5)
    np.testing.assert_array_equal(seen["probabilities"], served["probabilities"])
    labelling = Labelling.of(read_export_info(version))
    expected = labelling.chosen(served["probabilities"].numpy())
    assert (expected[:, [0, 2]].sum(axis=1) == 1).all()
    np.testing.assert_array_equal(served["chosen"], expected)
    np.testing.assert_array_equal(seen["probabilities"] >= seen["thresholds"], expected)
    given = signatures["transform_features"](examples=tf.constant(examples))
    assert given[features.LABEL_ID].numpy().tolist() == K_HOT


def test_a_training_learns_by_heads(source: ClipSource) -> None:
    batches = Batches(source, source, CLASSES, TrainingConfig(batch_size=4, label_smoothing=0))
    assert batches.heads == HEADS
    (_, targets), *_ = batches.evaluation_batches(tf.distribute.InputContext()).as_numpy_iterator()
    objective = make_objective(batches.training, batches.train_labels, len(CLASSES), batches.heads)
    logits = tf.constant([[1.0, 5.0, 2.0], [1.0, 5.0, 2.0], [0.0, 0.0, 0.0], [9.0, 9.0, 9.0]])
    of_verbs = tf.nn.softmax(tf.gather(logits, [0, 2], axis=1)).numpy()
    expected = [-np.log(of_verbs[0, 1]), -np.log(of_verbs[1, 0]), -np.log(0.5), 0]
    np.testing.assert_allclose(objective.losses(targets, logits), expected, rtol=1e-5, atol=1e-6)
    np.testing.assert_array_equal(objective.presence(targets), [1, 1, 1, 0])
