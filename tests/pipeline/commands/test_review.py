"""clipgate review: what it refuses before it serves anything. tests/e2e/test_review.py has the rest."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.pipeline.commands.conftest import Done

Clipgate = Callable[..., Done]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "a.mp4").write_bytes(b"\0\0\0\x18ftypisom")
    (tmp_path / "labels.csv").write_text("path,label\na.mp4,wave\n")
    path = tmp_path / "config.yaml"
    path.write_text("output_dir: out\ndata: {annotations: labels.csv, videos: videos}\n")
    return path


def test_it_needs_a_configuration(clipgate: Clipgate) -> None:
    done = clipgate("review")
    assert done.code == 2
    assert "--config is needed: it says where annotations and videos are" in done.err


def test_a_run_that_is_not_there_is_named_beside_those_that_are(clipgate: Clipgate, config: Path) -> None:
    done = clipgate("review", "--config", config, "--model", "7")
    assert done.code == 2
    assert "no run and no version 7; runs there: none; versions: none" in done.err


def test_a_log_that_is_none_is_an_error_of_its_line(clipgate: Clipgate, config: Path) -> None:
    config.with_name("labels.csv.decisions.jsonl").write_text('{"action": "explode"}\n')
    done = clipgate("review", "--config", config)
    assert done.code == 2
    assert "labels.csv.decisions.jsonl, line 1 is no decision" in done.err


def test_a_port_that_is_taken_is_an_error(clipgate: Clipgate, config: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = clipgate("review", "--config", config, "--port", port)
    assert done.code == 2
    assert f"127.0.0.1:{port} cannot be listened on" in done.err


def test_annotations_elsewhere_need_a_place_for_the_log(clipgate: Clipgate, config: Path) -> None:
    done = clipgate("review", "--config", config, "--set", "data.annotations=s3://bucket/labels.csv")
    assert done.code == 2
    assert "say with --log FILE where decisions are written" in done.err


def test_annotations_and_videos_can_be_named_without_a_configuration(clipgate: Clipgate, config: Path) -> None:
    folder = config.parent
    files = {path.name for path in folder.iterdir()}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = clipgate("review", "--annotations", folder / "labels.csv", "--videos", folder / "videos", "--port", port)
    assert f"127.0.0.1:{port} cannot be listened on" in done.err  # all else is well
    assert {path.name for path in folder.iterdir()} == files


def test_a_configuration_says_which_annotations(clipgate: Clipgate, config: Path) -> None:
    done = clipgate("review", config, "--annotations", "labels.csv")
    assert done.code == 2
    assert "leave out --annotations and --videos" in done.err


def test_annotations_without_videos_are_not_enough(clipgate: Clipgate, config: Path) -> None:
    done = clipgate("review", "--annotations", config.with_name("labels.csv"))
    assert done.code == 2
    assert "name both, with --annotations and --videos" in done.err
