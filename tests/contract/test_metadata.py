"""From the annotations' numbers to Transform's: gaps are filled as numpy and scikit-learn would, from the training split."""

import csv
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
import tensorflow_transform as tft
from sklearn.impute import KNNImputer
from sklearn.preprocessing import StandardScaler
from tfx.types.standard_artifacts import Examples

from components.annotations.config import DataConfig
from components.annotations.splits.config import SplitsConfig
from components.artifacts import IngestLedger
from components.video.config import SamplingConfig
from components.video_example_gen.component import VideoExampleGen
from components.video_example_gen.executor import VideoExampleGenExecutor
from components.video_example_gen.ledger import read_summary
from models import features
from models.config import ModelConfig
from models.data import ClipSource
from models.metadata import Imputation
from tests.components.video.videos import write_video
from tests.models.clips import NUM_STORED, run_transform, write_examples

Numbers = npt.NDArray[np.float64]

COLUMNS = ("age", "body mass")
NUM_TRAIN, NUM_OTHER = 11, 4
MODEL = ModelConfig(preset="tiny", num_frames=2, height=16, width=32, normalization="unit")


@pytest.fixture(scope="module")
def table() -> Numbers:
    """The two columns of all rows, NaN in gaps: an odd number of training rows has each."""
    table = np.random.default_rng(7).normal((40, 70), (12, 9), (NUM_TRAIN + NUM_OTHER, 2)).round(1)
    table[[1, 4], 0] = np.nan
    table[[4, 6], 1] = np.nan
    table[NUM_TRAIN:] = [[33, np.nan], [np.nan, 81], [np.nan, np.nan], [20, 60]]
    return table


