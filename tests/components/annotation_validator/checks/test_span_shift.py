"""A span of annotated data against the one before: classes and their shares from rows, the rest as far as it is known."""

from dataclasses import replace

import numpy as np
import pytest

from components.annotation_validator.analysis.distributions import chance_of_moves
from components.annotation_validator.findings import Finding
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import VideoFacts
from components.annotations.config import NegativesConfig
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Segment, Source
from tests.components.annotation_validator.making import (
    FACTS,
    clean_records,
    found,
    inputs_of,
    measured,
    segment,
)

PREVIOUS = inputs_of(clean_records())


def spans(
    now: CheckInputs | list[Segment], before: CheckInputs | list[Segment] = PREVIOUS, bar: float = 0.1
) -> list[Finding]:
    """What is found in a span, compared with the one before."""
    now, before = (span if isinstance(span, CheckInputs) else inputs_of(span) for span in (now, before))
    return found(replace(now, previous=before), "span_shift", span_shift=bar)


def shown_by(num_groups: int, **counts: int) -> list[Segment]:
    """Rows in which each group shows each label so often, in one video; lengths are all alike."""
    rows = []
    for group in range(num_groups):
        labels = [label for label, count in counts.items() for _ in range(count)]
        for number, label in enumerate(labels):
            start = 3.0 * number
            rows.append(segment(len(rows) + 2, f"{group}.mp4", label, start, start + 2, group=f"person {group}"))
    return rows


def test_a_span_like_the_one_before_is_fine() -> None:
    assert spans(clean_records(30)) == []


@pytest.mark.parametrize(
    ("facts", "name", "values"),
    [
        (VideoFacts(320, 240, 25.0, 10.0), "shorter side", "medians 240 and 480"),
        (VideoFacts(1280, 480, 25.0, 10.0), "shape", "medians 2.67 and 1.33"),
        (VideoFacts(640, 480, 10.0, 10.0), "frame rate", "medians 10 and 25"),
        (VideoFacts(640, 480, 25.0, 60.0), "the video's length", "medians 60 and 10"),
    ],
)
def test_what_differs_in_the_videos_is_named_with_both_values_the_farthest_video_first(
    facts: VideoFacts, name: str, values: str
) -> None:
    records = clean_records()
    headers = dict.fromkeys((record.video for record in records), facts) | {"0.mp4": FACTS}
    (finding,) = spans(inputs_of(records, headers))
    assert (finding.severity.value, finding.bar) == ("warning", 0.1)
    assert name in finding.message and values in finding.message and finding.remedy
    assert finding.value == pytest.approx(23 / 24)
    assert [place.video for place in finding.places][-1] == "0.mp4"


def test_light_and_motion_are_compared_where_both_were_measured() -> None:
    now = inputs_of(clean_records())
    (finding,) = spans(measured(now, 0.2, 5.0), measured(PREVIOUS, 0.6, 5.0))
    assert "in brightness: medians 0.2 and 0.6" in finding.message
    (finding,) = spans(measured(now, 0.6, 50.0), measured(PREVIOUS, 0.6, 5.0))
    assert "in motion (grey levels a second): medians 50 and 5" in finding.message
    assert spans(measured(now, 0.2, 50.0)) == []


def test_the_length_of_the_segments_needs_no_video() -> None:
    twice = [replace(record, end=2 * (record.end or 0.0) - record.start) for record in clean_records()]
    (finding,) = spans(inputs_of(twice, {}), inputs_of(clean_records(), {}))
    assert "the segments' length (seconds): medians 4.05 and 2.02" in finding.message


def test_a_class_that_is_gone_is_a_warning_a_new_one_a_note_and_no_other_class_moves_by_that() -> None:
    gone, new = spans(shown_by(10, sit=1, jump=5), shown_by(10, sit=1, fall=2))
    assert (gone.severity.value, gone.value, gone.places) == ("warning", pytest.approx(2 / 3), ())
    assert gone.message == "class 'fall' is gone: the previous span has 20 segments of it"
    assert (new.severity.value, new.value, len(new.places)) == ("note", pytest.approx(5 / 6), 50)
    assert new.message == "class 'jump' is new: 50 segments"


def test_a_background_that_a_run_takes_itself_is_not_gone() -> None:
    without = [record for record in clean_records() if not record.is_negative]
    assert spans(inputs_of(without, negatives=NegativesConfig(clips_per_video=1))) == []
    (finding,) = spans(without)
    assert "class 'background' is gone" in finding.message


