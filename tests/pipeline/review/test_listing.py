from dataclasses import replace

import pytest

from components.annotations.decisions.decision import Action
from pipeline.review.clips import Answer, make_catalogue
from pipeline.review.listing import Query, page_of, read_query, select
from pipeline.review.standing import as_annotated
from tests.pipeline.review.reviewing import catalogue_of, finding_about, segment

SEGMENTS = [
    segment("a/1.mp4", "wave", 0, 4, group="anna", split="train"),
    segment("a/2.mp4", "sit", 0, 2, group="ben", split="test"),
    segment("b/3.mp4", "wave", 1, 2, group="Cleo", split="test"),
    segment("b/4.mp4", "jump", 0, None),
]
CATALOGUE = catalogue_of(SEGMENTS)
ID_OF = {clip.segment.video: clip.id for clip in CATALOGUE.clips}


def listed(query: Query, catalogue=CATALOGUE, standings=None) -> list[str]:  # type: ignore[no-untyped-def]
    return [clip.segment.video for clip in select(catalogue, standings or {}, query)]


def test_nothing_in_particular_lists_all_in_the_order_of_videos() -> None:
    assert listed(Query()) == ["a/1.mp4", "a/2.mp4", "b/3.mp4", "b/4.mp4"]


@pytest.mark.parametrize(
    ("query", "videos"),
    [
        (Query(label="wave"), ["a/1.mp4", "b/3.mp4"]),
        (Query(group="ben"), ["a/2.mp4"]),
        (Query(split="test"), ["a/2.mp4", "b/3.mp4"]),
        (Query(split="test", label="wave"), ["b/3.mp4"]),
        (Query(q="CLEO b/"), ["b/3.mp4"]),
        (Query(q="nowhere"), []),
    ],
)
def test_filters_hold_together(query: Query, videos: list[str]) -> None:
    assert listed(query) == videos


@pytest.mark.parametrize(
    ("sort", "videos"),
    [
        ("label", ["b/4.mp4", "a/2.mp4", "a/1.mp4", "b/3.mp4"]),
        ("group", ["b/3.mp4", "a/1.mp4", "a/2.mp4", "b/4.mp4"]),
        ("duration", ["b/3.mp4", "a/2.mp4", "a/1.mp4", "b/4.mp4"]),
        ("-duration", ["a/1.mp4", "a/2.mp4", "b/3.mp4", "b/4.mp4"]),
    ],
)
def test_what_has_no_value_comes_last_whichever_way_round(sort: str, videos: list[str]) -> None:
    assert listed(Query(sort=sort)) == videos


def test_the_least_sure_answers_come_first() -> None:
    answers = {ID_OF["a/2.mp4"]: Answer("sit", "wave", 0.2, 0.7), ID_OF["b/3.mp4"]: Answer("wave", "sit", 0.4, 0.5)}
    catalogue = catalogue_of(SEGMENTS, answers)
    assert listed(Query(sort="confidence"), catalogue)[:2] == ["b/3.mp4", "a/2.mp4"]


def test_by_loss_those_come_first_whose_class_the_model_expected_least() -> None:
    answers = {
        ID_OF["a/1.mp4"]: Answer("wave", "wave"),
        ID_OF["a/2.mp4"]: Answer("sit", "wave", 0.2, 0.5),
        ID_OF["b/3.mp4"]: Answer("wave", "sit", 0.0, 0.9),
        ID_OF["b/4.mp4"]: Answer("jump", "sit", 0.45, 0.55),
    }
    catalogue = catalogue_of(SEGMENTS, answers)
    assert listed(Query(sort="-loss"), catalogue) == ["b/3.mp4", "a/2.mp4", "b/4.mp4", "a/1.mp4"]
    assert listed(Query(sort="loss"), catalogue) == ["b/4.mp4", "a/2.mp4", "b/3.mp4", "a/1.mp4"]


def test_a_cell_of_the_matrix_lists_the_clips_that_were_taken_for_that_class() -> None:
    answers = {ID_OF["a/2.mp4"]: Answer("sit", "wave"), ID_OF["b/3.mp4"]: Answer("wave", "wave")}
    catalogue = catalogue_of(SEGMENTS, answers)
    assert listed(Query(own="sit", answer="wave"), catalogue) == ["a/2.mp4"]
    assert listed(Query(answer="wave"), catalogue) == ["a/2.mp4", "b/3.mp4"]


def test_a_finding_lists_its_clips_in_its_own_order_and_a_check_all_of_its_findings() -> None:
    findings = [finding_about(CATALOGUE, "seams", "wave"), finding_about(CATALOGUE, "seams", "sit")]
    catalogue = make_catalogue(CATALOGUE.inputs, {}, findings)
    assert listed(Query(finding=catalogue.findings[0].id), catalogue) == ["b/3.mp4", "a/1.mp4"]
    assert listed(Query(check="seams"), catalogue) == ["a/1.mp4", "a/2.mp4", "b/3.mp4"]
    with pytest.raises(ValueError, match="there is no finding gone; the checks may have run again"):
        listed(Query(finding="gone"), catalogue)


def test_what_was_decided_is_what_filters_and_orders_see() -> None:
    clip = CATALOGUE.by_id[ID_OF["a/2.mp4"]]
    relabelled = replace(as_annotated(clip.segment), label="wave", actions=frozenset((Action.RELABEL,)))
    standings = {clip.id: relabelled}
    assert listed(Query(label="wave"), standings=standings) == ["a/1.mp4", "a/2.mp4", "b/3.mp4"]
    assert listed(Query(decided="relabel"), standings=standings) == ["a/2.mp4"]
    assert listed(Query(decided="any"), standings=standings) == ["a/2.mp4"]
    assert listed(Query(decided="accept"), standings=standings) == []
    assert len(listed(Query(decided="none"), standings=standings)) == 3


def test_pages_follow_one_another() -> None:
    clips = select(CATALOGUE, {}, Query())
    pages = [page_of(clips, Query(offset=offset, limit=3)) for offset in (0, 3, 6)]
    assert [len(page) for page in pages] == [3, 1, 0]
    assert [*pages[0], *pages[1]] == clips


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"colour": "red"}, "colour is nothing to ask for; expected one of answer, check"),
        ({"offset": "-1"}, "offset is -1; expected a whole number from 0 on"),
        ({"offset": "9" * 5000}, "offset has 5000 characters"),
        ({"limit": "0"}, "limit is 0; expected 1 to 200"),
        ({"limit": "100000"}, "limit is 100000; expected 1 to 200"),
        ({"sort": "size"}, "sort is size; expected one of label"),
        ({"decided": "perhaps"}, "decided is perhaps; expected one of any"),
    ],
)
def test_what_cannot_be_asked_for_is_said(given: dict[str, str], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_query(given)
