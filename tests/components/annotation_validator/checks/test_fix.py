"""Corrections: what the checks suggest is done, the rest stays as it is."""

import io
from dataclasses import replace
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from components.annotation_validator.checks.catalogue import ANNOTATION_CHECKS
from components.annotation_validator.checks.finding import CheckInputs
from components.annotation_validator.checks.fix import Fixed, fix
from components.annotation_validator.config import ChecksConfig
from components.annotations.config import DataConfig
from components.annotations.files.generic_table import write_csv
from components.annotations.readers.detect import read_annotations
from components.annotations.records.record import Segment
from tests.components.annotation_validator.checks.making import clean_records, found, inputs_of, segment


def fixed(inputs: CheckInputs) -> Fixed:
    return fix(ANNOTATION_CHECKS, inputs, ChecksConfig())


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
    read = read_annotations(DataConfig(annotations=str(tmp_path / "fixed.csv"), videos=str(tmp_path)))
    assert [replace(record, source=after[0].source) for record in read] == [
        replace(record, source=after[0].source) for record in after
    ]
