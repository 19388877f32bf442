"""Should Transform store decoded clips, or should the trainer decode JPEG frames itself?

    .venv/bin/python -m benchmarks.carrying_clips [--clips 500]

Ingests demo videos, carries the clips through Transform's graph both ways in one run, and prints JSON: bytes on disk, seconds
that Transform takes, and CPU milliseconds per clip that reading an epoch costs, with ratios materialised / not materialised.
"""

import argparse
import itertools
import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import tensorflow as tf
import tensorflow_transform as tft
import tensorflow_transform.beam as tft_beam
from tensorflow_transform.tf_metadata import dataset_metadata, metadata_io
from tfx_bsl.public import tfxio

from components.annotations.config import DataConfig
from components.annotations.fingerprint import find_classes
from components.annotations.manifest import build_manifest
from components.annotations.readers.detect import read_annotations
from components.storage.root import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import IngestedClip, VideoIngest, VideoTask
from components.video_schema_gen.component import clip_schema
from examples import demo_data
from models import features
from models.config import ModelConfig
from models.data import ClipSource
from models.metadata import NO_METADATA
from models.preprocessing import preprocessing_fn, unpack_clips

_REPETITIONS = 5


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=500)
    num_clips = parser.parse_args().clips
    sampling = SamplingConfig(num_frames=24, short_side=80)
    model = ModelConfig(num_frames=8, height=64, width=80)
    with tempfile.TemporaryDirectory() as folder:
        result = measure(Path(folder), num_clips, sampling, model)
    print(json.dumps(result, indent=2))


def measure(folder: Path, num_clips: int, sampling: SamplingConfig, model: ModelConfig) -> dict[str, Any]:
    """Both ways on the same clips; reading alternates between them."""
    demo_data.generate(folder / "data")
    raw = folder / "raw.gz"
    classes = write_examples(folder / "data", raw, num_clips, sampling)
    custom_config = {
        "model": model.model_dump_json(),
        "classes": json.dumps(classes),
        "metadata": NO_METADATA.model_dump_json(),
    }
    schema = clip_schema(sampling.num_frames, classes)

    seconds = {}
    for way in ("not_materialised", "materialised"):
        started = time.perf_counter()
        transform(folder, raw, schema, custom_config, materialise=way == "materialised")
        seconds[way] = time.perf_counter() - started
    output = tft.TFTransformOutput(str(folder / "transform"))
    transformed = folder / "transformed.gz"
    readers: dict[str, Callable[[], tf.data.Dataset]] = {
        "not_materialised": ClipSource([str(raw)], output, model).clips,
        "materialised": lambda: read_materialised(transformed, output, sampling.num_frames, model),
    }
    milliseconds: dict[str, list[float]] = {way: [] for way in readers}
    for _ in range(_REPETITIONS):
        for way, read in readers.items():
            milliseconds[way].append(cpu_milliseconds_per_clip(read(), num_clips))
    ways = {
        way: {
            "bytes_on_disk": raw.stat().st_size + (transformed.stat().st_size if way == "materialised" else 0),
            "transform_seconds": round(seconds[way], 1),
            "read_cpu_milliseconds_per_clip": round(statistics.median(milliseconds[way]), 2),
        }
        for way in readers
    }
    ratios = {
        name: round(ways["materialised"][name] / ways["not_materialised"][name], 2) for name in ways["materialised"]
    }
    return {"clips": num_clips, **ways, "ratio_materialised_to_not": ratios}


def write_examples(data: Path, path: Path, num_clips: int, sampling: SamplingConfig) -> list[str]:
    """Ingest the demo data, repeated until there are enough clips; returns the classes."""
    config = DataConfig(annotations=str(data / "annotations.csv"), videos=str(data))
    manifest = build_manifest(read_annotations(config), LocalRoot(data))

    def clips() -> Iterator[bytes]:
        with Decoder() as decoder:
            ingest = VideoIngest(LocalRoot(data), sampling, None, decoder)
            for video, segments in manifest.segments_by_video.items():
                for result in ingest.ingest(VideoTask(video, segments, "train")):
                    if isinstance(result, IngestedClip):
                        yield result.example

    write_records(path, itertools.islice(itertools.cycle(list(clips())), num_clips))
    return find_classes(config, ())


def write_records(path: Path, examples: Iterable[bytes]) -> None:
    """Examples in one file, as ingest writes them."""
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions("GZIP", compression_level=1)) as writer:
        for example in examples:
            writer.write(example)


def transform(folder: Path, raw: Path, schema: Any, custom_config: dict[str, str], *, materialise: bool) -> None:
    """Analyse the clips and, if asked, store the transformed ones."""
    source = tfxio.TFExampleRecord(str(raw), schema=schema)
    with beam.Pipeline("FnApiRunner") as pipeline, tft_beam.Context(temp_dir=str(folder / "temp")):
        data = (pipeline | source.BeamSource(), source.TensorAdapterConfig())
        transform_fn = data | tft_beam.AnalyzeDataset(lambda inputs: preprocessing_fn(inputs, custom_config))
        target = folder / ("transform_materialised" if materialise else "transform")
        _ = transform_fn | tft_beam.WriteTransformFn(str(target))
        raw_metadata = dataset_metadata.DatasetMetadata(schema)
        metadata_io.write_metadata(raw_metadata, str(target / tft.TFTransformOutput.RAW_METADATA_DIR))
        if materialise:
            batches, metadata = (data, transform_fn) | tft_beam.TransformDataset(output_record_batches=True)
            encoder = tfxio.RecordBatchToExamplesEncoder(metadata.schema)
            _ = (
                batches
                | beam.FlatMapTuple(lambda batch, _: encoder.encode(batch))
                | beam.io.WriteToTFRecord(str(folder / "transformed.gz"), num_shards=1, shard_name_template="")
            )


def read_materialised(
    path: Path, output: tft.TFTransformOutput, num_frames: int, model: ModelConfig
) -> tf.data.Dataset:
    """Stored clips as the trainer would read them."""
    spec = output.transformed_feature_spec()

    def parse(serialized: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        values = tf.io.parse_example(serialized, spec)
        return unpack_clips(values[features.CLIP], num_frames, model), values[features.LABEL_ID]

    return tf.data.TFRecordDataset(str(path), "GZIP").batch(4).map(parse, tf.data.AUTOTUNE).unbatch()


def cpu_milliseconds_per_clip(clips: tf.data.Dataset, num_clips: int) -> float:
    """CPU time of this process for one pass."""
    before = os.times()
    count = sum(1 for _ in clips)
    after = os.times()
    assert count == num_clips
    return 1000 * (after.user + after.system - before.user - before.system) / num_clips


if __name__ == "__main__":
    main()
