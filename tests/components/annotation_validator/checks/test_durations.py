"""Checks of how long segments last, and of where they lie in their video."""

from dataclasses import replace

import pytest

from components.annotation_validator.findings import Suggestion
from components.annotations.records.record import TimeUnit
from tests.components.annotation_validator.making import FACTS, clean_records, found, inputs_of, rows, segment


def test_clean_data_has_no_finding() -> None:
    assert found(inputs_of(clean_records())) == []


@pytest.mark.parametrize("seconds", [9.9, 0.2])
def test_a_segment_far_from_the_length_of_its_class_is_found_with_its_row(seconds: float) -> None:
    records = clean_records()
    odd = next(rank for rank, record in enumerate(records) if record.label == "wave")
    records[odd] = replace(records[odd], start=0.0, end=seconds)
    (finding,) = found(inputs_of(records), "duration_outliers")
    assert rows(finding) == [records[odd].source.row]
    assert finding.value is not None and finding.value > 5
    assert "class 'wave': 1 of 24 segments last much longer or shorter than is usual (2.0" in finding.message
    assert finding.message.endswith(f": {seconds} s")


def test_few_segments_have_no_usual_length() -> None:
    records = [segment(row, f"{row}.mp4", "sit", 0, 1) for row in range(6)] + [segment(9, "9.mp4", "sit", 0, 9)]
    assert found(inputs_of(records), "duration_outliers") == []


def test_a_bar_of_null_switches_a_check_off() -> None:
    records = [*clean_records(), segment(99, "0.mp4", "sit", 9.0, 9.1, group="person 0")]
    assert found(inputs_of(records), "duration_outliers") != []
    assert found(inputs_of(records), "duration_outliers", duration_outliers=None) == []


def test_videos_that_break_off_are_named_with_what_was_promised() -> None:
    facts = {f"{group}.mp4": FACTS for group in range(24)}
    facts["3.mp4"] = replace(FACTS, promised_seconds=60.0)
    facts["4.mp4"] = replace(FACTS, promised_seconds=10.4)
    (finding,) = found(inputs_of(clean_records(), facts), "incomplete_videos")
    assert [place.video for place in finding.places] == ["3.mp4"]
    assert finding.message == (
        "1 of 24 videos break off; of 3.mp4 its frames end at 10.00 s; its header promises 60.00 s"
    )


def test_clips_that_are_not_as_long_as_their_rows_say_are_named() -> None:
    stated = (0.0, 10.0, 10.9, 9.2, 12.0, 5.0)
    records = [segment(row, f"{row}.mp4", "sit", file_seconds=seconds) for row, seconds in enumerate(stated)]
    (finding,) = found(inputs_of(records), "incomplete_videos")
    assert rows(finding) == [4, 5]
    assert finding.message == (
        "2 clips are not as long as their rows say; of 4.mp4 the file lasts 10.00 s; its row says 12.00 s"
    )


def test_a_segment_past_the_end_is_to_end_with_its_video_and_one_beyond_it_is_an_error() -> None:
    records = [
        segment(2, "a.mp4", "sit", 8, 10.5),
        segment(3, "a.mp4", "sit", 11, 12),
        segment(4, "a.mp4", "sit", 9, 10.05),
    ]
    error, warning = found(inputs_of(records), "past_video_end")
    assert (rows(error), error.severity, error.value) == ([3], "error", 2.0)
    assert (rows(warning), warning.severity, warning.value) == ([2], "warning", 0.5)
    assert warning.places[0].suggestion == Suggestion(end_seconds=10.0)


def test_frame_numbers_are_seconds_by_the_headers_rate() -> None:
    records = [segment(2, "a.mp4", "sit", 0, 300, time_unit=TimeUnit.FRAMES)]
    (finding,) = found(inputs_of(records), "past_video_end")
    assert finding.value == pytest.approx(2.0)
    assert found(inputs_of(records, {}), "past_video_end") == []


def test_an_action_that_the_videos_end_cuts_off_is_found_and_one_of_usual_length_is_not() -> None:
    records = clean_records()
    records += [
        segment(90, "0.mp4", "sit", 9.5, 10),
        segment(91, "1.mp4", "sit", 8, 10),
        segment(92, "2.mp4", "sit", 9.2),
    ]
    (finding,) = found(inputs_of(records), "cut_by_video_end")
    assert rows(finding) == [90, 92]
    assert finding.value == pytest.approx(0.5 / 2.03, rel=0.01)


def test_a_long_video_that_is_one_segment_is_found() -> None:
    records = [segment(2, "a.mp4", "sit"), segment(3, "b.mp4", "sit", 10, 20), segment(4, "c.mp4", "sit", 0, 99)]
    facts = dict.fromkeys(("a.mp4", "b.mp4", "c.mp4"), replace(FACTS, duration_seconds=100.0))
    (finding,) = found(inputs_of(records, facts), "whole_video_labels")
    assert rows(finding) == [2, 4]
    assert found(inputs_of(records, facts), "whole_video_labels", whole_video_labels=101) == []
