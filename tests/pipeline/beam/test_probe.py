"""What a worker of an engine answers when it is asked what it sees."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.beam.probe import MARK, Ask, OutOfSightError, Question, problems, versions


@pytest.fixture
def question(tmp_path: Path) -> Question:
    """One about a folder that all see."""
    videos, answers = tmp_path / "videos", tmp_path / "out/answers"
    videos.mkdir()
    answers.mkdir(parents=True)
    (videos / "a.mp4").write_bytes(b"video")
    return Question(str(answers), str(tmp_path / "out"), str(videos), (), "a.mp4", b"video", versions())


def test_a_worker_that_sees_all_says_so_in_a_file(question: Question) -> None:
    Ask(question).process(0)
    (answer,) = Path(question.folder).iterdir()
    assert json.loads(answer.read_text())["problems"] == []


def test_a_worker_that_cannot_answer_where_it_was_asked_to_ends_the_job(
    question: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    with pytest.raises(OutOfSightError) as caught:
        Ask(replace(question, folder=f"{question.folder}/elsewhere")).process(0)
    _, said, _ = str(caught.value).split(MARK)
    assert said.startswith("output_dir: Beam's worker on ") and f"does not see {question.output_dir}; name a" in said


@pytest.mark.parametrize(
    ("other", "words"),
    [
        (
            {"videos": "/nowhere"},
            "cannot read a.mp4 in /nowhere as this machine does: data.videos: /nowhere is not a folder",
        ),
        ({"video": "b.mp4"}, "No such file"),
        ({"head": b"another"}, "the file there is another one. Name a folder that all share"),
    ],
    ids=str,
)
def test_a_worker_that_sees_other_videos_says_which(question: Question, other: dict[str, str], words: str) -> None:
    (problem,) = problems(replace(question, **other), "host")
    assert problem.startswith("data.videos: Beam's worker on host cannot read ")
    assert words in problem


def test_a_worker_with_other_versions_says_which(question: Question) -> None:
    expected = tuple((name, "0" if name == "apache-beam" else value) for name, value in versions())
    (problem,) = problems(replace(question, versions=expected), "host")
    assert problem.startswith("beam: the worker on host has apache-beam ")
    assert "this machine has 0; install the same there" in problem
