"""Clips with several labels, from the Example to the answer."""

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
import tensorflow_transform as tft

from models import features
from models.config import ModelConfig
from models.data import ClipSource
from models.export_info import ExportInfo
from models.serving import ServingModule, export
from models.training.batches import Batches
from models.training.config import TrainingConfig
from tests.models.clips import (
    CLASSES,
    clip_example,
    draw_clip,
    encode_clip,
    one_stage_network,
    run_transform,
    write_examples,
)
from tests.models.exported import Signature, draw_jpegs, examples_of, load_signatures

SETS = (("jump", "walk"), ("sit",), ("walk",), ("jump", "sit", "walk"), ("fly", "sit"), ("jump",))
# Of the last clip it is not known whether it has others than these; of the first ones it is.
KNOWN = (None, None, None, None, None, ("fly", "jump", "walk"))
K_HOT = [[1, 1, 0], [0, 0, 1], [1, 0, 0], [1, 1, 1], [0, 0, 1], [0, 1, -1]]
THRESHOLDS = {"walk": 0.2, "jump": 0.5, "sit": 0.9}


@pytest.fixture(scope="module")
def config(model_config: ModelConfig) -> ModelConfig:
    return model_config.model_copy(update={"labels": "several"})


@pytest.fixture(scope="module")
def examples() -> list[bytes]:
    return [
        clip_example(labels, encode_clip(draw_clip(0, seed)), **({features.KNOWN_LABELS: known} if known else {}))
        for seed, (labels, known) in enumerate(zip(SETS, KNOWN, strict=True))
    ]


@pytest.fixture(scope="module")
def source(config: ModelConfig, examples: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> ClipSource:
    folder = tmp_path_factory.mktemp("several")
    transform = run_transform(folder, examples, config)
    write_examples(folder / "train-0.gz", examples[:3])
    write_examples(folder / "train-1.gz", examples[3:])
    return ClipSource([f"{folder}/train-*"], transform, config)


@pytest.fixture(scope="module")
def network(config: ModelConfig) -> keras.Model:
    return one_stage_network(config)


@pytest.fixture(scope="module")
def signatures(
    source: ClipSource, network: keras.Model, config: ModelConfig, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Signature]:
    folder = tmp_path_factory.mktemp("model")
    card = ExportInfo(CLASSES, config.model_dump(), {}, "key", thresholds=THRESHOLDS)
    export(ServingModule(network, source.transform, config, CLASSES, THRESHOLDS), card, str(folder))
    return load_signatures(folder)


def test_labels_are_read_as_sets_and_what_is_no_class_does_not_count(source: ClipSource) -> None:
    assert source.labels(CLASSES).tolist() == K_HOT
    assert [clip.label_id.numpy().tolist() for clip in source.clips()] == K_HOT
    assert {label: len(seconds) for label, seconds in source.seconds_by_label().items()} == {
        "fly": 1,
        "jump": 3,
        "sit": 3,
        "walk": 3,
    }


def test_batches_have_a_one_for_each_label(source: ClipSource) -> None:
    batches = Batches(source, source, CLASSES, TrainingConfig(batch_size=8))
    (_, targets), *others = batches.evaluation_batches(tf.distribute.InputContext()).as_numpy_iterator()
    assert not others
    np.testing.assert_array_equal(targets, [*K_HOT[:-1], [0, 1, np.nan], [0, 0, 0], [0, 0, 0]])


def test_each_class_has_a_probability_of_its_own(
    signatures: dict[str, Signature], network: keras.Model, source: ClipSource
) -> None:
    jpegs = draw_jpegs(3)
    answer = signatures["serving_default"](examples=tf.constant(examples_of(jpegs)))
    assert set(answer) == {"probabilities", "label", "classes", "thresholds", "chosen"}
    probabilities = answer["probabilities"].numpy()
    np.testing.assert_array_equal(answer["chosen"], probabilities >= np.float32(list(THRESHOLDS.values())))
    asked = signatures["evaluate"](examples=tf.constant(examples_of(jpegs)))
    np.testing.assert_array_equal(asked["probabilities"], probabilities)
    np.testing.assert_array_equal(asked["thresholds"], np.float32([list(THRESHOLDS.values())] * 3))
    assert not np.allclose(probabilities.sum(axis=1), 1)


def test_tfma_is_given_sets(signatures: dict[str, Signature], examples: list[bytes]) -> None:
    given = signatures["transform_features"](examples=tf.constant(examples))
    assert given[features.LABEL_ID].numpy().tolist() == K_HOT


def test_one_label_has_no_thresholds(
    transform: tft.TFTransformOutput, model_config: ModelConfig, tmp_path: Path
) -> None:
    export(
        ServingModule(one_stage_network(model_config), transform, model_config, CLASSES),
        ExportInfo(CLASSES, {}, {}, "key"),
        str(tmp_path),
    )
    answer = load_signatures(tmp_path)["serving_default"](examples=tf.constant(examples_of(draw_jpegs(2))))
    assert set(answer) == {"probabilities", "label", "classes"}
    np.testing.assert_allclose(answer["probabilities"].numpy().sum(axis=1), 1, rtol=1e-6)