def test_a_class_with_another_share_is_named_with_both_and_the_groups_that_show_most_of_it_come_first() -> None:
    now = [*shown_by(20, sit=2, wave=7, jump=1), segment(300, "7.mp4", "wave", 90.0, 92.0, group="person 7")]
    (finding,) = spans(now, shown_by(15, sit=5, wave=4, jump=1))
    assert "'wave' from 40% to 70%, 'sit' from 50% to 20%; L-infinity distance 0.30 over 20 and 15" in finding.message
    assert "'jump'" not in finding.message
    assert (finding.severity.value, finding.bar) == ("warning", 0.1)
    assert finding.value == pytest.approx(141 / 201 - 0.4)
    assert {place.label for place in finding.places} == {"wave"}
    assert [place.video for place in finding.places][:9] == ["7.mp4"] * 8 + ["0.mp4"]


def test_a_single_group_with_many_segments_moves_no_share() -> None:
    busy = [segment(row, "busy.mp4", "wave", 3.0 * row, 3.0 * row + 2, group="busy") for row in range(500, 700)]
    assert spans([*shown_by(20, sit=2, wave=2), *busy], shown_by(20, sit=2, wave=2)) == []


def test_few_groups_are_too_few_and_their_classes_are_compared_all_the_same() -> None:
    gone, note = spans(shown_by(7, sit=3), shown_by(9, sit=1, wave=1))
    assert "'wave' is gone" in gone.message
    assert (note.severity.value, note.value, note.bar) == ("note", 7, 8)
    assert note.message == "too few groups to be compared: 7, and 9 in the previous span"


def test_what_of_the_previous_span_could_not_be_compared_is_told() -> None:
    lost = [Reject(Reason.VIDEO_MISSING, "no such file", Source("old.csv", row), f"{row}.mp4") for row in (90, 91)]
    lost += [Reject(Reason.DUPLICATE_ROW, "it stands above", Source("old.csv", 92), "0.mp4")]
    lost += [Reject(Reason.VIDEO_UNANNOTATED, "no row names it", video="other.mp4")]
    rows, videos = spans(clean_records(), replace(PREVIOUS, rejects=tuple(lost), videos={}))
    assert rows.message == "2 of 74 rows of the previous span are not compared (video_missing 2)"
    assert "none of the previous span's videos could be looked at" in videos.message
    assert {rows.severity.value, videos.severity.value} == {"note"}


def test_halves_of_one_distribution_do_not_differ() -> None:
    """Each person does some of three actions more than others, and has a camera and a pace of their own."""
    generator = np.random.default_rng(7)

    def span() -> CheckInputs:
        rows, facts = [], {}
        for group in range(24):
            video = f"{group}.mp4"
            facts[video] = VideoFacts(640, int(generator.choice([480, 360])), 25.0, float(generator.uniform(20, 60)))
            shares, pace = generator.dirichlet([1.0, 1.0, 1.0]), generator.lognormal(0.0, 0.4)
            for number, label in enumerate(generator.choice(["sit", "wave", "jump"], 8, p=shares)):
                start, length = 9.0 * number, min(8.0, pace * generator.lognormal(0.0, 0.2))
                rows.append(segment(len(rows) + 2, video, str(label), start, start + length, group=video))
        return inputs_of(rows, facts)

    assert [spans(span(), span(), bar=0.01) for _ in range(10)] == [[]] * 10


def test_the_chance_of_a_move_is_that_of_all_ways_to_take_sides() -> None:
    one, other = np.array([[2, 0]] * 3), np.array([[0, 3]] * 3)
    # Two of the twenty ways to choose three groups of six are as far apart.
    assert chance_of_moves(one, other) == pytest.approx(0.1, abs=0.02)
    assert list(chance_of_moves(one, one)) == [1, 1]


def test_a_chance_is_that_of_whichever_class_moves_farthest() -> None:
    one, other = np.array([[9, 1, 0], [7, 2, 1], [8, 1, 1]] * 3), np.array([[2, 8, 0], [4, 6, 0], [2, 7, 1]] * 3)
    sit, wave, jump = chance_of_moves(one, other)
    assert sit == pytest.approx(1 / 5000, abs=1e-3) and wave == pytest.approx(1 / 5000, abs=1e-3)
    assert jump > 0.5
