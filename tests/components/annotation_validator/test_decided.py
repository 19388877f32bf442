"""What somebody accepted is not found again, as long as the row is as it was."""

from dataclasses import replace
from pathlib import Path

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.decided import Decided, decided_by
from components.annotation_validator.findings import Finding, Place, Severity
from components.annotation_validator.fix import fix
from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotation_validator.runner import run_checks
from components.annotations.decisions.decision import Action, Decision, FindingName, Target, new_decision
from tests.components.annotation_validator.making import inputs_of, segment

LOG = Path("labels.csv.decisions.jsonl")
INPUTS = inputs_of(
    [segment(2, "a.mp4", "sit", 0.0, 1.0), segment(3, "a.mp4", "sit", 1.1, 2.0), segment(4, "b.mp4", "sit", 0.0, 1.0)]
)
ONE, OTHER = INPUTS.segments[:2]


def accept(of: CheckedSegment | None, check: str, about: str = "") -> Decision:
    target = of and Target(
        path=of.video, start_seconds=of.start_seconds, end_seconds=of.end_seconds, label=of.label, id=of.id
    )
    return new_decision(Action.ACCEPT, "ann", segment=target, finding=FindingName(check=check, about=about))


def finding(check: str, *segments: CheckedSegment, places: tuple[Place, ...] = ()) -> Finding:
    return Finding(check, Severity.WARNING, "it is so", "look", places=(*(each.place() for each in segments), *places))


def decided(*decisions: Decision) -> Decided:
    return decided_by(LOG, decisions, INPUTS.segments)


def test_a_finding_is_gone_when_all_its_rows_are_accepted() -> None:
    both = decided(accept(ONE, "loose_bounds"), accept(OTHER, "loose_bounds"))
    found = [finding("loose_bounds", ONE, OTHER), finding("outliers", ONE)]
    assert both.reported(found) == [found[1]]
    assert both.accepted(found) == [found[0]]


def test_a_finding_keeps_the_rows_that_nobody_accepted() -> None:
    one = decided(accept(ONE, "loose_bounds"))
    (left,) = one.reported([finding("loose_bounds", ONE, OTHER)])
    assert (left.message, left.places) == ("it is so (1 of 2 accepted)", (OTHER.place(),))
    assert one.accepted([finding("loose_bounds", ONE, OTHER)]) == []


def test_what_concerns_no_row_is_accepted_by_its_words() -> None:
    of_class = decided(accept(None, "few_groups", "it is so"))
    found = [finding("few_groups"), replace(finding("few_groups"), message="it is worse")]
    assert of_class.reported(found) == [found[1]]


def test_a_video_among_the_rows_keeps_the_finding() -> None:
    one = decided(accept(ONE, "identical_videos"))
    (left,) = one.reported([finding("identical_videos", ONE, places=(Place("a.mp4"),))])
    assert left.places == (Place("a.mp4"),)


def test_what_was_taken_back_or_is_of_another_row_by_now_accepts_nothing() -> None:
    first = accept(ONE, "loose_bounds")
    back = new_decision(Action.UNDO, "bob", undoes=first.id)
    moved = accept(replace(ONE, id="0123"), "loose_bounds")
    found = [finding("loose_bounds", ONE)]
    assert decided(first, back).reported(found) == found
    stale = decided(moved)
    assert (stale.reported(found), stale.num_stale) == (found, 1)


def test_what_was_accepted_is_not_corrected() -> None:
    config = ChecksConfig()
    (found,) = [each for each in run_checks(INPUTS, config) if each.check == "nearly_touching"]
    assert fix(INPUTS, config).changes
    accepted = decided(accept(ONE, found.check), accept(OTHER, found.check))
    assert not [change for change in fix(INPUTS, config, decided=accepted).changes if change.check == found.check]
