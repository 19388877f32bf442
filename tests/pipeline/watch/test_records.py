"""Records of served clips: what is written is read again, and what is none is told."""

from datetime import datetime, timezone
from pathlib import Path

import numpy as np
import pytest

from foundation.messages.errors import UserError
from pipeline.watch.clip_features import ClipFeatures
from pipeline.watch.records import ServedClip, dropped_line, read_lines, to_line

TIME = datetime(2026, 3, 1, 12, 30, 15, 250_000, timezone.utc)
CLIP = ServedClip(
    time=TIME,
    model="action",
    version=1795337920,
    client="gate 3",
    features=ClipFeatures(24, 80, 107, 0.5, 0.1, 0.02, 0.45, -0.01),
    scores=np.array([0.75, 0.2, 0.05], np.float32),
    jpegs=(b"\xff\xd8one", b"\xff\xd8two"),
)


def test_a_record_is_read_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "requests-1.jsonl"
    path.write_text(to_line(CLIP) + dropped_line(TIME, 3) + dropped_line(TIME, 4))
    log = read_lines([path])
    (clip,) = log.clips
    assert (clip.time, clip.model, clip.version, clip.client) == (TIME, "action", 1795337920, "gate 3")
    assert clip.features == CLIP.features and clip.jpegs == CLIP.jpegs
    assert clip.scores.tolist() == CLIP.scores.tolist()
    assert clip.place == "requests-1.jsonl, line 1" and log.num_dropped == 7


def test_a_last_line_that_was_cut_and_a_file_that_was_removed_meanwhile_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "requests-1.jsonl"
    path.write_text(to_line(CLIP) + to_line(CLIP)[:100])
    assert len(read_lines([path, tmp_path / "requests-0.jsonl"]).clips) == 1


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"version"', '"number"'),
        ('"scores":[0.75', '"scores":["a"'),
        ('"scores":[0.75', '"scores":[NaN'),
        ('"brightness":0.5', '"brightness":null'),
        ("2026-03-01T", "someday"),
        ("{", "["),
    ],
)
def test_what_is_no_record_is_told_with_its_line(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "requests-1.jsonl"
    line = to_line(CLIP)
    assert old in line
    path.write_text(line + line.replace(old, new, 1))
    with pytest.raises(UserError, match=r"requests-1\.jsonl, line 2: no record of a served clip"):
        read_lines([path])
