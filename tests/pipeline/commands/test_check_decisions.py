"""clipgate check beside a log of decisions."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.annotations.decisions.decision import Action, FindingName, Target, new_decision
from components.annotations.decisions.log import append
from tests.components.annotations.decisions.deciding import relabel, row
from tests.components.video.videos import write_video
from tests.pipeline.commands.conftest import Done

Clipgate = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three videos, and a segment that ends after its video."""
    for number, name in enumerate(("a.mp4", "b.mp4", "c.mp4")):
        write_video(tmp_path / "videos" / name, 20 + number)
    (tmp_path / "labels.csv").write_text(
        "path,start_seconds,end_seconds,label,group\na.mp4,0,1,sit,ann\nb.mp4,1.2,2.6,wave,bob\nc.mp4,0,1,sit,carl\n"
    )
    return tmp_path


def arguments(folder: Path, *more: object) -> list[object]:
    return ["check", "--annotations", folder / "labels.csv", "--videos", folder / "videos", *more]


def findings_of(clipgate: Clipgate, folder: Path, check: str) -> list[dict[str, Any]]:
    told = json.loads(clipgate(*arguments(folder, "--format", "json")).out)
    return [finding for finding in told["findings"] if finding["check"] == check]


def accept(clipgate: Clipgate, folder: Path) -> Path:
    """Accept that a segment ends after its video, in the log beside the annotations."""
    ((place,),) = (finding["places"] for finding in findings_of(clipgate, folder, "past_video_end"))
    names = ("start_seconds", "end_seconds", "label")
    target = Target(path=place["video"], id=place["segment_id"], **{name: place[name] for name in names})
    finding = FindingName(check="past_video_end")
    log = folder / "labels.csv.decisions.jsonl"
    append(log, new_decision(Action.ACCEPT, "ann", segment=target, finding=finding, why="the file is cut"))
    return log


def test_what_was_accepted_is_counted_and_not_found_again(clipgate: Clipgate, folder: Path) -> None:
    log = accept(clipgate, folder)
    append(log, relabel(row("jump", 5, 6), "run"))
    assert findings_of(clipgate, folder, "past_video_end") == []
    done = clipgate(*arguments(folder))
    assert "past_video_end" not in done.out
    assert done.out.splitlines()[-2:] == [
        f"{log}: 1 decision (accept 1); of 1 the row is not there as it was",
        "1 finding was accepted by people; --all shows them",
    ]


def test_all_shows_it_and_it_fails_nothing(clipgate: Clipgate, folder: Path) -> None:
    accept(clipgate, folder)
    done = clipgate(*arguments(folder, "--all"))
    lines = [line.strip() for line in done.out.splitlines()]
    assert lines.index("accepted by people") < lines.index("past_video_end")
    assert lines[-1] == "1 finding was accepted by people"
    sarif = json.loads(clipgate(*arguments(folder, "--all", "--format", "sarif")).out)
    suppressed = [result["ruleId"] for result in sarif["runs"][0]["results"] if "suppressions" in result]
    assert suppressed == ["past_video_end"]
    told = json.loads(clipgate(*arguments(folder, "--format", "json")).out)["decisions"]
    assert (told["standing"], told["stale"]) == ({"accept": 1}, 0)
    assert [finding["check"] for finding in told["accepted"]] == ["past_video_end"]


def test_it_is_found_again_when_the_row_is_another(clipgate: Clipgate, folder: Path) -> None:
    accept(clipgate, folder)
    table = folder / "labels.csv"
    table.write_text(table.read_text().replace("2.6", "2.7"))
    assert len(findings_of(clipgate, folder, "past_video_end")) == 1


def test_what_was_accepted_is_not_corrected(clipgate: Clipgate, folder: Path) -> None:
    accept(clipgate, folder)
    clipgate(*arguments(folder, "--fix", folder / "fixed.csv"))
    assert "b.mp4,1.2,2.6,wave,bob" in (folder / "fixed.csv").read_text()


def test_a_configuration_names_the_log(clipgate: Clipgate, folder: Path) -> None:
    log = accept(clipgate, folder).rename(folder / "decided.jsonl")
    config = folder / "config.yaml"
    config.write_text(
        "output_dir: out\ndata: {annotations: labels.csv, videos: videos}\nchecks: {decisions: decided.jsonl}\n"
    )
    done = clipgate("check", config, "--no-time")
    assert f"{log}: 1 decision (accept 1)" in done.out
    log.unlink()
    done = clipgate("check", config, "--no-time")
    assert done.code == 2
    assert f"checks.decisions: {log} is no file; correct the path, or leave it out until somebody decided" in done.err


def test_the_page_says_what_was_accepted(clipgate: Clipgate, folder: Path) -> None:
    log = accept(clipgate, folder)
    page = clipgate(*arguments(folder, "--format", "html")).out
    accepted = page.partition('<section id="accepted">')[2].partition("</section>")[0]
    assert f"{log}: 1 decision (accept 1). 1 finding was accepted" in accepted and "past_video_end" in accepted
    assert "past_video_end" not in page.replace(accepted, "")
    log.unlink()
    assert 'id="accepted"' not in clipgate(*arguments(folder, "--format", "html")).out
