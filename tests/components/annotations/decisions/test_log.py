"""The log: nothing of it is lost, and what is no decision is told."""

import json
import os
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import pytest

from components.annotations.decisions.decision import Action, FindingName, new_decision
from components.annotations.decisions.log import LogReader, append, log_beside, read_log
from foundation.messages.errors import UserError
from tests.components.annotations.decisions.deciding import bounds, decide, regroup, relabel, row, undo

WAVE = row()


def add_many(log: Path, name: str) -> None:
    for number in range(40):
        append(log, relabel(WAVE, f"{name} {number}", why="x" * 3000))


def test_what_is_added_is_what_is_read(tmp_path: Path) -> None:
    log = tmp_path / "labels.csv.decisions.jsonl"
    first = relabel(WAVE, "👍🏽", why='he "waves"\n<b>')
    made = [
        first,
        bounds(WAVE, 0.5, None),
        regroup(WAVE, None, old="ann"),
        decide(Action.EXCLUDE, WAVE),
        decide(Action.ACCEPT, WAVE, finding=FindingName(check="loose_bounds")),
        decide(Action.ACCEPT, finding=FindingName(check="few_groups", about="wave has 2 groups")),
        decide(Action.NOTE, WAVE, why="look again"),
        undo(first),
    ]
    for decision in made:
        append(log, decision)
    assert read_log(log) == made
    assert log.read_bytes().count(b"\n") == len(made)
    assert json.loads(log.read_text(encoding="utf-8").splitlines()[0]).keys() == {
        "id", "at", "by", "action", "segment", "old", "new", "why",
    }  # fmt: skip


def test_a_log_that_is_read_again_has_what_was_added_and_is_another_one_if_it_was_replaced(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    made = [relabel(WAVE, name) for name in "abcd"]
    append(log, made[0])
    reader = LogReader(log)
    assert reader.read() == made[:1]
    append(log, *made[1:3])
    assert reader.read() == made[:3]
    # The rest of a line counts when it is a whole one.
    line = made[3].as_line().encode()
    for part, known in ((line[:20], made[:3]), (line[20:-1], made), (b"\n{}", made)):
        with log.open("ab") as file:
            file.write(part)
        assert reader.read() == known
    log.write_text("".join(decision.as_line() for decision in made[:2]))
    assert reader.read() == made[:2]
    log.write_text(made[3].as_line() + "[1]\n")
    for _ in range(2):
        with pytest.raises(UserError, match="line 2 is no decision"):
            reader.read()


def test_two_writers_at_once_lose_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    workers = [get_context("fork").Process(target=add_many, args=(log, name)) for name in ("ann", "bob")]
    for worker in workers:
        worker.start()
    with ThreadPoolExecutor(2) as threads:
        list(threads.map(lambda name: add_many(log, name), ("carl", "dora")))
    for worker in workers:
        worker.join()
    found = [decision.new for decision in read_log(log)]
    assert sorted(map(str, found)) == sorted(
        f"{name} {n}" for name in ("ann", "bob", "carl", "dora") for n in range(40)
    )
    for name in ("ann", "bob", "carl", "dora"):
        assert [text for text in found if str(text).startswith(name)] == [f"{name} {n}" for n in range(40)]


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_line_that_was_not_finished_counts_as_none_and_is_cut_off(tmp_path: Path, cut: int) -> None:
    log = tmp_path / "log.jsonl"
    first, second, third = (relabel(WAVE, label) for label in ("a", "b", "c"))
    append(log, first)
    append(log, second)
    log.write_bytes(log.read_bytes()[:-cut])
    expected = [first, second] if cut == 1 else [first]
    assert read_log(log) == expected
    append(log, third)
    assert read_log(log) == [*expected, third]


def test_a_full_disk_leaves_nothing_of_a_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = tmp_path / "log.jsonl"
    append(log, relabel(WAVE, "a"))
    before = log.read_bytes()
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, line: write(file, line[:20]))
    with pytest.raises(UserError, match="log.jsonl cannot be written: the disk is full"):
        append(log, relabel(WAVE, "b"))
    assert log.read_bytes() == before


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2 is no decision: Invalid JSON"),
        ('{"id": "1"}', "line 2 is no decision: at: Field required"),
        ("[1]", "line 2 is no decision: Input should be an object"),
    ],
)
def test_a_line_that_is_no_decision_is_named(tmp_path: Path, line: str, message: str) -> None:
    log = tmp_path / "log.jsonl"
    append(log, relabel(WAVE, "a"))
    log.write_text(f"{log.read_text()}{line}\n")
    with pytest.raises(UserError, match=message):
        read_log(log)


def test_two_decisions_with_one_id_are_refused(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    append(log, relabel(WAVE, "a"))
    log.write_text(log.read_text() * 2)
    with pytest.raises(UserError, match="two decisions with the id '[0-9a-f]{16}'; give one of them another"):
        read_log(log)


def test_a_log_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="log.jsonl cannot be read: No such file or directory"):
        read_log(tmp_path / "log.jsonl")
    with pytest.raises(UserError, match="log.jsonl cannot be written: No such file or directory"):
        append(tmp_path / "nowhere" / "log.jsonl", relabel(WAVE, "a"))


@pytest.mark.parametrize("annotations", ["data/labels.csv", "data/labels.csv/"])
def test_the_log_lies_beside_the_annotations(annotations: str) -> None:
    assert log_beside(annotations) == Path("data/labels.csv.decisions.jsonl")


@pytest.mark.parametrize(
    ("action", "parts"),
    [
        (Action.RELABEL, {"new": None}),
        (Action.RELABEL, {"new": "two\nlines"}),
        (Action.RELABEL, {"new": " "}),
        (Action.RELABEL, {"new": (1.0, 2.0)}),
        (Action.BOUNDS, {"new": (2.0, 2.0)}),
        (Action.BOUNDS, {"new": (-1.0, 2.0)}),
        (Action.BOUNDS, {"new": (float("nan"), 2.0)}),
        (Action.BOUNDS, {"new": "late"}),
        (Action.GROUP, {"new": (1.0, 2.0)}),
        (Action.EXCLUDE, {"new": "x"}),
        (Action.UNDO, {}),
        (Action.ACCEPT, {"undoes": "1"}),
        (Action.NOTE, {"colour": "red"}),
    ],
)
def test_what_does_not_fit_the_action_is_refused(action: Action, parts: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        decide(action, WAVE, **parts)


def test_what_concerns_no_row_has_to_concern_a_finding() -> None:
    with pytest.raises(ValueError, match="accept needs a segment"):
        new_decision(Action.ACCEPT, "ann")
    with pytest.raises(ValueError, match="relabel needs a segment"):
        new_decision(Action.RELABEL, "ann", new="x", finding=FindingName(check="few_groups"))
