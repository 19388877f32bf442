"""clipgate ledger: what was left out, why, and what to do."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Source
from components.video_example_gen.ledger import Ledger
from tests.pipeline.commands.conftest import Done

Clipgate = Callable[..., Done]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A ledger of 160 rows of which 156 were left out."""
    rejects = [
        *(
            Reject(
                Reason.VIDEO_MISSING, f"no file {row}.mp4", Source("[ADL].csv", row), f"{row}.mp4", value=f"{row}.mp4"
            )
            for row in range(2, 156)
        ),
        Reject(Reason.TIME_INVALID, "the start is not a number", Source("[ADL].csv", 200), "a.mp4", value="[1.2"),
        Reject(Reason.VIDEO_UNREADABLE, "cannot be opened", Source("[ADL].csv", 201), "b.mp4", "sit", "0 to 1"),
        Reject(Reason.VIDEO_UNREADABLE, "cannot be opened", video="b.mp4"),
    ]
    accepted = [
        {
            "kind": "row",
            "reason": None,
            "file": "[ADL].csv",
            "row": row,
            "segment_id": str(row),
            "video": "a.mp4",
            "label": "sit",
            "group": "a",
            "split": "train",
        }
        | {"clips": 1, "start": 0.0}
        for row in range(210, 214)
    ]
    ledger = Ledger([*accepted, *(reject.as_ledger_entry() for reject in rejects)], 160, 2)
    ledger.write(tmp_path / "ledger")
    return tmp_path / "ledger"


def test_the_overview_counts_by_reason_says_what_to_do_and_shows_the_first_rows(
    clipgate: Clipgate, folder: Path
) -> None:
    done = clipgate("ledger", "--ledger", folder)
    assert (done.code, done.err) == (0, "")
    lines = [" ".join(line.split()) for line in done.out.splitlines()]
    assert lines[:2] == [
        "160 annotation rows: 4 became clips, 156 were left out",
        "2 videos: 1 are used, 1 were left out",
    ]
    assert f"video_missing 154 0 {Reason.VIDEO_MISSING.remedy}" in lines
    assert f"time_invalid 1 0 {Reason.TIME_INVALID.remedy}" in lines
    assert [line.split()[0] for line in lines[3:6]] == ["video_missing", "video_unreadable", "time_invalid"]
    assert "[ADL].csv, row 2: 2.mp4: no file 2.mp4" in lines
    assert "[ADL].csv, row 5: 5.mp4: no file 5.mp4" not in lines
    assert "and 151 more: --reason video_missing" in lines
    assert "[ADL].csv, row 200: a.mp4: the start is not a number ([1.2)" in lines
    assert "b.mp4: cannot be opened" in lines


def test_a_reason_lists_all_that_was_left_out_for_it(clipgate: Clipgate, folder: Path) -> None:
    done = clipgate("ledger", "--ledger", folder, "--reason", "video_missing")
    assert done.code == 0
    assert len(done.out.splitlines()) == 154
    assert done.out.splitlines()[-1] == "  [ADL].csv, row 155: 155.mp4: no file 155.mp4"


def test_json_holds_the_summary_and_every_entry(clipgate: Clipgate, folder: Path) -> None:
    content = json.loads(clipgate("ledger", "--ledger", folder, "--json").out)
    assert content["summary"] == json.loads((folder / "summary.json").read_text())
    counts = {
        reason["reason"]: (reason["rows"], reason["videos"], len(reason["entries"])) for reason in content["reasons"]
    }
    assert counts == {"video_missing": (154, 0, 154), "time_invalid": (1, 0, 1), "video_unreadable": (1, 1, 2)}
    (only,) = json.loads(clipgate("ledger", "--ledger", folder, "--reason", "time_invalid", "--json").out)["reasons"]
    assert only["remedy"] == Reason.TIME_INVALID.remedy
    assert only["entries"][0]["value"] == "[1.2"


def test_where_nothing_was_left_out_nothing_is_listed(clipgate: Clipgate, tmp_path: Path) -> None:
    Ledger((), 0, 0).write(tmp_path)
    assert "0 were left out" in clipgate("ledger", "--ledger", tmp_path).out.splitlines()[-1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "one of --config and --ledger is needed, and only one"),
        (["--ledger", "a", "--config", "b"], "one of --config and --ledger is needed, and only one"),
        (["--ledger", "nowhere"], "--ledger: nowhere is no ledger's folder; expected summary.json and rejected.jsonl"),
    ],
)
def test_a_ledger_that_is_not_there(clipgate: Clipgate, arguments: list[str], message: str) -> None:
    done = clipgate("ledger", *arguments)
    assert done.code == 2
    assert message in done.err


def test_a_reason_for_which_nothing_was_left_out_is_answered_with_those_that_there_are(
    clipgate: Clipgate, folder: Path
) -> None:
    done = clipgate("ledger", "--ledger", folder, "--reason", "video_ambiguous")
    assert done.code == 2
    assert "the reasons here: time_invalid, video_missing, video_unreadable" in done.err


def test_before_the_first_run_it_is_said_how_to_get_a_ledger(clipgate: Clipgate, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("output_dir: out\ndata: {annotations: a.csv, videos: v}\n")
    done = clipgate("ledger", "--config", config)
    assert done.code == 2
    assert f"no run has written a ledger yet; run: clipgate run --config {config}" in done.err
