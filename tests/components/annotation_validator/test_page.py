"""The page about the annotations."""

import base64
from dataclasses import replace

import numpy as np

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.findings import Finding, Place, Severity, Suggestion
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import Fingerprint, SegmentMeasures, VideoMeasures
from components.annotation_validator.page import MOST_OF_A_FINDING, MOST_OF_A_PAGE, illustrate, render
from components.annotations.records.record import Source
from tests.components.annotation_validator.making import clean_records, found, inputs_of, segment
from tests.components.pages.scripts import without_script

HOSTILE = """"><script>alert(1)</script><img src=x onerror='alert(2)'>$\\frac{"""


def test_a_page_says_the_verdict_and_every_finding_and_fetches_nothing() -> None:
    inputs = inputs_of(clean_records(num_groups=2))
    findings = found(inputs)
    page = render("street", findings, inputs, ChecksConfig())
    assert f"{sum(finding.severity == 'error' for finding in findings)} findings fail the data" in page
    for finding in findings:
        assert f"<code>{finding.check}</code>" in page and finding.message.split("'")[0] in page
    assert "labels.csv, row 2: 0.mp4" in page
    assert "<script" not in without_script(page) and "http" not in page.replace("http-equiv", "")
    assert "The data may be trained on" in render("street", [], inputs, ChecksConfig())


def test_what_annotators_wrote_is_text_and_long_lists_are_cut() -> None:
    places = tuple(Place("<b>.mp4", "<script>", Source("labels.csv", row)) for row in range(60))
    finding = Finding("few_groups", Severity.ERROR, "class '<script>'", "Add some.", places=places)
    page = render("street", [finding], inputs_of([]), ChecksConfig())
    assert "<script" not in without_script(page) and "&lt;script&gt;" in page
    assert "and 10 more, in findings.json" in page


def measured(inputs: CheckInputs) -> CheckInputs:
    """The inputs as if their frames had been looked at; the pictures of a segment are its id and a number."""
    rng = np.random.default_rng(0)
    measures = {}
    for video, segments in inputs.by_video.items():
        own = {
            each.id: SegmentMeasures(
                bounds=(each.start_seconds, each.end_seconds or 0.0),
                active=None,
                motion=1.0,
                motion_inside=None,
                brightness=0.5,
                contrast=0.5,
                descriptor=rng.random(8).astype(np.float32),
                pictures=tuple(f"{each.id} {number}".encode() for number in range(3)),
            )
            for each in segments
        }
        copy = Fingerprint(np.zeros(64, np.float32), np.zeros(704, np.float32))
        measures[video] = VideoMeasures(np.linspace(0, 10, 50), np.ones(50), copy, own)
    return replace(inputs, measures=measures)


def test_a_finding_is_shown_with_pictures_of_its_first_segments_and_with_what_is_suggested() -> None:
    inputs = measured(inputs_of(clean_records()))
    shown, others = inputs.by_label["sit"][:6], inputs.by_label["sit"][6:]
    places = tuple(each.place(Suggestion(end_seconds=1.25)) for each in (*shown, *others))
    finding = Finding("loose_bounds", Severity.WARNING, "loose", "Look at them.", places=places)
    page = render("street", [finding], inputs, ChecksConfig())
    for each in shown:
        for number in range(3):
            assert f"data:image/jpeg;base64,{base64.b64encode(f'{each.id} {number}'.encode()).decode()}" in page
    assert page.count("<img") == 3 * len(shown) and "segments of each finding are shown, 6 in all" in page
    assert page.count('aria-label="motion over time"') == len(shown) == page.count('class="suggested"')
    assert page.count("→ end at 1.25 s") == len(shown) + len(places)
    assert 'aria-label="map of all segments"' in page


def test_a_video_that_is_named_as_a_whole_is_shown_by_its_first_segment() -> None:
    inputs = measured(inputs_of(clean_records()))
    first = next(iter(inputs.measures["3.mp4"].segments.values()))
    finding = Finding("near_duplicates", Severity.WARNING, "copies", "Delete one.", places=(Place("3.mp4"),))
    assert base64.b64encode(first.pictures[0]).decode() in render("street", [finding], inputs, ChecksConfig())


def test_labels_and_names_among_the_pictures_are_text() -> None:
    labels = [HOSTILE, "sit"]
    records = [
        segment(row, f"{row}{HOSTILE}.mp4", labels[row % 2], 0.0, 2.0, group=f"g{row // 2}") for row in range(40)
    ]
    inputs = measured(inputs_of(records))
    places = tuple(each.place(Suggestion(label=HOSTILE)) for each in inputs.segments)
    finding = Finding("doubtful_labels", Severity.WARNING, HOSTILE, "Look.", places=places)
    page = render(HOSTILE, [finding], inputs, ChecksConfig())
    assert "data:image/jpeg;base64," in page and 'aria-label="map of all segments"' in page
    assert "<script" not in without_script(page) and "<img src=x" not in page and "&lt;script&gt;" in page
    assert "http" not in page.replace("http-equiv", "")


def test_no_finding_has_a_second_picture_before_all_have_one() -> None:
    inputs = measured(inputs_of(clean_records()))
    places = tuple(each.place() for each in inputs.by_label["sit"][: MOST_OF_A_FINDING + 1])
    findings = [Finding("outliers", Severity.NOTE, str(number), "Look.", places=places) for number in range(40)]
    counts = [len(pictures) for pictures in illustrate(inputs, findings)]
    assert sum(counts) == MOST_OF_A_PAGE and set(counts) == {MOST_OF_A_PAGE // 40, MOST_OF_A_PAGE // 40 + 1}
    assert [len(pictures) for pictures in illustrate(inputs, findings[:2])] == [MOST_OF_A_FINDING] * 2


def test_a_suggestion_is_said_in_words() -> None:
    suggested = Suggestion(start_seconds=0.5, label="sit", group="ann")
    assert str(suggested) == "begin at 0.50 s, label 'sit', group 'ann'"
    assert str(Suggestion(delete=True)) == "delete the row"
