"""Clips to measure with: demo videos as Examples, and what Transform makes of them."""

import itertools
import json
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io
from tfx_bsl.public import tfxio

from components.annotations.config import DataConfig
from components.annotations.files.fingerprint import find_labels
from components.annotations.files.manifest import build_manifest
from components.annotations.readers.detect import read_annotations
from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import IngestedClip, VideoIngest, VideoTask
from components.video_schema_gen.component import clip_schema
from examples import demo_data
from models.config import ModelConfig
from models.metadata import NO_METADATA, MetadataConfig
from models.preprocessing import preprocessing_fn


def demo_examples(
    folder: Path, num_clips: int, sampling: SamplingConfig, **options: Any
) -> tuple[list[str], list[bytes]]:
    """The classes of a demo data set, which is generated in `folder`, and its clips, repeated until there are enough."""
    data = demo_data.generate(folder, **options)
    config = DataConfig(annotations=str(data.annotations_path), videos=str(folder))
    clips = list(read_examples(config, sampling))
    return find_labels(read_annotations(config).records), list(itertools.islice(itertools.cycle(clips), num_clips))


def read_examples(data: DataConfig, sampling: SamplingConfig) -> Iterator[bytes]:
    """Examples of all clips, in the order of the videos' names."""
    root = LocalRoot(Path(data.videos))
    manifest = build_manifest(read_annotations(data).records, root)
    with Decoder() as decoder:
        ingest = VideoIngest(root, sampling, None, decoder)
        for video, segments in manifest.segments_by_video.items():
            for result in ingest.ingest(VideoTask(video, segments, "train")):
                if isinstance(result, IngestedClip):
                    yield result.example


def write_records(path: Path, examples: Iterable[bytes]) -> None:
    """Examples in one file, as ingest writes them."""
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions("GZIP", compression_level=1)) as writer:
        for example in examples:
            writer.write(example)


def transform(
    examples: Path,
    target: Path,
    sampling: SamplingConfig,
    model: ModelConfig,
    classes: Sequence[str],
    materialised: Path | None = None,
    metadata: MetadataConfig = NO_METADATA,
) -> tft.TFTransformOutput:
    """Analyse clips; the graph is written to `target`, and the clips that it gives to `materialised`."""
    custom_config = {
        "model": model.model_dump_json(),
        "classes": json.dumps(list(classes)),
        "metadata": metadata.model_dump_json(),
    }
    schema = clip_schema(sampling.num_frames, classes, metadata)
    source = tfxio.TFExampleRecord(str(examples), schema=schema)
    with beam.Pipeline("FnApiRunner") as pipeline, tft_beam.Context(temp_dir=f"{target}.temporary"):
        data = (pipeline | source.BeamSource(), source.TensorAdapterConfig())
        transform_fn = data | tft_beam.AnalyzeDataset(lambda inputs: preprocessing_fn(inputs, custom_config))
        _ = transform_fn | tft_beam.WriteTransformFn(str(target))
        raw_metadata = dataset_metadata.DatasetMetadata(schema)
        metadata_io.write_metadata(raw_metadata, str(target / tft.TFTransformOutput.RAW_METADATA_DIR))
        if materialised:
            batches, metadata = (data, transform_fn) | tft_beam.TransformDataset(output_record_batches=True)
            encoder = tfxio.RecordBatchToExamplesEncoder(metadata.schema)
            _ = (
                batches
                | beam.FlatMapTuple(lambda batch, _: encoder.encode(batch))
                | beam.io.WriteToTFRecord(str(materialised), num_shards=1, shard_name_template="")
            )
    return tft.TFTransformOutput(str(target))
