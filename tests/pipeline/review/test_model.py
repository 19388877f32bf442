"""What a model says of clips, without a model: which curves are drawn, and who is answered first."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline.review.model import curves_within
from pipeline.review.worker import Worker

SCORES = {
    "classes": ["walk", "sit", "wave", "jump", "fall"],
    "start_seconds": 2.0,
    "step_seconds": 0.5,
    # [moments, classes]
    "probabilities": [[0.1, 0.6, 0.2, 0.05, 0.05], [0.1, 0.1, 0.7, 0.1, 0.0], [0.0, 0.0, 0.1, 0.9, 0.0]],
}


def labels(curves: dict[str, Any]) -> list[str]:
    return [curve["label"] for curve in curves["curves"]]


def test_the_own_class_comes_first_and_then_those_that_are_most_probable_somewhere() -> None:
    curves = curves_within(SCORES, "fall", 0.0, 10.0)
    assert labels(curves) == ["fall", "jump", "wave", "sit"]
    assert curves["seconds"] == [2.25, 2.75, 3.25]
    assert curves["curves"][1]["values"] == [0.05, 0.1, 0.9]


def test_what_lies_outside_the_timeline_decides_nothing() -> None:
    curves = curves_within(SCORES, "sit", 2.0, 2.5)
    assert curves["seconds"] == [2.25, 2.75]
    assert labels(curves) == ["sit", "wave", "walk", "jump"]
    assert curves_within(SCORES, "sit", 8.0, 9.0)["seconds"] == []


def test_of_a_class_that_the_model_does_not_know_there_is_no_curve() -> None:
    assert labels(curves_within(SCORES, "climb", 0.0, 10.0)) == ["jump", "wave", "sit", "walk"]


@pytest.fixture
def echo(tmp_path: Path) -> Worker:
    """A worker that says how many requests came before."""
    (tmp_path / "echo.py").write_text(
        "import json, sys\n"
        "for number, line in enumerate(sys.stdin):\n"
        "    request = json.loads(line)\n"
        "    if request.get('end'): sys.exit(1)\n"
        "    print(json.dumps({'number': number, **request}), flush=True)\n"
    )
    path = os.pathsep.join([str(tmp_path), *sys.path])
    return Worker("echo", environment={**os.environ, "PYTHONPATH": path}, timeout_seconds=60, failure="it ended")


def test_who_came_last_is_answered_first(echo: Worker) -> None:
    async def ask() -> list[dict[str, Any]]:
        try:
            return await asyncio.gather(*(echo.ask({"who": who}) for who in "abc"))
        finally:
            await echo.stop()

    answered = sorted(asyncio.run(ask()), key=lambda answer: answer["number"])
    assert [answer["who"] for answer in answered] == ["a", "c", "b"]


def test_a_worker_that_ended_is_started_again(echo: Worker) -> None:
    async def ask() -> None:
        assert await echo.ask({"end": True}) == {"error": "it ended"}
        assert (await echo.ask({"who": "a"}))["number"] == 0
        await echo.stop()

    asyncio.run(ask())
