"""Diving48's JSON."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from tests.components.annotations.readers.reading import outline, read

NAME = "Diving48_V2_train.json"
ITEM = {"vid_name": "YxL7WJUn1ks_00107", "label": 1, "start_frame": 0, "end_frame": 65}


def test_a_clip_is_taken_whole_and_grouped_by_its_recording(tmp_path: Path) -> None:
    assert read(tmp_path, json.dumps([ITEM]), NAME) == [
        Segment("YxL7WJUn1ks_00107", "1", Source(NAME, 1), group="YxL7WJUn1ks", find_by=FindBy.NAME)
    ]


def test_the_vocabulary_names_the_dives(tmp_path: Path) -> None:
    (tmp_path / "vocab.json").write_text('[["Back", "15som", "FREE"], ["Forward", "NoTwis", "PIKE"]]')
    records = read(tmp_path, json.dumps([ITEM, ITEM | {"label": 2}]), NAME, label_map=str(tmp_path / "vocab.json"))
    assert outline(records) == [(1, "Forward+NoTwis+PIKE"), (2, Reason.LABEL_UNKNOWN)]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        ([], Reason.ROW_MALFORMED),
        ({"vid_name": "", "label": 1}, Reason.ROW_MALFORMED),
        ({"vid_name": ["a"], "label": 1}, Reason.ROW_MALFORMED),
        ({"vid_name": "a", "label": [1]}, Reason.ROW_MALFORMED),
        ({"vid_name": "a"}, Reason.LABEL_MISSING),
    ],
)
def test_bad_items_cost_themselves_only(tmp_path: Path, item: Any, reason: Reason) -> None:
    assert outline(read(tmp_path, json.dumps([ITEM, item]), NAME)) == [(1, "1"), (2, reason)]
