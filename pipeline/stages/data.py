"""The stage from videos and annotations to Examples, and to what is known of both."""

from typing import Any, NamedTuple

import tensorflow_data_validation as tfdv
from tfx.components import ExampleValidator, StatisticsGen
from tfx.dsl.placeholder.placeholder import Placeholder
from tfx.types.channel import BaseChannel

from components.annotation_validator.component import AnnotationValidator
from components.data_digest.component import DataDigest
from components.video_example_gen.component import VideoExampleGen
from components.video_schema_gen.component import VideoSchemaGen
from pipeline.beam.options import ingest_beam_args
from pipeline.checks import make_inspection
from pipeline.plan import Plan, file_of_digests


class Data(NamedTuple):
    """Outputs for the other stages; `anomalies` are odd values in the Examples."""

    examples: BaseChannel
    schema: BaseChannel
    ledger: BaseChannel
    anomalies: BaseChannel
    annotation_validator: AnnotationValidator
    components: list[Any]


def make_data_digest(plan: Plan) -> DataDigest:
    """What looks at the data of a plan again, when a run begins."""
    config = plan.config
    return DataDigest(
        data=config.data,
        splits=config.splits,
        negatives=config.negatives,
        found_classes=() if config.model.classes else plan.classes,
        digests_file=str(file_of_digests(config) or ""),
    )


def make_data(plan: Plan, data_digest: str | Placeholder) -> Data:
    config = plan.config
    # Principal components are left to Transform, so that what comes before it stays in the cache when they change.
    ingested = config.data.model_copy(update={"pca": None})
    annotation_validator = AnnotationValidator(
        name=config.name,
        data=ingested,
        inspection=make_inspection(config),
        # A run reads no log of decisions: what people corrected stands in the annotations that it is given.
        checks=config.checks.model_copy(update={"decisions": None}),
        fingerprint=data_digest,
        previous_fingerprint=plan.previous_digest,
    )
    example_gen = VideoExampleGen(
        data=ingested,
        splits=config.splits,
        negatives=config.negatives,
        sampling=config.sampling,
        classes=plan.classes,
        labels=config.model.labels,
        fingerprint=data_digest,
    ).with_beam_pipeline_args(ingest_beam_args(config.beam.decoders_of_a_worker))
    examples = example_gen.outputs["examples"]
    schema_gen = VideoSchemaGen(
        num_frames=config.sampling.num_frames,
        classes=plan.classes,
        metadata=ingested.metadata_config,
        labels=config.model.labels,
    )
    schema = schema_gen.outputs["schema"]
    statistics_gen = StatisticsGen(
        examples=examples, schema=schema, stats_options=tfdv.StatsOptions(enable_semantic_domain_stats=True)
    )
    example_validator = ExampleValidator(statistics=statistics_gen.outputs["statistics"], schema=schema)
    return Data(
        examples=examples,
        schema=schema,
        ledger=example_gen.outputs["ledger"],
        anomalies=example_validator.outputs["anomalies"],
        annotation_validator=annotation_validator,
        components=[annotation_validator, example_gen, schema_gen, statistics_gen, example_validator],
    )
