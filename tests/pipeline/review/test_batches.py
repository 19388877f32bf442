"""Decisions about many clips at one go: a line for each, and one undo."""

from pathlib import Path
from typing import Any

import pytest

from components.annotations.decisions.log import read_log
from pipeline.review import batches
from pipeline.review.batches import read_batch
from tests.pipeline.review.reviewing import Asked, run, write_project


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_project(tmp_path)


async def decide(asked: Asked, status: int = 201, **body: Any) -> Any:
    response = await asked.client.post("/api/batches", json=body)
    assert response.status == status, await response.text()
    return await response.json()


async def labels(asked: Asked) -> list[str]:
    clips = (await asked.get("/api/clips"))["clips"]
    return [(clip["standing"] or clip)["label"] for clip in clips]


def test_all_that_match_get_a_line_each_and_one_undo_takes_them_back(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        before = await labels(asked)
        made = await decide(asked, action="relabel", new="greet", matching={"label": "wave"}, count=2)
        assert made["count"] == 2
        lines = read_log(asked.session.log)
        assert [(line.action.value, line.old, line.new, line.batch) for line in lines] == [
            ("relabel", "wave", "greet", made["batch"])
        ] * 2
        assert sorted(await labels(asked)) == ["greet", "greet", "sit"]
        undone = await decide(asked, action="undo", undoes=made["batch"])
        assert undone["count"] == 2
        assert await labels(asked) == before
        assert len(read_log(asked.session.log)) == 4
        answer = await decide(asked, 400, action="undo", undoes=made["batch"])
        assert answer["error"].endswith("that could be undone")

    run(table, ask)


def test_what_is_so_already_is_not_decided_once_more(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        assert (await decide(asked, action="relabel", new="wave", matching={}, count=3))["count"] == 1
        assert (await decide(asked, action="group", new="anna", matching={"group": "anna"}, count=2))["count"] == 0
        assert len(read_log(asked.session.log)) == 1

    run(table, ask)


def test_clips_that_were_chosen_are_excluded_and_of_a_batch_single_ones_can_be_undone(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        ids = [clip["id"] for clip in (await asked.get("/api/clips"))["clips"]]
        made = await decide(asked, action="exclude", segments=[*ids[:2], ids[0]], why="no use")
        assert made["count"] == 2
        await asked.decide(action="undo", undoes=read_log(asked.session.log)[0].id)
        assert (await decide(asked, action="undo", undoes=made["batch"]))["count"] == 1
        assert (await asked.get("/api/clips?decided=any"))["total"] == 0

    run(table, ask)


def test_nothing_is_decided_if_the_clips_are_not_as_many_as_people_were_told(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        answer = await decide(asked, 400, action="exclude", matching={"label": "wave"}, count=3)
        assert answer["error"] == "2 clips match by now, not 3; look at them, and decide again"
        answer = await decide(asked, 404, action="exclude", segments=[asked.session.catalogue.clips[0].id, "gone"])
        assert answer["error"] == "there is no clip gone"
        assert not asked.session.log.exists()

    run(table, ask)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "decisions about many clips are a JSON object"),
        ({"action": "bounds", "new": [0, 1], "segments": ["a"]}, "bounds is decided about one clip at a time"),
        ({"action": "accept"}, "segments is no list of clips' ids"),
        ({"action": "accept", "segments": [1]}, "segments is no list of clips' ids"),
        ({"action": "accept", "segments": ["a"], "matching": {}}, "either segments names the clips, or matching"),
        ({"action": "accept", "matching": {"label": 1}, "count": 1}, "either segments names the clips, or matching"),
        ({"action": "accept", "matching": {"colour": "red"}, "count": 1}, "colour is nothing to ask for"),
        ({"action": "accept", "matching": {}}, "count is None; expected a whole number"),
        ({"action": "accept", "matching": {}, "count": 3, "path": "x"}, "path is no part of a decision"),
    ],
)
def test_what_cannot_be_decided_about_many_is_said(body: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_batch(body)


def test_more_than_are_decided_at_once_are_refused() -> None:
    with pytest.raises(ValueError, match="10,001 clips are more than the 10,000"):
        read_batch({"action": "accept", "segments": [str(number) for number in range(batches.MOST_AT_ONCE + 1)]})
