"""What is kept of served requests, and that nothing of it is in a request's way."""

import fcntl
import json
import logging
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.video.images import encode_jpeg
from pipeline.serve.request_log import RequestLog, RequestLogConfig, Sender
from pipeline.watch.records import read_lines

SENDER = Sender("action", "ipv4:10.0.0.1", "")
SCORES = {"probabilities": np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], np.float32)}


def clips(brightness: int = 100) -> dict[str, Any]:
    """Two clips of four JPEGs, of which a bright bar moves in the second."""
    frames = np.full((2, 4, 40, 60, 3), brightness, np.uint8)
    for time in range(4):
        frames[1, time, :, 10 * time : 10 * time + 20] = 250
    jpegs = [[encode_jpeg(frame, 95) for frame in clip] for clip in frames]
    return {"frames": np.array(jpegs, dtype=object)}


def open_log(folder: Path, share: float = 1.0, pixels: bool = False) -> RequestLog:
    return RequestLog(RequestLogConfig(folder, share, 2**20, pixels))


def offer(log: RequestLog, inputs: dict[str, Any], sender: Sender = SENDER, signature: str = "predict_jpeg") -> None:
    log.offer(sender, 7, 2, signature, inputs, SCORES)


def records(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for path in sorted(folder.glob("*.jsonl")) for line in path.read_text().splitlines()]


def test_each_clip_has_a_record_of_what_it_is_like_and_what_was_answered(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    offer(log, clips())
    log.close()
    still, moving = records(tmp_path)
    assert (still["model"], still["version"], still["scores"]) == ("action", 7, [0.7, 0.2, 0.1])
    assert (still["num_frames"], still["height"], still["width"]) == (4, 40, 60)
    assert still["brightness"] == pytest.approx(100 / 255, abs=0.01)
    assert still["motion"] == pytest.approx(0, abs=0.001) and moving["motion"] > 0.1
    assert moving["contrast"] > still["contrast"] and moving["scores"] == [0.1, 0.1, 0.8]
    assert "frames" not in still
    assert len(json.dumps(still)) < 400


def test_pixels_are_kept_only_if_asked_for_and_then_those_that_the_network_is_shown(tmp_path: Path) -> None:
    log, inputs = open_log(tmp_path, pixels=True), clips()
    offer(log, inputs)
    log.close()
    kept = read_lines(list(tmp_path.glob("*.jsonl"))).clips
    assert [clip.jpegs for clip in kept] == [(clip[1], clip[3]) for clip in inputs["frames"].tolist()]


def test_frames_and_jpegs_of_the_same_clip_have_the_same_features(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    frames = np.full((2, 4, 40, 60, 3), (200, 100, 50), np.uint8)
    jpegs = [[encode_jpeg(frame[..., ::-1], 95) for frame in clip] for clip in frames]
    offer(log, {"frames": frames}, signature="predict_frames")
    offer(log, {"frames": np.array(jpegs, dtype=object)})
    log.close()
    of_frames, _, of_jpegs, _ = read_lines(list(tmp_path.glob("*.jsonl"))).clips
    np.testing.assert_allclose(of_frames.features, of_jpegs.features, atol=0.02)
    assert of_frames.features.warmth == pytest.approx(150 / 255, abs=0.02)


def test_clients_are_told_apart_without_their_addresses(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    for sender in (SENDER, Sender("action", "ipv4:10.0.0.2", ""), SENDER, Sender("action", "ipv4:10.0.0.2", "gate 3")):
        offer(log, clips(), sender)
    log.close()
    one, other, same, named = [record["client"] for record in records(tmp_path)][::2]
    assert one == same != other and named == "gate 3"
    assert "10.0" not in "".join(path.read_text() for path in tmp_path.glob("*.jsonl"))


def test_a_share_of_the_requests_is_kept(tmp_path: Path) -> None:
    log = open_log(tmp_path, share=0.5)
    inputs = {"frames": np.zeros((2, 1, 8, 8, 3), np.uint8)}
    for _ in range(40):
        offer(log, inputs, signature="predict_frames")
    log.close()
    assert 2 * 6 < len(records(tmp_path)) < 2 * 34


def test_what_has_no_clips_or_no_probabilities_is_passed_over(tmp_path: Path) -> None:
    log = open_log(tmp_path)
    log.offer(SENDER, 7, 2, "stream_step", clips(), SCORES)
    log.offer(SENDER, 7, 2, "predict_jpeg", clips(), {"label": np.array(["walk"])})
    log.offer(SENDER, 7, None, "predict_jpeg", clips(), SCORES)  # a model of another tool
    log.close()
    assert records(tmp_path) == []


def test_while_the_log_cannot_keep_up_requests_are_dropped_counted_and_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log, inputs = open_log(tmp_path), clips()
    with (tmp_path / ".lock").open("w") as lock, caplog.at_level(logging.WARNING):
        fcntl.flock(lock, fcntl.LOCK_EX)  # by another process that stands still, so the log does
        for _ in range(100):
            offer(log, inputs)
    log.close()
    read = read_lines(list(tmp_path.glob("*.jsonl")))
    assert 64 <= len(read.clips) / 2 <= 65
    assert read.num_dropped + len(read.clips) / 2 == 100
    assert "that the log of requests lacks" in caplog.text


def test_broken_frames_and_a_folder_that_is_gone_cost_only_their_own_records(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = open_log(tmp_path / "log")
    offer(log, {"frames": np.array([[b"no image"], [b""]], dtype=object)})
    offer(log, clips())
    log.close()
    assert [record for record in records(tmp_path / "log") if "dropped" in record][0]["dropped"] == 1
    assert len(read_lines(list((tmp_path / "log").glob("*.jsonl"))).clips) == 2
    log = open_log(tmp_path / "log")
    shutil.rmtree(tmp_path / "log")
    with caplog.at_level(logging.WARNING):
        offer(log, clips())
        log.close()
    assert "No such file or directory" in caplog.text
