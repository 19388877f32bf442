"""VideoSchemaGen: the curated schema of the Examples.

What VideoExampleGen writes is known before the first Example exists, so nothing is inferred. The schema tells TFDV that
`frames` are images, so that it counts formats and not the values of JPEG bytes. Ids and groups have no closed domain: a new
video is no anomaly. Labels have one: a new label is an anomaly.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from google.protobuf import text_format
from tensorflow_metadata.proto.v0 import schema_pb2
from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_artifacts import Schema

from components.specification import make_spec, text_parameters
from models import features
from models.config import ONE, Labels
from models.metadata import NO_METADATA, MetadataConfig, imputed_feature, value_feature

SCHEMA_FILE = "schema.pbtxt"


def clip_schema(
    num_frames: int, classes: Sequence[str], metadata: MetadataConfig = NO_METADATA, labels: Labels = ONE
) -> schema_pb2.Schema:
    """The schema of Examples with `num_frames` stored frames and `labels` a clip."""
    schema = schema_pb2.Schema()
    for name, length in features.feature_lengths(num_frames).items():
        is_bytes = name in (*features.BYTES_FEATURES, features.FRAMES)
        feature = schema.feature.add(name=name, type=schema_pb2.BYTES if is_bytes else schema_pb2.FLOAT)
        if name == features.LABEL and labels != ONE:
            feature.presence.min_fraction = 1.0
            feature.value_count.min = 1
        else:
            _require(feature, length)
        if name == features.FRAMES:
            feature.image_domain.SetInParent()
        if name == features.LABEL:
            feature.string_domain.value.extend(classes)
    masks = schema.feature.add(name=features.MASKS, type=schema_pb2.BYTES, image_domain=schema_pb2.ImageDomain())
    masks.value_count.min = masks.value_count.max = num_frames
    if labels != ONE:
        schema.feature.add(name=features.KNOWN_LABELS, type=schema_pb2.BYTES)
    for column in metadata.columns:
        gaps = schema.feature.add(name=value_feature(column), type=schema_pb2.FLOAT)
        gaps.value_count.min = gaps.value_count.max = 1
        if metadata.imputation == "nearest":
            _require(schema.feature.add(name=imputed_feature(column), type=schema_pb2.FLOAT), 1)
    return schema


def _require(feature: schema_pb2.Feature, length: int) -> None:
    """Every Example has `length` values of the feature."""
    feature.presence.min_fraction = 1.0
    feature.presence.min_count = 1
    feature.shape.dim.add(size=length)


class VideoSchemaGenExecutor(base_executor.BaseExecutor):
    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        metadata = MetadataConfig.model_validate_json(exec_properties["metadata"])
        classes, labels = json.loads(exec_properties["classes"]), exec_properties["labels"]
        schema = clip_schema(exec_properties["num_frames"], classes, metadata, labels)
        folder = Path(artifact_utils.get_single_uri(output_dict["schema"]))
        folder.mkdir(parents=True, exist_ok=True)
        (folder / SCHEMA_FILE).write_text(text_format.MessageToString(schema))


class VideoSchemaGenSpec(ComponentSpec):
    """`classes` is a JSON list, `metadata` the JSON of a MetadataConfig."""

    INPUTS: dict[str, ChannelParameter] = {}
    OUTPUTS = {"schema": ChannelParameter(type=Schema)}
    PARAMETERS = {
        "num_frames": ExecutionParameter(type=int),
        **text_parameters("classes", "metadata", "labels", "code_digest"),
    }


class VideoSchemaGen(base_component.BaseComponent):
    """Writes the schema that StatisticsGen, ExampleValidator and Transform use."""

    SPEC_CLASS = VideoSchemaGenSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(VideoSchemaGenExecutor)

    def __init__(
        self,
        *,
        num_frames: int,
        classes: Sequence[str],
        metadata: MetadataConfig = NO_METADATA,
        labels: Labels = ONE,
    ) -> None:
        """`num_frames`: stored frames per clip; `classes`: labels in the order of their ids; `labels`: how many a clip has."""
        spec = make_spec(
            type(self), num_frames=num_frames, classes=json.dumps(list(classes)), metadata=metadata, labels=labels
        )
        super().__init__(spec)
