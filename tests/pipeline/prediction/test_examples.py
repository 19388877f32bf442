"""Records of files, whatever these are called, and rows of tables."""

import csv
import json
from pathlib import Path

import pytest
import tensorflow as tf

from models.labelling import Labelling
from pipeline.prediction.examples import answer, as_csv, as_json
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


def test_an_example_with_several_labels_has_a_line_for_each_and_one_with_none_says_so() -> None:
    labelling = Labelling(("sit", "walk"), (0.5, 0.5))
    several = as_csv({"segment_id": "a", **answer([0.75, 1.0], labelling)}, labelling.classes)
    assert [row[4:7] for row in csv.reader(several.splitlines())] == [["walk", "1.0", ""], ["sit", "0.75", ""]]
    (none,) = csv.reader([as_csv({"segment_id": "a", **answer([0.25, 0.125], labelling)}, labelling.classes)])
    assert none[4:] == ["", "", "no_action", "none was found; the best is sit with 0.250", "0.25", "0.125"]


def test_an_example_with_one_label_has_no_others() -> None:
    assert answer([0.25, 0.75], Labelling(("sit", "walk"))) == {
        "label": "walk",
        "score": 0.75,
        "probabilities": {"sit": 0.25, "walk": 0.75},
    }
