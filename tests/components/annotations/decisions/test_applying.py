"""What decisions do to annotations: what was decided, to the rows that were meant, and nothing else."""

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from components.annotations.decisions.applying import Applied, Row, apply, rows_of
from components.annotations.decisions.decision import CHANGES, Action, Decision
from components.annotations.files.manifest import segment_id
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Reject, Segment, Source, TimeUnit
from tests.components.annotations.decisions.deciding import bounds, decide, regroup, relabel, row, undo

WAVE, SIT, REST = row("wave", 1, 3), row("sit", 4, 6, group="ann"), row("", 7, 9, is_negative=True)
ROWS = [WAVE, SIT, REST, row("wave", 0.5, None, "b.mp4")]
GONE = row("wave", 1.0, 2.5)


def done(*decisions: Decision, rows: Sequence[Row] = ROWS) -> Applied:
    return apply(rows, decisions)


def changed(applied: Applied, of: Row) -> Segment | None:
    return next((each for each in applied.segments if each.source == of.segment.source), None)


@st.composite
def decisions(draw: st.DrawFn) -> list[Decision]:
    """Any list, also of decisions about rows that are gone, and of undos of any earlier decision."""
    made: list[Decision] = []
    for _ in range(draw(st.integers(0, 8))):
        of = draw(st.sampled_from([*ROWS, GONE]))
        choices = [
            relabel(of, draw(st.sampled_from(["run", "walk"]))),
            bounds(of, 0.25, draw(st.sampled_from([8.0, None]))),
            regroup(of, draw(st.sampled_from(["bob", None])), old=of.segment.group),
            decide(Action.EXCLUDE, of),
            decide(Action.ACCEPT, of),
            decide(Action.REJECT, of),
            decide(Action.NOTE, of, why="look again"),
        ]
        made.append(draw(st.sampled_from([*choices, *map(undo, made)])))
    return made


@given(decisions())
def test_rows_about_which_nothing_stands_are_as_they_were(made: list[Decision]) -> None:
    applied = apply(ROWS, made)
    decided = {each.segment.id for each in applied.log.standing if each.segment and each.action in CHANGES}
    kept = {each.source: each for each in applied.segments}
    for each in ROWS:
        if each.id not in decided:
            assert kept[each.segment.source] == each.segment
        else:
            assert any(change.source == each.segment.source for change in applied.changes) or (
                kept[each.segment.source] == each.segment
            )
    assert [each.source for each in applied.segments] == [r.segment.source for r in ROWS if r.segment.source in kept]


@given(decisions())
def test_each_decision_is_in_one_place_of_the_account(made: list[Decision]) -> None:
    log = apply(ROWS, made).log
    told = [*log.standing, *log.stale, *log.overridden, *log.undone, *log.aimless]
    assert len(told) == len({each.id for each in told})
    used_undos = {each.id for each in made if each.action is Action.UNDO} - {each.id for each in told}
    assert {each.id for each in told} | used_undos == {each.id for each in made}


@given(decisions())
def test_what_is_undone_is_as_if_it_had_never_been(made: list[Decision]) -> None:
    everything_undone = apply(ROWS, [*made, *map(undo, made[::-1])])
    assert list(everything_undone.segments) == [each.segment for each in ROWS]
    if made:
        assert apply(ROWS, [*made, undo(made[-1])]).segments == apply(ROWS, made[:-1]).segments


@given(decisions())
def test_stale_decisions_change_nothing(made: list[Decision]) -> None:
    applied = apply(ROWS, made)
    about_gone = [each for each in made if each.segment and each.segment.id == GONE.id]
    assert {each.id for each in applied.log.stale} <= {each.id for each in about_gone}
    without = apply(ROWS, [each for each in made if each not in about_gone])
    assert without.segments == applied.segments


