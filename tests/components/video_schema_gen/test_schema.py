"""The schema of the Examples, and what TFDV and TensorFlow make of it."""

import json
from pathlib import Path
from typing import Any

import pytest
import tensorflow as tf
import tensorflow_data_validation as tfdv
from tensorflow_data_validation.statistics.stats_impl import generate_statistics_in_memory
from tensorflow_metadata.proto.v0 import schema_pb2
from tensorflow_transform.tf_metadata import schema_utils
from tfx.types.standard_artifacts import Schema
from tfx_bsl.coders.example_coder import ExamplesToRecordBatchDecoder

from components.video_schema_gen.component import SCHEMA_FILE, VideoSchemaGen, VideoSchemaGenExecutor, clip_schema
from models import features
from models.metadata import Imputation, MetadataConfig

CLASSES = ("wave", "sit")
NUM_FRAMES = 3
PNG = bytes(tf.io.encode_png(tf.zeros([2, 2, 1], tf.uint8)).numpy())


@pytest.fixture
def schema() -> schema_pb2.Schema:
    return clip_schema(NUM_FRAMES, CLASSES)


def example(**changes: list[Any]) -> bytes:
    """A serialized Example whose values are as the schema wants them, but for `changes`."""
    values: dict[str, list[Any]] = {
        name: [0.0] * length for name, length in features.feature_lengths(NUM_FRAMES).items()
    }
    values |= {name: ["anything"] for name in features.BYTES_FEATURES}
    values |= {"label": ["wave"], "frames": [b"jpeg"] * NUM_FRAMES}
    return features.make_example(values | changes)


def anomalies(schema: schema_pb2.Schema, serialized: bytes) -> dict[str, str]:
    """What ExampleValidator would say of each feature in which an Example departs from the schema."""
    options = tfdv.StatsOptions(schema=schema, enable_semantic_domain_stats=True)
    statistics = generate_statistics_in_memory(ExamplesToRecordBatchDecoder().DecodeBatch([serialized]), options)
    found = tfdv.validate_statistics(statistics, schema).anomaly_info
    return {name: info.short_description for name, info in found.items()}


def test_every_feature_has_a_fixed_length(schema: schema_pb2.Schema) -> None:
    spec = schema_utils.schema_as_feature_spec(schema).feature_spec
    assert isinstance(spec.pop(features.MASKS), tf.io.VarLenFeature)
    assert {name: feature.shape for name, feature in spec.items()} == {
        name: [length] for name, length in features.feature_lengths(NUM_FRAMES).items()
    }


def test_the_schema_parses_what_ingest_writes(schema: schema_pb2.Schema) -> None:
    spec = schema_utils.schema_as_feature_spec(schema).feature_spec
    parsed = tf.io.parse_example([example()], spec)
    assert parsed["frames"].numpy().tolist() == [[b"jpeg"] * NUM_FRAMES]
    assert parsed["boxes"].shape == (1, 4 * NUM_FRAMES)


def test_only_frames_and_masks_are_images(schema: schema_pb2.Schema) -> None:
    assert [feature.name for feature in schema.feature if feature.HasField("image_domain")] == ["frames", "masks"]


@pytest.mark.parametrize("masks", [{}, {"masks": [b"", PNG, b""]}, {"masks": [b""] * NUM_FRAMES}])
def test_masks_may_be_there_or_not(schema: schema_pb2.Schema, masks: dict[str, list[Any]]) -> None:
    assert anomalies(schema, example(**masks)) == {}


def test_masks_of_some_other_number_are_an_anomaly(schema: schema_pb2.Schema) -> None:
    assert anomalies(schema, example(masks=[PNG])).keys() == {"masks"}


def test_only_the_domain_of_the_label_is_closed(schema: schema_pb2.Schema) -> None:
    closed = {feature.name: feature.string_domain.value for feature in schema.feature if feature.string_domain.value}
    assert closed == {"label": list(CLASSES)}


def test_a_departure_is_an_anomaly_and_a_new_video_or_group_is_none(schema: schema_pb2.Schema) -> None:
    departed: dict[str, list[Any]] = {"label": ["jump"], "frames": [b"jpeg"] * (NUM_FRAMES + 1), "motion": ["fast"]}
    serialized = example(**departed, video_id=["another.mp4"], group=["someone else"])
    assert anomalies(schema, serialized).keys() == departed.keys()


NEAREST = MetadataConfig(columns=("age",), imputation="nearest")


@pytest.mark.parametrize("numbers", [{}, {"meta_age": [33.0]}])
@pytest.mark.parametrize("imputation", ["mean", "nearest"])
def test_a_gap_in_the_metadata_is_no_anomaly(imputation: Imputation, numbers: dict[str, list[Any]]) -> None:
    schema = clip_schema(NUM_FRAMES, CLASSES, MetadataConfig(columns=("age",), imputation=imputation))
    marks: dict[str, list[Any]] = {"imputed_age": [0.0]} if imputation == "nearest" else {}
    assert anomalies(schema, example(**marks, **numbers)) == {}


def test_metadata_departs_with_two_numbers_or_without_a_mark() -> None:
    schema = clip_schema(NUM_FRAMES, CLASSES, NEAREST)
    found = anomalies(schema, example(meta_age=[1.0, 2.0]))
    assert found.keys() == {"meta_age", "imputed_age"}


def test_the_component_writes_the_schema(tmp_path: Path) -> None:
    schema = clip_schema(NUM_FRAMES, CLASSES, NEAREST)
    component = VideoSchemaGen(num_frames=NUM_FRAMES, classes=CLASSES, metadata=NEAREST)
    assert json.loads(component.exec_properties["classes"]) == list(CLASSES)
    artifact = Schema()
    artifact.uri = str(tmp_path / "schema")
    VideoSchemaGenExecutor().Do({}, {"schema": [artifact]}, component.exec_properties)
    assert tfdv.load_schema_text(str(tmp_path / "schema" / SCHEMA_FILE)) == schema


def test_clips_with_several_labels_have_one_at_least_and_none_that_is_no_class() -> None:
    schema = clip_schema(NUM_FRAMES, CLASSES, labels="several")
    spec = schema_utils.schema_as_feature_spec(schema).feature_spec
    assert isinstance(spec[features.LABEL], tf.io.VarLenFeature)
    assert anomalies(schema, example(label=["sit", "wave"])) == {}
    assert set(anomalies(schema, example(label=["sit", "fly"]))) == {features.LABEL}
