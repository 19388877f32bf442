"""Records check themselves, and say in words what is wrong."""

import math

import pytest

from components.annotations.reasons import Reason
from components.annotations.records import Box, Reject, Source, printable


@pytest.mark.parametrize("box", [(0, 0, 0, 1, 1), (3.5, 0.1, 0.2, 0.3, 0.4)])
def test_a_box_inside_the_frame(box: tuple[float, ...]) -> None:
    assert Box(*box).seconds == box[0]


@pytest.mark.parametrize("position", range(5))
@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf])
def test_a_box_elsewhere_says_what_it_got(position: int, value: float) -> None:
    edges = [1.0, 0.1, 0.1, 0.9, 0.9]
    edges[position] = value
    with pytest.raises(ValueError, match=r"not a box inside the frame: Box\(seconds="):
        Box(*edges)


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
