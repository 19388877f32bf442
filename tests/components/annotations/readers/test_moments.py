"""Moments in Time's CSV."""

from pathlib import Path

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Segment, Source
from tests.components.annotations.readers.reading import outline, read

NAME = "trainingSet.csv"


def test_the_folder_is_the_class_and_clips_of_a_recording_are_a_group(tmp_path: Path) -> None:
    text = "clapping/yt-k8hNbNMyzHo_41.mp4,clapping,4,1\nadult+male+singing/a.mp4,adult+male+singing\n"
    assert read(tmp_path, text, NAME) == [
        Segment("clapping/yt-k8hNbNMyzHo_41.mp4", "clapping", Source(NAME, 1), group="yt-k8hNbNMyzHo"),
        Segment("adult+male+singing/a.mp4", "adult+male+singing", Source(NAME, 2)),
    ]


@pytest.mark.parametrize(
    "row", ["a.mp4,clapping,1,2", "clapping/a.mp4,waving,1,2", "a/b/c.mp4,b", ",", "clapping/,clapping"]
)
def test_bad_rows_cost_themselves_only(tmp_path: Path, row: str) -> None:
    records = read(tmp_path, f"clapping/a.mp4,clapping,3,0\n{row}\n1/b.mp4\n", NAME)
    assert outline(records) == [(1, "clapping"), *([(2, Reason.ROW_MALFORMED)] if row != "," else []), (3, "1")]
