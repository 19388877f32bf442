"""Two classes that look alike, and a number that tells them apart: from training to every way of asking the export."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from benchmarks.planted_number import COLUMN, plant, train_on
from components.serving_validator.probe import measure
from components.serving_validator.process import ProbeJob
from components.serving_validator.rules import Measurement, ServingValidationConfig, judge
from models import features
from models.base_model import open_base
from models.config import ModelConfig
from models.embedding import FeatureExtractor
from models.export_info import ExportInfo, read_export_info
from models.metadata import NO_NUMBERS
from models.training.warm_start import begin_with, read_weights
from pipeline.prediction.numbers import read_given, said_of_defaults
from tests.models.exported import Signature, load_signatures

NUM_CLIPS = 60
INPUT, IMPUTED = f"meta_{COLUMN}", f"imputed_{COLUMN}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    plant(folder, NUM_CLIPS)
    train_on(folder, (COLUMN,))
    return folder


@pytest.fixture(scope="module")
def model_dir(folder: Path) -> Path:
    return folder / f"model_{COLUMN}"


@pytest.fixture(scope="module")
def card(model_dir: Path) -> ExportInfo:
    return read_export_info(model_dir)


@pytest.fixture(scope="module")
def signatures(model_dir: Path) -> dict[str, Signature]:
    return load_signatures(model_dir)


@pytest.fixture(scope="module")
def examples(folder: Path) -> list[bytes]:
    return list(tf.data.TFRecordDataset(str(folder / "Split-test" / "clips.gz"), "GZIP").as_numpy_iterator())


def jpegs_of(examples: list[bytes]) -> tf.Tensor:
    found = [tf.train.Example.FromString(example).features.feature for example in examples]
    return tf.constant([list(one[features.FRAMES].bytes_list.value) for one in found])


def numbers_of(examples: list[bytes]) -> np.ndarray:
    found = [tf.train.Example.FromString(example).features.feature[INPUT].float_list.value for example in examples]
    return np.array([next(iter(values), math.nan) for values in found], np.float32)


def probabilities(answer: dict[str, Any]) -> np.ndarray:
    return np.asarray(answer["probabilities"])


def test_the_number_tells_apart_what_looks_alike(card: ExportInfo) -> None:
    worth = card.metadata_worth
    # The third class is still known by its looks, and one of the two others is said of both.
    assert worth["unknown"] < 0.7
    assert worth["known"] > worth["unknown"] + 0.1
    assert worth["shuffled"][COLUMN] < worth["known"] - 0.1


def test_every_way_of_telling_the_number_gives_what_was_evaluated(
    signatures: dict[str, Signature], examples: list[bytes]
) -> None:
    expected = probabilities(signatures["evaluate"](examples=tf.constant(examples)))
    of_examples = signatures["serving_default"](examples=tf.constant(examples))
    told = signatures["predict_jpeg_with_metadata"](frames=jpegs_of(examples), **{INPUT: numbers_of(examples)})
    for answer in (of_examples, told):
        np.testing.assert_allclose(probabilities(answer), expected, atol=1e-5)
        assert answer[IMPUTED].numpy().tolist() == np.isnan(numbers_of(examples)).tolist()


def test_asked_without_the_number_the_mean_stands_in_and_the_answer_says_so(
    signatures: dict[str, Signature], examples: list[bytes]
) -> None:
    some = examples[1:5]
    untold = signatures["predict_jpeg"](frames=jpegs_of(some))
    unknown = signatures["predict_jpeg_with_metadata"](frames=jpegs_of(some), **{INPUT: np.full(4, np.nan, "float32")})
    np.testing.assert_array_equal(probabilities(untold), probabilities(unknown))
    assert untold[IMPUTED].numpy().all()
    told = signatures["predict_jpeg_with_metadata"](frames=jpegs_of(some), **{INPUT: numbers_of(some)})
    assert not told[IMPUTED].numpy().any()
    assert np.abs(probabilities(told) - probabilities(untold)).max() > 0.1


def test_each_clip_needs_a_number(signatures: dict[str, Signature], examples: list[bytes]) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match="each clip needs a number"):
        signatures["predict_jpeg_with_metadata"](frames=jpegs_of(examples[:2]), **{INPUT: np.zeros(1, "float32")})


def test_the_serving_validator_asks_with_and_without_numbers(folder: Path, model_dir: Path) -> None:
    found = measure(ProbeJob(str(model_dir), str(folder / "Split-test"), num_requests=12, model_name="pose"))
    verdict = judge(ServingValidationConfig(), tuple(one for one in found if isinstance(one, Measurement)))
    assert not [finding.sentence() for finding in verdict.failures]
    assert {"parity/predict_jpeg_with_metadata", "parity/predict_jpeg"} <= {finding.id for finding in verdict.findings}


def test_a_training_goes_on_with_the_same_numbers_and_learns_others_anew(model_dir: Path, card: ExportInfo) -> None:
    from models.networks.build import build_network  # Keras takes seconds to load

    base, model = open_base(model_dir), ModelConfig.model_validate(card.model)
    same, plain = read_weights(base, model, base.numbers), read_weights(base, model, NO_NUMBERS)
    assert len(same.metadata or []) == 3
    assert plain.metadata is None
    assert len(same.logits[0]) - len(plain.logits[0]) == 32
    network = build_network(model, num_classes=len(card.classes), dropout=0)
    begin_with(network, plain, card.classes)
    np.testing.assert_array_equal(network.get_layer("logits").weights[0], plain.logits[0])


def test_features_are_those_of_a_clip_whose_number_is_not_known(
    model_dir: Path, card: ExportInfo, signatures: dict[str, Signature], examples: list[bytes]
) -> None:
    clips = jpegs_of(examples[:3])
    seen = FeatureExtractor(model_dir, card).see(clips.numpy().tolist())
    expected = probabilities(signatures["predict_jpeg"](frames=clips))
    np.testing.assert_allclose(seen.probabilities, expected, atol=1e-5)


def test_numbers_are_given_by_the_names_of_columns(card: ExportInfo) -> None:
    known = card.numbers_card
    assert read_given([f"{COLUMN}=21.5"], known) == {INPUT: 21.5}
    assert said_of_defaults({INPUT: 21.5}, known) == ""
    assert f"{COLUMN}: {known.columns[COLUMN].mean:.4g} stands in" in said_of_defaults({}, known)
