"""What is read on an engine is read by all of its workers."""

from pathlib import Path

import apache_beam as beam
import tensorflow as tf
from apache_beam.io.tfrecordio import ReadFromTFRecord
from apache_beam.options.pipeline_options import PipelineOptions

from foundation.beam_runners import ENGINE_RUNNER
from pipeline.beam.engine_runner import parts_of, records_of


def write(folder: Path, num_files: int) -> str:
    for number in range(num_files):
        with tf.io.TFRecordWriter(str(folder / f"{number}.gz"), "GZIP") as writer:
            writer.write(f"{number}".encode())
    return f"{folder}/*"


def test_each_compressed_file_is_a_part_of_its_own(tmp_path: Path) -> None:
    source = ReadFromTFRecord(write(tmp_path, 5))._source
    records = [list(records_of(part)) for part in parts_of(source)]
    assert sorted(records) == [[b"0"], [b"1"], [b"2"], [b"3"], [b"4"]]


def test_parts_of_a_file_make_up_the_file(tmp_path: Path) -> None:
    lines = [f"{number:09d}" for number in range(300_000)]
    (tmp_path / "long.txt").write_text("\n".join(lines))
    parts = [*parts_of(beam.io.ReadFromText(str(tmp_path / "long.txt"))._source)]
    assert len(parts) > 1
    assert [line for part in parts for line in records_of(part)] == lines


def test_parts_are_dealt_out_before_they_are_read(tmp_path: Path) -> None:
    pipeline = beam.Pipeline(options=PipelineOptions([f"--runner={ENGINE_RUNNER}"]))
    _ = pipeline | "Read" >> ReadFromTFRecord(write(tmp_path, 1))
    transforms = pipeline.to_runner_api().components.transforms.values()
    (deal,) = (each for each in transforms if each.unique_name == "Read/Read/Deal")
    (read,) = (each for each in transforms if each.unique_name == "Read/Read/Records")
    assert deal.spec.urn == "beam:transform:reshuffle:v1"
    assert set(read.inputs.values()) == set(deal.outputs.values())
