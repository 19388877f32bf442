"""Corrections: what the checks suggest is done, the rest stays as it is."""

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.checks.catalogue import CHECKS
from components.annotation_validator.checks.check import Bar, Check, Fix
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.findings import Found, Suggestion
from components.annotation_validator.fix import Fixed, fix, unsafe_suggestions
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import LabelScores
from components.annotation_validator.runner import run_checks
from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import Segment
from components.annotations.writers.table import write_csv
from tests.components.annotation_validator.making import (
    clean_records,
    found,
    found_in_frames,
    inputs_of,
    measured_inputs,
    segment,
)


def fixed(inputs: CheckInputs) -> Fixed:
    return fix(inputs, ChecksConfig())


def outline(records: list[Segment]) -> list[tuple[int, str, float, float | None]]:
    return [(record.source.row, record.label, record.start, record.end) for record in records]


def test_clean_data_stay_as_they_are() -> None:
    records, inputs = clean_records(), inputs_of(clean_records())
    assert fixed(inputs).changes == ()
    assert fixed(inputs).records(records, inputs) == records


def test_suggestions_are_done_and_each_change_names_its_row_and_check() -> None:
    records = [
        *clean_records(),
        segment(90, "x.mp4", "Sit", 0, 2, group="x"),
        segment(91, "y.mp4", "wave", 8, 10.4, group="y"),
        segment(92, "y.mp4", "sit", 0, 2, group="y"),
        segment(93, "y.mp4", "sit", 0, 2, group="y"),
    ]
    inputs = inputs_of(records)
    correction = fixed(inputs)
    assert [(change.source.row, change.check, change.field, change.before, change.after) for change in correction.changes] == [
        (93, "unusable_rows", "row", "sit", None),
        (90, "spelling_variants", "label", "Sit", "sit"),
        (91, "past_video_end", "end_seconds", 10.4, 10.0),
    ]  # fmt: skip
    after = correction.records(records, inputs)
    assert after[:72] == records[:72]
    assert outline(after[72:]) == [(90, "sit", 0, 2), (91, "wave", 8, 10.0), (92, "sit", 0, 2)]
    left = [finding.check for finding in found(inputs_of(after))]
    assert not {"unusable_rows", "spelling_variants", "past_video_end"} & set(left)


def test_pieces_under_two_spellings_become_one_segment_that_ends_with_its_video() -> None:
    pieces = [
        segment(90, "x.mp4", "sit", 0, 1, group="x"),
        segment(91, "x.mp4", "SIT", 1.1, 2, group="x"),
        segment(92, "x.mp4", "sit", 2, 10.3, group="x"),
    ]
    records = [*clean_records(), *pieces]
    inputs = inputs_of(records)
    assert outline(fixed(inputs).records(records, inputs))[72:] == [(90, "sit", 0, 10.0)]


def test_negatives_stay_negatives_and_what_a_run_leaves_out_stays_in_the_table() -> None:
    records = [*clean_records(), segment(90, "x.mp4", "", 9, 10.5, group="x")]
    inputs = inputs_of(records)
    unseen = segment(91, "gone.mp4", "sit", 1, 2)
    after = fixed(inputs).records([*records, unseen], inputs)
    assert after[-2:] == [replace(records[-1], end=10.0), unseen]


def test_data_are_corrected_where_no_label_is_that_of_the_background() -> None:
    records = [record for record in clean_records() if record.label]
    inputs = replace(inputs_of(records), background_label="")
    assert fixed(inputs).records([*records, segment(90, "x.mp4", "", 9, 10)], inputs)[:-1] == records


def test_copies_are_to_be_one_group_with_all_that_is_tied_to_them() -> None:
    made = measured_inputs(prints={9: 2})
    tied = replace(
        made,
        segments=tuple(
            replace(each, record=replace(each.record, group="g9")) if each.video == "08.mp4" else each
            for each in made.segments
        ),
    )
    correction = fix(tied, ChecksConfig())
    assert {(change.video, change.field, change.before, change.after) for change in correction.changes} == {
        ("02.mp4", "group", "g2", "g9")
    }
    groups = {each.video: each.group for each in correction.segments.values()}
    assert (groups["02.mp4"], groups["08.mp4"], groups["09.mp4"]) == ("g9", "g9", "g9")


def test_loose_bounds_are_corrected_once_and_doubtful_labels_never() -> None:
    made = measured_inputs(active={(3, "wave"): (2.9, 3.95)}, motions={(4, "sit"): "jump"})
    assert "doubtful_labels" in {finding.check for finding in found_in_frames(made)}
    correction = fix(made, ChecksConfig())
    assert [(change.check, change.video, change.field, change.before, change.after) for change in correction.changes] == [
        ("loose_bounds", "03.mp4", "start_seconds", 2.0, 2.9)
    ]  # fmt: skip


