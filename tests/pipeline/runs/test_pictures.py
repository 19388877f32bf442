"""Pictures of clips, from what runs have kept."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import tensorflow as tf

from models import features
from pipeline.runs.pictures import read_pictures
from pipeline.runs.record import RunRecord


def run(output_dir: Path, number: int, *clip_ids: str) -> RunRecord:
    """A run with Examples of these clips, each a frame as grey as the run's number says."""
    folder = output_dir / "examples" / str(number)
    (folder / "Split-test").mkdir(parents=True)
    jpeg = bytes(cv2.imencode(".jpg", np.full((32, 32, 3), 40 * number, np.uint8))[1].tobytes())
    with tf.io.TFRecordWriter(str(folder / "Split-test" / "data.gz"), "GZIP") as writer:
        for clip_id in clip_ids:
            values = {name: ["x"] for name in (features.LABEL, features.VIDEO_ID)}
            times = {name: [0.0] for name in (features.FRAME_SECONDS, features.START_SECONDS, features.END_SECONDS)}
            writer.write(
                features.make_example({**values, **times, features.SEGMENT_ID: [clip_id], features.FRAMES: [jpeg]})
            )
    artifacts = {"VideoExampleGen.examples": f"examples/{number}"}
    return RunRecord(number=number, name="test", began_at="", config_file="", config={}, artifacts=artifacts)


def test_each_clip_is_shown_by_the_first_run_that_has_it(tmp_path: Path) -> None:
    runs = (run(tmp_path, 2, "a", "b"), run(tmp_path, 1, "b", "c"))
    strips = read_pictures(tmp_path, runs, ["a", "b", "c", "d"])
    greys = {
        name: cv2.imdecode(np.frombuffer(strip.frames[0].jpeg, np.uint8), 0).mean() for name, strip in strips.items()
    }
    assert greys == pytest.approx({"a": 80, "b": 80, "c": 40}, abs=2)


def test_a_run_whose_examples_were_removed_shows_none(tmp_path: Path) -> None:
    gone = run(tmp_path, 1, "a").model_copy(update={"artifacts": {"VideoExampleGen.examples": "examples/9"}})
    assert read_pictures(tmp_path, (gone,), ["a"]) == {}
