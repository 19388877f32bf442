"""Predictions for a tool in which people correct them."""

import json
from pathlib import Path

import pytest

from components.annotations.writers.catalogue import WRITERS
from pipeline.prediction.annotations import content_of
from pipeline.prediction.records import VideoPrediction
from pipeline.prediction.segments import ActionSegment
from tests.components.video.videos import write_video

VERSION = Path("/serving/action/1700000000")
FOUND = VideoPrediction("a/one.mp4", (ActionSegment("sit", 0.5, 2.0, 0.75, (0.75, 0.25)),), 10.0)
QUIET = VideoPrediction("two.mp4", (), 5.0)
BROKEN = VideoPrediction("three.mp4", (), 0.0, "video_unreadable", "broke")


def test_label_studio_has_a_task_for_each_video_that_was_read() -> None:
    content = content_of([FOUND, QUIET, BROKEN], "label_studio", VERSION)
    tasks = json.loads(WRITERS["label_studio"].write(content))
    assert [(task["data"]["video"], len(task["predictions"][0]["result"])) for task in tasks] == [
        ("a/one.mp4", 1),
        ("two.mp4", 0),
    ]
    assert tasks[0]["predictions"][0]["model_version"] == "action/1700000000"
    assert tasks[0]["predictions"][0]["result"][0]["score"] == 0.75


@pytest.mark.parametrize("name", ["elan", "fiftyone"])
def test_other_formats_have_what_was_found(name: str) -> None:
    content = content_of([FOUND, QUIET, BROKEN], name, VERSION)
    assert [(each.video, each.label, each.metadata) for each in content.segments] == [
        ("a/one.mp4", "sit", {"score": 0.75})
    ]


def test_cvat_counts_the_frames_of_the_video(tmp_path: Path) -> None:
    video = str(write_video(tmp_path / "one.mp4", 20))
    found = VideoPrediction(video, (ActionSegment("sit", 0.5, 1.5, 0.75, (0.75, 0.25)),), 2.0)
    text = WRITERS["cvat_video"].write(content_of([found], "cvat_video", VERSION))
    assert '<box frame="5" keyframe="1" outside="0"' in text
    assert '<box frame="15" keyframe="1" outside="1"' in text