def doubted() -> CheckInputs:
    """A clip that moves like another class, and one of whose end a model makes nothing."""
    made = measured_inputs(motions={(4, "sit"): "jump"})
    (one,) = (each for each in made.by_video["07.mp4"] if each.label == "wave")
    starts = 2.0 + 0.1 * np.arange(15)
    scores = LabelScores(starts, starts + 0.6, np.float32([0.9] * 8 + [0.1] * 7))
    return replace(made, scores={one.id: scores})


def test_what_needs_a_look_is_done_only_where_it_is_asked_for() -> None:
    made = doubted()
    assert unsafe_suggestions(run_checks(made, ChecksConfig())) == {"doubtful_labels": 1, "doubtful_bounds": 1}
    assert fix(made, ChecksConfig()).changes == ()
    changes = fix(made, ChecksConfig(), with_unsafe=True).changes
    assert [(change.check, change.video, change.field, change.after) for change in changes] == [
        ("doubtful_labels", "04.mp4", "label", "jump"),
        ("doubtful_bounds", "07.mp4", "end_seconds", 3.35),
    ]


def test_what_follows_from_an_unsafe_correction_is_not_done_as_well() -> None:
    def doubt_every_label(inputs: CheckInputs, bar: float) -> Iterator[Found]:
        places = tuple(each.place(Suggestion(label=f"{each.label}!")) for each in inputs.segments)
        yield Found("all labels may be wrong", "Look at them.", places=places)

    doubting = Check("doubtful_labels", doubt_every_label, Bar(0, "nothing"), fix=Fix.UNSAFE)
    inputs = inputs_of(clean_records())
    changes = fix(inputs, ChecksConfig(), (doubting,), with_unsafe=True).changes
    assert len(changes) == len(inputs.segments)


def test_a_negative_that_shows_an_action_after_all_is_no_negative_any_more() -> None:
    def doubt_negatives(inputs: CheckInputs, bar: float) -> Iterator[Found]:
        places = tuple(each.place(Suggestion(label="sit")) for each in inputs.by_label["background"])
        yield Found("somebody sits down", "Look at them.", places=places)

    records = clean_records()
    inputs = inputs_of(records)
    doubting = Check("doubtful_labels", doubt_negatives, Bar(0, "nothing"), fix=Fix.UNSAFE)
    after = fix(inputs, ChecksConfig(), (doubting,), with_unsafe=True).records(records, inputs)
    assert [(record.label, record.is_negative) for record in after[:3]] == [
        ("sit", False),
        ("wave", False),
        ("sit", False),
    ]


def test_a_segment_that_became_longer_is_not_cut_by_what_was_measured_before() -> None:
    made = measured_inputs(active={(3, "wave"): (2.0, 2.4)})

    def find_pieces(inputs: CheckInputs, bar: float) -> Iterator[Found]:
        for each in inputs.by_video["03.mp4"]:
            if each.end_seconds == 4.0:
                yield Found("two pieces", "Join them.", places=(each.place(Suggestion(end_seconds=5.0)),))

    joined = Check("nearly_touching", find_pieces, Bar(0, "seconds"), fix=Fix.SAFE)
    correction = fix(made, ChecksConfig(), (joined, *(check for check in CHECKS if check.id == "loose_bounds")))
    assert [(change.check, change.after) for change in correction.changes] == [("nearly_touching", 5.0)]


SPANS = st.lists(
    st.tuples(
        st.sampled_from(["a.mp4", "b.mp4"]),
        st.sampled_from(["sit", "Sit", "wave"]),
        st.floats(0, 11),
        st.floats(0.1, 5),
    ),
    max_size=12,
)


@given(SPANS)
def test_a_correction_leaves_nothing_to_suggest_and_reads_back_as_it_was_written(
    spans: list[tuple[str, str, float, float]],
) -> None:
    records = [
        segment(row, video, label, start, start + length) for row, (video, label, start, length) in enumerate(spans)
    ]
    inputs = inputs_of(records)
    after = fixed(inputs).records(records, inputs)
    again = inputs_of(after)
    assert fixed(again).changes == ()
    text = io.StringIO()
    write_csv(after, text)
    assert len(text.getvalue().splitlines()) == len(after) + 1


def test_the_table_reads_back_as_the_same_segments(tmp_path: Path) -> None:
    records = [*clean_records(), segment(90, "x.mp4", "Sit", 0.1, 10.7, group="x")]
    inputs = inputs_of(records)
    after = fixed(inputs).records(records, inputs)
    with (tmp_path / "fixed.csv").open("w") as file:
        write_csv(after, file)
    read = read_annotations(DataConfig(annotations=str(tmp_path / "fixed.csv"), videos=str(tmp_path))).records
    assert [replace(record, source=after[0].source) for record in read] == [
        replace(record, source=after[0].source) for record in after
    ]
