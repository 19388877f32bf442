"""Records of files, whatever these are called, and rows of tables."""

import csv
import json
from pathlib import Path

import pytest
import tensorflow as tf

from pipeline.prediction.examples import as_csv, as_json
from pipeline.prediction.record_files import read_records


@pytest.mark.parametrize("name", ["a.gz", "a[1]*?.gz", "a\\b\n.tfrecord"])
def test_the_records_of_a_file_are_read_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    path = tmp_path / "[x]" / name
    path.parent.mkdir()
    with tf.io.TFRecordWriter(str(path), "GZIP" if name.endswith(".gz") else "") as writer:
        for record in (b"one", b"two"):
            writer.write(record)
    assert list(read_records(str(path))) == [b"one", b"two"]


def test_a_file_that_is_none_is_said_to_be_so(tmp_path: Path) -> None:
    path = tmp_path / "a.tfrecord"
    path.write_bytes(b"no records at all")
    with pytest.raises(ValueError, match="no TFRecord file"):
        list(read_records(str(path)))


def test_no_text_of_a_table_is_a_formula_but_numbers_stay_numbers() -> None:
    row = {
        "segment_id": "-a.mp4#1",
        "video_id": "=a.mp4",
        "start_seconds": -0.5,
        "label": "@sit",
        "probabilities": {"@sit": 1.0},
    }
    (cells,) = csv.reader([as_csv(row, ("@sit",))])
    assert cells == ["'-a.mp4#1", "'=a.mp4", "-0.5", "", "'@sit", "", "", "", "1.0"]
    assert json.loads(as_json(row, ("@sit",))) == row