def test_what_was_decided_is_done() -> None:
    applied = done(relabel(WAVE, "run", why="he runs"), bounds(WAVE, 0.5, None), regroup(SIT, None, old="ann"))
    assert changed(applied, WAVE) == replace(WAVE.segment, label="run", start=0.5, end=None)
    assert changed(applied, SIT) == replace(SIT.segment, group=None)
    assert [str(change) for change in applied.changes] == [
        f"labels.csv, row {WAVE.segment.source.row}: a.mp4: label: 'wave' → 'run' (ann: he runs)",
        f"labels.csv, row {WAVE.segment.source.row}: a.mp4: bounds: 1 to 3 s → 0.5 to the end (ann)",
        f"labels.csv, row {SIT.segment.source.row}: a.mp4: group: 'ann' → none (ann)",
    ]


def test_a_row_is_taken_out_whatever_else_was_decided_about_it() -> None:
    applied = done(decide(Action.EXCLUDE, WAVE), relabel(WAVE, "run"))
    assert changed(applied, WAVE) is None
    assert [(change.what, change.new) for change in applied.changes] == [("row", "taken out")]


def test_a_row_without_an_action_may_get_one() -> None:
    found = changed(done(relabel(REST, "run")), REST)
    assert found is not None
    assert (found.label, found.is_negative) == ("run", False)


def test_the_last_decision_about_a_thing_wins() -> None:
    first, last = relabel(WAVE, "run"), relabel(WAVE, "walk")
    applied = done(first, bounds(WAVE, 0, 1), last)
    found = changed(applied, WAVE)
    assert found is not None
    assert (found.label, found.start) == ("walk", 0)
    assert applied.log.overridden == (first,)
    assert changed(done(first, last, undo(last)), WAVE) == replace(WAVE.segment, label="run")


def test_an_undo_can_be_undone() -> None:
    first = relabel(WAVE, "run")
    back = undo(first)
    assert changed(done(first, back, undo(back)), WAVE) == replace(WAVE.segment, label="run")


def test_an_undo_of_what_does_not_come_before_it_is_told() -> None:
    first = relabel(WAVE, "run")
    early = undo(first)
    applied = done(early, first)
    assert applied.log.aimless == (early,)
    assert changed(applied, WAVE) == replace(WAVE.segment, label="run")


def test_a_group_that_is_another_by_now_makes_a_decision_stale() -> None:
    decision = regroup(WAVE, "bob", old="carl")
    assert done(decision).log.stale == (decision,)
    first, second = regroup(WAVE, "carl"), regroup(WAVE, "bob", old="carl")
    found = changed(done(first, second), WAVE)
    assert found is not None
    assert found.group == "bob"


def test_a_rejected_row_stays_and_is_open() -> None:
    decision = decide(Action.REJECT, WAVE)
    applied = done(decision)
    assert applied.open == (decision,)
    assert list(applied.segments) == [each.segment for each in ROWS]
    assert done(decision, decide(Action.ACCEPT, WAVE)).open == ()


def test_rows_that_say_the_same_are_changed_alike() -> None:
    twin = replace(WAVE.segment, source=Source("labels.csv", 99))
    applied = done(relabel(WAVE, "run"), rows=[WAVE, Row(WAVE.id, twin)])
    assert [each.label for each in applied.segments] == ["run", "run"]


def test_a_row_has_the_id_that_checks_give_it() -> None:
    """Which is made of the row as it was read, in frames too, and of the path of its video."""
    read = Segment("a.mp4", "", Source("a", 1), 10, 20, TimeUnit.FRAMES, is_negative=True, find_by=FindBy.NAME)
    seconds = replace(read, video="day1/a.mp4", start=1.0, end=2.0, time_unit=TimeUnit.SECONDS, find_by=FindBy.PATH)
    reject = Reject(Reason.LABEL_MISSING, "no label")
    (found,) = rows_of([read, reject], [seconds, reject], lambda name, by: f"day1/{name}", "background")
    assert found.segment == seconds
    assert found.id == segment_id("day1/a.mp4", replace(read, label="background", is_negative=False))
