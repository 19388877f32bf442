"""Which records are compared, and what is said of those that are not."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from foundation.messages.errors import UserError
from pipeline.watch.records import ServedClip, dropped_line, to_line
from pipeline.watch.served import Wanted, read_served
from tests.pipeline.watch.test_records import CLIP, TIME

NO_PIXELS = replace(CLIP, jpegs=())


def wanted(**others: Any) -> Wanted:
    values = {"version": CLIP.version, "num_shown": 2, "num_classes": 3, "since": None, **others}
    return Wanted(extractor=lambda: pytest.fail("there is nothing to look at"), **values)


def write(folder: Path, *clips: ServedClip) -> Path:
    path = folder / "requests-1.jsonl"
    path.write_text("".join(map(to_line, clips)) + dropped_line(TIME, 5))
    return path


def test_records_of_other_versions_and_of_earlier_days_are_left_out_and_counted(tmp_path: Path) -> None:
    old = replace(NO_PIXELS, time=TIME - timedelta(days=2))
    write(tmp_path, NO_PIXELS, old, replace(NO_PIXELS, version=8), NO_PIXELS)
    served = read_served([tmp_path], wanted(since=TIME - timedelta(hours=1)))
    assert len(served.clips) == 2 and served.clips.groups.tolist() == ["gate 3"] * 2
    assert served.notes == (
        "The clips were answered from 2026-03-01 12:30 to 2026-03-01 12:30 UTC.",
        "Left out: 1 clip that other versions answered.",
        "Not there: 5 requests that could not be written down.",
    )


@pytest.mark.parametrize(
    ("clips", "others", "message"),
    [
        (
            [NO_PIXELS],
            {"version": 9},
            "no record of version 9 in the time asked for; versions with records: 1795337920",
        ),
        ([NO_PIXELS], {"num_classes": 4}, "3 scores, but version 1795337920 has 4 classes"),
        ([], {}, "versions with records: none"),
    ],
)
def test_records_of_another_model_are_refused(
    tmp_path: Path, clips: list[ServedClip], others: dict[str, Any], message: str
) -> None:
    write(tmp_path, *clips)
    with pytest.raises(UserError, match=message):
        read_served([tmp_path], wanted(**others))


def test_what_is_no_log_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no log of requests; clipgate serve --log-requests"):
        read_served([tmp_path], wanted())
    with pytest.raises(UserError, match="does not exist"):
        read_served([tmp_path / "absent"], wanted())
    (tmp_path / "notes.txt").write_text("what I saw in the log, day by day")
    with pytest.raises(UserError, match="neither what clipgate serve --log-requests writes"):
        read_served([tmp_path / "notes.txt"], wanted())
    path = write(tmp_path, NO_PIXELS)
    with pytest.raises(UserError, match="compare one of them at a time"):
        read_served([path, tmp_path / "notes.txt"], wanted())
