"""What long steps say of how far they are."""

import json
import logging
from typing import Any

import pytest

from foundation.messages.progress import PROGRESS_LOGGER, Progress, say


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
