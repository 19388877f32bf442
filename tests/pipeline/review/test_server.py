"""What clients get from the server, without a browser."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.decisions.log import append, read_log
from pipeline.review.deciding import read_decision
from pipeline.review.standing import as_annotated
from tests.pipeline.review.reviewing import TOKEN, Asked, run, write_project


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return write_project(tmp_path)


async def ids(asked: Asked) -> dict[tuple[str, str], str]:
    clips = (await asked.get("/api/clips"))["clips"]
    return {(clip["video"], clip["label"]): clip["id"] for clip in clips}


def test_nobody_gets_anything_without_the_token(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        for path in (
            "/",
            "/?token=guessed",
            "/api/summary",
            "/api/clips",
            "/media/x",
            "/assets/main.js",
            "/api/events",
        ):
            answer = await asked.get(path, 403)
            assert answer["error"].startswith("Open the address that clipgate review has printed")
        assert (await asked.decide(403, action="accept"))["error"].startswith("Open the address")

    run(table, ask, with_token=False)


def test_the_token_becomes_a_cookie_that_no_script_and_no_other_page_has(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        response = await asked.client.get("/", params={"token": TOKEN})
        cookie = response.headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        assert (await asked.get("/api/summary"))["clips"] == 3

    run(table, ask, with_token=False)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "[::1"},
    ],
)
def test_other_pages_get_nothing_and_decide_nothing(table: Path, headers: dict[str, str]) -> None:
    async def ask(asked: Asked) -> None:
        clip = next(iter((await ids(asked)).values()))
        await asked.get("/api/clips", 403, headers=headers)
        await asked.get(f"/media/{clip}", 403, headers=headers)
        body = {"segment": clip, "action": "exclude"}
        assert (await asked.client.post("/api/decisions", json=body, headers=headers)).status == 403
        assert not asked.session.log.exists()

    run(table, ask)


def test_a_tunnel_from_another_port_is_not_another_page(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        headers = {
            "Host": "localhost:9999",
            "Origin": "http://localhost:9999",
            "Cookie": f"clipgate_review_9999={TOKEN}",
        }
        await asked.get("/api/summary", headers=headers)

    run(table, ask)


def test_a_video_comes_in_the_ranges_that_players_ask_for(table: Path) -> None:
    content = (table.parent / "videos" / "played.mp4").read_bytes()

    async def ask(asked: Asked) -> None:
        clip = (await ids(asked))["played.mp4", "wave"]
        whole = await asked.client.get(f"/media/{clip}")
        assert (whole.status, whole.content_type) == (200, "video/mp4")
        assert await whole.read() == content
        part = await asked.client.get(f"/media/{clip}", headers={"Range": "bytes=100-199"})
        assert (part.status, part.headers["Content-Range"]) == (206, f"bytes 100-199/{len(content)}")
        assert await part.read() == content[100:200]
        beyond = await asked.client.get(f"/media/{clip}", headers={"Range": f"bytes={len(content)}-"})
        assert beyond.status == 416

    run(table, ask)


@pytest.mark.parametrize(
    "path",
    [
        "/media/..%2Fsecret.mp4",
        "/media/played.mp4",
        "/media/../rows.csv",
        "/pictures/%2Fetc%2Fpasswd",
        "/assets/..%2Fserver.py",
        "/assets/%2e%2e/server.py",
        "/api/clips/" + "0" * 16,
        "/api/clips/%00/media",
        "/nothing",
    ],
)
def test_addresses_hold_ids_and_no_path_leads_anywhere(table: Path, path: str) -> None:
    async def ask(asked: Asked) -> None:
        response = await asked.client.get(path)
        assert response.status == 404
        assert set(await response.json()) == {"error"}

    run(table, ask)


def test_a_link_that_took_the_place_of_a_video_is_not_followed(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        clip = (await ids(asked))["played.mp4", "wave"]
        await asked.get(f"/api/clips/{clip}/media")
        video = table.parent / "videos" / "played.mp4"
        video.unlink()
        video.symlink_to(table.parent / "secret.mp4")
        answer = await asked.get(f"/media/{clip}", 422)
        assert answer["error"] == "the video is not there any more, or was replaced by a link"

    run(table, ask)


def test_lists_come_by_pages_and_say_how_much_there_is(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        first = await asked.get("/api/clips?limit=2&sort=label")
        second = await asked.get("/api/clips?limit=2&offset=2&sort=label")
        assert (first["total"], second["total"], second["offset"]) == (3, 3, 2)
        assert [clip["label"] for clip in first["clips"] + second["clips"]] == ["sit", "wave", "wave"]
        assert (await asked.get("/api/clips?limit=0", 400))["error"] == "limit is 0; expected 1 to 200"

    run(table, ask)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        '{"action": "relabel"}',
        '{"segment": "gone", "action": "accept"}',
        '{"segment": ID, "action": "explode"}',
        '{"segment": ID, "action": "relabel", "new": ""}',
        '{"segment": ID, "action": "relabel", "new": {"$set": 1}}',
        '{"segment": ID, "action": "bounds", "new": [2, 1]}',
        '{"segment": ID, "action": "bounds", "new": [NaN, 1]}',
        '{"segment": ID, "action": "accept", "finding": "gone"}',
        '{"action": "undo", "undoes": "gone"}',
        "[" * 60_000,
        " " * 70_000,
    ],
)
def test_bad_input_changes_nothing_and_is_said_in_a_sentence(table: Path, body: str) -> None:
    async def ask(asked: Asked) -> None:
        body_with_id = body.replace("ID", json.dumps((await ids(asked))["played.mp4", "wave"]))
        headers = {"Content-Type": "application/json"}
        response = await asked.client.post("/api/decisions", data=body_with_id, headers=headers)
        assert 400 <= response.status < 500, await response.text()
        assert len((await response.json())["error"]) > 10
        assert not asked.session.log.exists()

    run(table, ask)


def test_a_form_of_another_page_is_no_decision(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        response = await asked.client.post("/api/decisions", data={"action": "accept"})
        assert response.status == 415

    run(table, ask)


def test_a_decision_is_in_the_log_and_in_every_answer_until_it_is_undone(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        clip = (await ids(asked))["played.mp4", "sit"]
        made = (await asked.decide(segment=clip, action="relabel", new="<img src=x onerror=alert(1)>"))["decision"]
        (written,) = read_log(asked.session.log)
        assert (written.id, written.old, written.new) == (made["id"], "sit", "<img src=x onerror=alert(1)>")
        shown = await asked.get(f"/api/clips/{clip}")
        assert shown["label"] == "sit"
        assert shown["standing"]["label"] == "<img src=x onerror=alert(1)>"
        assert (await asked.get("/api/clips?decided=relabel"))["total"] == 1
        await asked.decide(action="undo", undoes=made["id"])
        assert (await asked.get(f"/api/clips/{clip}"))["standing"] is None
        assert (await asked.get("/api/clips?decided=none"))["total"] == 3
        assert (await asked.decide(400, action="undo", undoes=made["id"]))["error"].endswith("that could be undone")

    run(table, ask)


def test_of_two_decisions_about_a_thing_the_last_counts_and_the_first_is_called_overridden(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        clip = (await ids(asked))["played.mp4", "sit"]
        for label in ("stand", "lie"):
            await asked.decide(segment=clip, action="relabel", new=label)
        shown = await asked.get(f"/api/clips/{clip}")
        assert shown["standing"]["label"] == "lie"
        assert [decision["state"] for decision in shown["decisions"]] == ["overridden", "standing"]

    run(table, ask)


def test_everybody_is_told_when_somebody_has_decided(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        async with asked.client.get("/api/events") as events:
            first = await events.content.readline()
            clip = (await ids(asked))["played.mp4", "sit"]
            revision = (await asked.decide(segment=clip, action="accept"))["revision"]
            await events.content.readline()
            assert first.startswith(b"data: ")
            assert await asyncio.wait_for(events.content.readline(), 60) == f"data: {revision}\n".encode()

    run(table, ask)


def test_what_another_program_writes_into_the_log_is_seen(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        following = asyncio.ensure_future(asked.session.follow_log())
        (clip,) = (each for each in asked.session.catalogue.clips if each.segment.label == "sit")
        now = as_annotated(clip.segment)
        append(asked.session.log, read_decision({"action": "exclude"}, "other", clip, now, None, 0.0))
        await asked.session.changed_since(asked.session.revision, 60)
        following.cancel()
        assert (await asked.get(f"/api/clips/{clip.id}"))["standing"]["actions"] == ["exclude"]

    run(table, ask)


def test_a_decision_about_a_row_that_is_not_as_it_was_is_stale(table: Path) -> None:
    async def decide(asked: Asked) -> None:
        await asked.decide(segment=(await ids(asked))["played.mp4", "sit"], action="exclude")

    run(table, decide)
    table.write_text(table.read_text().replace("2,3,sit", "2,2.9,sit"))

    async def look(asked: Asked) -> None:
        assert (await asked.get("/api/summary"))["stale"] == 1
        (shown,) = (await asked.get("/api/decisions"))["decisions"]
        assert shown["state"] == "stale"
        assert (await asked.get("/api/clips?decided=any"))["total"] == 0

    run(table, look)


def test_what_no_browser_plays_is_transcoded_once(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        clip = (await ids(asked))["other.avi", "wave"]
        shown: Any = await asked.get(f"/api/clips/{clip}/media")
        assert shown["is_transcoded"]
        assert shown["duration"] == pytest.approx(2.0)
        first = await asked.client.get(f"/media/{clip}")
        assert (await first.read())[4:8] == b"ftyp"
        assert len(list((table.parent / "cache").iterdir())) == 1

    run(table, ask)


def test_a_video_that_cannot_be_shown_is_said_to_be_so(table: Path) -> None:
    (table.parent / "videos" / "other.avi").write_bytes(b"RIFF\x00\x00\x00\x00AVI " + bytes(2000))

    async def ask(asked: Asked) -> None:
        clip = (await ids(asked))["other.avi", "wave"]
        answer = await asked.get(f"/api/clips/{clip}/media", 422)
        assert answer["error"].startswith("the video cannot be shown: ")

    run(table, ask)


def test_without_a_model_nothing_is_asked_and_without_frames_there_is_no_map(table: Path) -> None:
    async def ask(asked: Asked) -> None:
        clip = (await ids(asked))["played.mp4", "sit"]
        assert not (await asked.get("/api/summary"))["has_model"]
        for what in ("answer", "scores"):
            answer = await asked.get(f"/api/clips/{clip}/{what}", 404)
            assert answer["error"] == "no model is asked; --model VERSION names one"
        assert (await asked.get("/api/map"))["ids"] == []
        assert (await asked.get("/api/map?part=-1", 400))["error"].startswith("part is -1; expected a whole number")
        assert (await asked.get("/api/clips?region=0,0,1", 400))["error"].startswith("region is 0,0,1; expected four")

    run(table, ask)
