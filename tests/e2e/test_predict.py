"""clipgate predict on a pushed model: clips, folders, long videos, broken files, and what is left behind."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import cv2
import pytest
import tensorflow as tf

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import Segment
from pipeline.prediction.writers import COLUMNS
from tests.e2e.pushed import PushedRun
from tests.pipeline.commands.conftest import Done, run_clipgate

SETTINGS = ("--step-seconds", 0.4, "--threshold", 0.26, "--low-threshold", 0.2)


@pytest.fixture
def clipgate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    return run_clipgate(monkeypatch, capsys)


@pytest.fixture
def videos(pushed_run: PushedRun, tmp_path: Path) -> Path:
    """A folder with a good video, one that is cut off, and one that is none."""
    folder = tmp_path / "videos"
    folder.mkdir()
    source = pushed_run.project.folder / "data" / "videos" / "person_00.mp4"
    (folder / "good.mp4").write_bytes(source.read_bytes())
    (folder / "broken.mp4").write_bytes(source.read_bytes()[:2000])
    (folder / "text.mp4").write_text("no video")
    (folder / "notes.txt").write_text("not even named like one")
    return folder


def model_of(pushed_run: PushedRun) -> Path:
    return pushed_run.project.output_dir / "serving" / "action"


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_each_video_of_a_folder_has_a_row_and_a_broken_one_says_why(
    pushed_run: PushedRun, clipgate: Callable[..., Done], videos: Path, tmp_path: Path
) -> None:
    done = clipgate("predict", videos, "-m", model_of(pushed_run), "-o", tmp_path / "out.csv")
    assert done.code == 2
    rows = {Path(row["path"]).name: row for row in rows_of(tmp_path / "out.csv")}
    assert set(rows) == {"good.mp4", "broken.mp4", "text.mp4"}
    assert (rows["text.mp4"]["reason"], rows["broken.mp4"]["reason"]) == ("not_a_video", "video_unreadable")
    good = rows["good.mp4"]
    assert sum(float(value) for name, value in good.items() if name.startswith("p_")) == pytest.approx(1, abs=1e-4)
    assert float(good[f"p_{good['label']}"]) == float(good["score"])
    assert "text.mp4: not_a_video: its first bytes are those of no video container" in done.err
    assert "2 of 3 videos could not be read to the end" in done.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "videos"]


def test_all_forms_of_the_segments_of_a_long_video_agree(
    pushed_run: PushedRun, clipgate: Callable[..., Done], videos: Path, tmp_path: Path
) -> None:
    video, model = videos / "good.mp4", model_of(pushed_run)
    page, film = tmp_path / "page.html", tmp_path / "film.mp4"
    table = tmp_path / "out.csv"
    done = clipgate(
        "predict", video, "--segments", "-m", model, *SETTINGS, "-o", table, "--timeline", page, "--annotated", film, "--json"
    )  # fmt: skip
    assert done.code == 0, done.err
    (printed,) = json.loads(done.out)
    rows = rows_of(table)
    assert list(rows[0])[: len(COLUMNS)] == list(COLUMNS)
    found = [(row["label"], row["start_seconds"], row["end_seconds"]) for row in rows]
    assert found
    assert found == [
        (item["label"], f"{item['start_seconds']:.3f}", f"{item['end_seconds']:.3f}") for item in printed["segments"]
    ]
    # Times are those of the generic annotations, so that a table of predictions can be corrected and learned from.
    records = list(read_annotations(DataConfig(annotations=str(table), videos=str(videos))).records)
    assert [record.label for record in records if isinstance(record, Segment)] == [label for label, *_ in found]

    text = page.read_text()
    assert text.count('<img src="data:image/jpeg;base64,') >= len(found)
    assert "http://" not in text

    capture = cv2.VideoCapture(str(film))
    frames = []
    while (got := capture.read())[0]:
        frames.append(got[1])
    original = cv2.VideoCapture(str(video))
    assert len(frames) == int(original.get(cv2.CAP_PROP_FRAME_COUNT))
    assert frames[0].shape == original.read()[1].shape


def test_activitynet_results_have_the_fields_of_its_evaluation(
    pushed_run: PushedRun, clipgate: Callable[..., Done], videos: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.json"
    done = clipgate(
        "predict", videos / "good.mp4", videos / "text.mp4", "--segments", "-m", model_of(pushed_run), *SETTINGS,
        "-o", output, "--format", "activitynet",
    )  # fmt: skip
    assert done.code == 2
    document = json.loads(output.read_text())
    assert set(document) == {"version", "results", "external_data"}
    assert set(document["results"]) == {"good", "text"}
    assert document["results"]["text"] == []
    for item in document["results"]["good"]:
        assert set(item) == {"label", "score", "segment"}
        assert item["segment"][0] < item["segment"][1]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-o", "out.txt"], "--output: out.txt has to end in .csv, .json, .xml or .eaf"),
        (["--config", "a.yaml"], "--config belongs to stored Examples (--examples), not to clips"),
        (["--timeline", "page.html"], "--timeline belongs to long videos (--segments), not to clips"),
        (["--fps", "5", "--segments"], "--fps belongs to streams, not to long videos (--segments)"),
        (["--segments", "--start-seconds", "1"], "--start-seconds belongs to clips, not to long videos (--segments)"),
        (["--camera", "0"], "name videos, or --camera, or --examples; more than one was given"),
        (["--segments", "--annotated", "film.avi"], "--annotated: film.avi has to end in .mp4"),
        (["--segments", "--background", "nothing"], "the model has no class 'nothing'; its classes are blue, green"),
        (["--segments", "--threshold", "7"], "--threshold: Input should be less than or equal to 1; found 7"),
        (["--segments", "--threshold", "0.3", "--low-threshold", "0.4"], "low_threshold is 0.4, above threshold, 0.3"),
        (["--start-seconds", "3", "--end-seconds", "2"], "the segment ends at 2 s and starts at 3 s"),
        (["-o", "nowhere/out.csv"], "out.csv cannot be written: its folder does not exist"),
    ],
)
def test_wrong_options_are_named_before_anything_is_read(
    pushed_run: PushedRun, clipgate: Callable[..., Done], videos: Path, options: list[str], message: str
) -> None:
    done = clipgate("predict", videos / "good.mp4", "-m", model_of(pushed_run), *options)
    assert done.code == 2
    assert message in done.err


def test_stored_examples_become_a_table(pushed_run: PushedRun, clipgate: Callable[..., Done], tmp_path: Path) -> None:
    stored = pushed_run.project.artifact("VideoExampleGen", "examples") / "Split-test"
    records = list(tf.data.TFRecordDataset([str(path) for path in stored.glob("*.gz")], "GZIP").as_numpy_iterator())
    with tf.io.TFRecordWriter(str(tmp_path / "broken.gz"), "GZIP") as writer:
        writer.write(records[0])
        writer.write(b"no example")
    model = model_of(pushed_run)
    done = clipgate("predict", "--examples", stored / "*.gz", "-m", model, "-o", tmp_path / "out.csv")
    assert done.code == 0, done.err
    rows = rows_of(tmp_path / "out.csv")
    names = [
        tf.train.Example.FromString(record).features.feature["segment_id"].bytes_list.value[0] for record in records
    ]
    assert sorted(row["segment_id"] for row in rows) == sorted(name.decode() for name in names)
    for row in rows:
        assert sum(float(value) for name, value in row.items() if name.startswith("p_")) == pytest.approx(1)
        assert row["score"] == row[f"p_{row['label']}"]

    done = clipgate("predict", "--examples", tmp_path / "broken.gz", "-m", model, "-o", tmp_path / "out.jsonl")
    assert done.code == 2
    assert "1 Examples could not be read; their rows say why" in done.err
    lines = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert sorted(line.get("reason", "") for line in lines) == ["", "example_invalid"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken.gz", "out.csv", "out.jsonl"]


def test_a_network_that_needs_whole_clips_follows_no_stream(
    pushed_run: PushedRun, clipgate: Callable[..., Done]
) -> None:
    done = clipgate("predict", "-", "-m", model_of(pushed_run))
    assert done.code == 2
    assert "its network, r2plus1d, needs whole clips. Train one that is causal (model.network: movinet)" in done.err