@pytest.fixture(scope="module")
def annotations(tmp_path_factory: pytest.TempPathFactory, table: Numbers) -> Path:
    folder = tmp_path_factory.mktemp("data")
    with (folder / "annotations.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["path", "label", "split", *COLUMNS])
        for index, numbers in enumerate(table):
            write_video(folder / f"{index:02d}.mp4", 6, first=index)
            split = "train" if index < NUM_TRAIN else ("eval", "test")[index % 2]
            texts = ["" if np.isnan(number) else f"{number}" for number in numbers]
            rows.writerow([f"{index:02d}.mp4", ("walk", "jump")[index % 2], split, *texts])
    return folder / "annotations.csv"


def run_ingest(annotations: Path, imputation: Imputation, folder: Path) -> list[bytes]:
    """All Examples in the order of the rows."""
    component = VideoExampleGen(
        data=DataConfig(
            annotations=str(annotations), videos=str(annotations.parent), metadata=COLUMNS, imputation=imputation
        ),
        splits=SplitsConfig(mode="official"),
        negatives=None,
        sampling=SamplingConfig(num_frames=NUM_STORED, short_side=16),
        classes=("walk", "jump"),
        fingerprint="",
    )
    examples, ledger = Examples(), IngestLedger()
    examples.uri, ledger.uri = str(folder / "examples"), str(folder / "ledger")
    VideoExampleGenExecutor().Do({}, {"examples": [examples], "ledger": [ledger]}, component.exec_properties)
    files = tf.io.gfile.glob(f"{folder}/examples/Split-*/*.gz")
    serialized = list(tf.data.TFRecordDataset(files, "GZIP").as_numpy_iterator())
    return sorted(serialized, key=lambda one: values_of(one)[features.VIDEO_ID])


def values_of(serialized: bytes) -> dict[str, list[Any]]:
    example = tf.train.Example.FromString(serialized)
    return {
        name: list(feature.bytes_list.value or feature.float_list.value)
        for name, feature in example.features.feature.items()
    }


def by_the_book(table: Numbers, imputation: Imputation) -> tuple[Numbers, Numbers]:
    """Standardised numbers, and which were imputed."""
    train, gaps = table[:NUM_TRAIN], np.isnan(table)
    if imputation == "nearest":
        scaler = StandardScaler().fit(train)
        filled = scaler.inverse_transform(KNNImputer().fit(scaler.transform(train)).transform(scaler.transform(table)))
        seen = filled[:NUM_TRAIN]
    else:
        statistic = np.nanmean if imputation == "mean" else np.nanmedian
        filled = np.where(gaps, statistic(train, axis=0), table)
        seen = train
    return (filled - np.nanmean(seen, axis=0)) / np.nanstd(seen, axis=0), gaps.astype(np.float64)


@pytest.fixture(scope="module", params=["mean", "median", "nearest"])
def metadata_outcome(
    request: pytest.FixtureRequest, annotations: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Imputation, list[bytes], tft.TFTransformOutput]:
    """Examples of all splits, and Transform's output from the training split."""
    folder = tmp_path_factory.mktemp(request.param)
    examples = run_ingest(annotations, request.param, folder)
    metadata = DataConfig(annotations="", videos="", metadata=COLUMNS, imputation=request.param).metadata_config
    return request.param, examples, run_transform(folder, examples[:NUM_TRAIN], MODEL, metadata)


def transformed(transform: tft.TFTransformOutput, examples: list[bytes]) -> dict[str, tf.Tensor]:
    return dict(transform.transform_features_layer()(tf.io.parse_example(examples, transform.raw_feature_spec())))


def test_what_transform_gives_is_what_the_libraries_compute(
    metadata_outcome: tuple[Imputation, list[bytes], tft.TFTransformOutput], table: Numbers
) -> None:
    imputation, examples, transform = metadata_outcome
    outputs = transformed(transform, examples)
    expected, gaps = by_the_book(table, imputation)
    for column, name in enumerate(("age", "body_mass")):
        np.testing.assert_allclose(outputs[f"meta_{name}"], expected[:, column], atol=1e-4)
        np.testing.assert_array_equal(outputs[f"imputed_{name}"], gaps[:, column])


def test_the_ledger_has_the_quartiles_of_the_training_split(annotations: Path, table: Numbers, tmp_path: Path) -> None:
    run_ingest(annotations, "nearest", tmp_path)
    expected = np.nanquantile(table[:NUM_TRAIN], (0.25, 0.5, 0.75), axis=0).T
    quartiles = read_summary(tmp_path / "ledger")["metadata_quartiles"]
    assert quartiles == {column: pytest.approx(edges) for column, edges in zip(COLUMNS, expected, strict=True)}


def test_gaps_show_in_the_examples(
    metadata_outcome: tuple[Imputation, list[bytes], tft.TFTransformOutput], table: Numbers
) -> None:
    imputation, examples, _ = metadata_outcome
    for numbers, values in zip(table, map(values_of, examples), strict=True):
        for number, name in zip(numbers, ("age", "body_mass"), strict=True):
            if imputation == "nearest":
                assert values[f"imputed_{name}"] == [float(np.isnan(number))]
            if not np.isnan(number):
                assert values[f"meta_{name}"] == pytest.approx([number])
            elif imputation != "nearest":
                assert f"meta_{name}" not in values


def test_a_request_with_gaps_is_filled_from_the_training_split(
    metadata_outcome: tuple[Imputation, list[bytes], tft.TFTransformOutput], table: Numbers
) -> None:
    imputation, examples, transform = metadata_outcome
    request = values_of(examples[0])
    del request["meta_age"]
    outputs = transformed(transform, [features.make_example(request)])
    standardised, _ = by_the_book(table, "median")
    # With `nearest` the mean stands in, which is 0: a request has no neighbours.
    stand_in = standardised[1, 0] if imputation == "median" else 0.0
    assert outputs["meta_age"].numpy() == pytest.approx([stand_in], abs=1e-4)
    assert outputs["imputed_age"].numpy().tolist() == [1]


def test_the_trainer_reads_clips_with_gaps(
    metadata_outcome: tuple[Imputation, list[bytes], tft.TFTransformOutput], tmp_path: Path
) -> None:
    _, examples, transform = metadata_outcome
    source = ClipSource([write_examples(tmp_path / "clips.gz", examples)], transform, MODEL)
    assert sum(1 for _ in source.clips()) == NUM_TRAIN + NUM_OTHER


def test_clips_need_no_metadata(metadata_outcome: tuple[Imputation, list[bytes], tft.TFTransformOutput]) -> None:
    _, examples, transform = metadata_outcome
    spec = {features.FRAMES: transform.raw_feature_spec()[features.FRAMES]}
    alone = transform.transform_features_layer()(tf.io.parse_example(examples, spec))
    assert alone[features.CLIP].numpy().tolist() == transformed(transform, examples)[features.CLIP].numpy().tolist()
