from dataclasses import replace
from typing import Any

import pytest

from components.annotations.decisions.decision import Action, new_decision
from pipeline.review.clips import make_catalogue
from pipeline.review.deciding import read_acceptance, read_action, read_decision
from pipeline.review.standing import as_annotated, find_standings
from tests.pipeline.review.reviewing import catalogue_of, finding_about, segment

CATALOGUE = catalogue_of([segment("a.mp4", "wave", 1.0, 2.0, group="anna")])
(CLIP,) = CATALOGUE.clips
NOW = as_annotated(CLIP.segment)


def decided(**body: Any) -> Any:
    return read_decision(body, "tester", CLIP, NOW, None, 10.0)


def test_a_decision_names_the_row_as_it_is_and_what_was_before() -> None:
    decision = decided(action="relabel", new=" sit ", why="he sits")
    assert (decision.action, decision.old, decision.new) == (Action.RELABEL, "wave", "sit")
    assert (decision.by, decision.why, decision.segment.id) == ("tester", "he sits", CLIP.id)
    assert (decision.segment.path, decision.segment.start_seconds, decision.segment.label) == ("a.mp4", 1.0, "wave")


def test_what_was_decided_before_is_what_the_next_decision_changes() -> None:
    now = replace(NOW, start_seconds=1.5)
    decision = read_decision({"action": "bounds", "new": [1, 3]}, "tester", CLIP, now, None, 10.0)
    assert (decision.old, decision.new) == ((1.5, 2.0), (1.0, 3.0))


def test_no_group_is_a_group_too() -> None:
    assert decided(action="group", new=None).old == "anna"


def test_a_finding_as_a_whole_is_accepted_by_its_message() -> None:
    catalogue = make_catalogue(CATALOGUE.inputs, {}, [finding_about(CATALOGUE, "seams", "wave")])
    decision = read_acceptance({"action": "accept"}, "tester", catalogue.findings[0])
    assert decision.segment is None
    assert decision.finding and (decision.finding.check, decision.finding.about) == ("seams", "seams in wave")
    with pytest.raises(ValueError, match="all else is decided about a segment"):
        read_acceptance({"action": "exclude"}, "tester", catalogue.findings[0])


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([], "a decision is a JSON object"),
        ({"action": "delete"}, "action is delete; expected one of accept, reject"),
        ({"action": ["accept"]}, "expected one of accept"),
        ({"action": "accept", "path": "/etc/passwd"}, "path is no part of a decision"),
    ],
)
def test_what_is_no_decision_is_said(body: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        read_action(body)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"action": "accept", "new": "sit"}, "accept has no value"),
        ({"action": "relabel"}, "label is NoneType; expected text"),
        ({"action": "relabel", "new": "  "}, "the label is empty"),
        ({"action": "relabel", "new": "a\nb"}, "the label contains a line break"),
        ({"action": "relabel", "new": "x" * 300}, "the label has 300 characters"),
        ({"action": "relabel", "new": "\udcff"}, "label is not UTF-8"),
        ({"action": "group", "new": 7}, "group is int; expected text"),
        ({"action": "bounds", "new": [1]}, "bounds are two finite numbers"),
        ({"action": "bounds", "new": [1, True]}, "bounds are two finite numbers"),
        ({"action": "bounds", "new": [1, float("nan")]}, "bounds are two finite numbers"),
        ({"action": "bounds", "new": [-1, 2]}, "from -1 s to 2 s lasts no clip"),
        ({"action": "bounds", "new": [2, 2]}, "from 2 s to 2 s lasts no clip"),
        ({"action": "bounds", "new": [1, 11]}, "the clip would end at 11 s, but the video at 10 s"),
        ({"action": "note"}, "the note is empty"),
        ({"action": "note", "why": "x" * 5000}, "why has 5000 characters"),
    ],
)
def test_what_cannot_be_decided_is_said(body: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        decided(**body)


def test_a_clip_stands_as_all_decisions_about_it_say() -> None:
    decisions = [
        decided(action="relabel", new="sit"),
        decided(action="bounds", new=[1.25, 2]),
        decided(action="group", new=None),
        decided(action="accept"),
    ]
    standing = find_standings({CLIP.id: CLIP.segment}, decisions)[CLIP.id]
    assert (standing.label, standing.start_seconds, standing.end_seconds, standing.group) == ("sit", 1.25, 2.0, None)
    assert standing.actions == {Action.RELABEL, Action.BOUNDS, Action.GROUP, Action.ACCEPT}


def test_decisions_about_other_rows_leave_a_clip_as_annotated() -> None:
    target = {"path": "b.mp4", "start_seconds": 0, "end_seconds": 1, "label": "wave", "id": "gone"}
    decision = new_decision(Action.EXCLUDE, "tester", segment=target)
    assert find_standings({CLIP.id: CLIP.segment}, [decision]) == {}
