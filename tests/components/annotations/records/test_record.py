"""Records check themselves, and say in words what is wrong."""

import math
from typing import Any

import pytest

from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, Mask, Reject, Segment, Source, printable


@pytest.mark.parametrize("numbers", [(0, 0, 0, 1, 1), (3.5, 10, 20, 300, 400)])
def test_a_box_has_a_time_and_edges_in_its_segments_units(numbers: tuple[float, ...]) -> None:
    time, x_min, y_min, x_max, y_max = numbers
    assert Box(time, x_min, y_min, x_max, y_max).time == time


@pytest.mark.parametrize(
    "numbers", [(-0.1, 0, 0, 1, 1), (0, 1, 0, 1, 1), (0, 0, 2, 1, 1), (math.nan, 0, 0, 1, 1), (0, 0, 0, 1, math.inf)]
)
def test_what_is_no_box_says_what_it_got(numbers: tuple[float, ...]) -> None:
    time, x_min, y_min, x_max, y_max = numbers
    with pytest.raises(ValueError, match=r"not a box: Box\(time="):
        Box(time, x_min, y_min, x_max, y_max)


def test_a_mask_is_a_picture_or_run_lengths_with_a_size() -> None:
    assert Mask(0.5, png="masks/1.png").time == Mask(0.5, rle=b"04", height=2, width=2).time
    for wrong in ({}, {"png": "a.png", "rle": b"04", "height": 2, "width": 2}, {"rle": b"04"}):
        with pytest.raises(ValueError, match="not a mask"):
            Mask(0.5, **wrong)


@pytest.mark.parametrize(
    "values", [{"start": -1}, {"start": 2, "end": 2}, {"end": math.inf}, {"label": ""}, {"is_negative": True}]
)
def test_what_is_no_segment_says_what_it_got(values: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not a segment: Segment"):
        Segment(**{"video": "a.mp4", "label": "wave", "source": Source("labels.csv", 2), **values})


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_a_remedy_and_a_code_in_lower_case(reason: Reason) -> None:
    assert reason.remedy.endswith(".")
    assert reason.value == reason.name.lower()


def test_a_source_reads_as_a_place() -> None:
    assert str(Source("labels.csv", 7)) == "labels.csv, row 7"


def test_the_reject_of_a_video_has_no_row() -> None:
    entry = Reject(Reason.VIDEO_UNANNOTATED, "no row", video="d/a.mp4").as_ledger_entry()
    assert (entry["kind"], entry["file"], entry["row"], entry["video"]) == ("video", "d/a.mp4", None, "d/a.mp4")


def test_texts_are_cut_and_escaped_so_that_they_can_be_written() -> None:
    assert printable("caf\udce9") == r"caf\udce9"
    assert len(printable("x" * 10**6)) == 4096
