"""What long steps say of how far they are."""

import json
import logging
from typing import Any

import pytest

from foundation.messages.progress import PROGRESS_LOGGER, Progress, announce, say, told_of


@pytest.fixture
def events(caplog: pytest.LogCaptureFixture) -> Any:
    """Returns a function that gives the events so far."""
    caplog.set_level(logging.INFO, PROGRESS_LOGGER)
    return lambda: [json.loads(record.getMessage()) for record in caplog.records]


def test_the_first_and_the_last_unit_are_reported_and_fast_ones_between_are_not(events: Any) -> None:
    progress = Progress(1000, "videos")
    for _ in range(1000):
        progress.advance()
    reports = events()
    assert [report["done"] for report in (reports[0], reports[-1])] == [1, 1000]
    assert len(reports) < 100
    assert reports[-1] == {"done": 1000, "total": 1000, "unit": "videos", "detail": ""}


def test_units_may_be_done_several_at_once_with_a_detail(events: Any) -> None:
    Progress(8, "clips").advance(8, detail="loss 0.5")
    assert events() == [{"done": 8, "total": 8, "unit": "clips", "detail": "loss 0.5"}]


def test_what_is_said_is_one_event(events: Any) -> None:
    say('a "quoted" message\nof two lines')
    assert events() == [{"message": 'a "quoted" message\nof two lines'}]


def test_what_is_told_of_a_part_begins_with_its_name(events: Any) -> None:
    with told_of("fold 2/5"):
        Progress(8, "epochs").advance(8, detail="loss 0.5")
        announce("done")
        say("resumed after epoch 3", resumed_after_epoch=3)
    say("all is done")
    told, announced, resumed, after = events()
    assert told == {"done": 8, "total": 8, "unit": "epochs", "detail": "fold 2/5: loss 0.5"}
    assert announced == {"announcement": "fold 2/5: done"}
    assert resumed == {"message": "fold 2/5: resumed after epoch 3", "resumed_after_epoch": 3}
    assert after == {"message": "all is done"}
