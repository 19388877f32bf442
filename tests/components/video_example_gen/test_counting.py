"""Shards that workers elsewhere complete are counted where nobody hears the workers."""

import json
import logging
from pathlib import Path

import pytest

from components.video_example_gen.counting import are_elsewhere, counted
from components.video_example_gen.work_folder import Attempt, Shard, WorkFolder
from foundation.messages.progress import PROGRESS_LOGGER


def test_each_shard_that_is_complete_counts_and_what_is_under_way_does_not(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    work = WorkFolder(f"{tmp_path}/work")
    orders = work.put([Shard(f"{tmp_path}/{number}.gz", ()) for number in range(3)])
    caplog.set_level(logging.INFO, PROGRESS_LOGGER)
    with counted(work, len(orders)):
        for order in orders:
            attempt = Attempt(order)
            Path(attempt.shard_path).write_bytes(b"shard")
            attempt.complete()
        Path(Attempt(orders[0]).account_path).touch()
    events = [json.loads(record.getMessage()) for record in caplog.records]
    assert [(event["done"], event["total"], event["unit"]) for event in events] == [(0, 3, "shards"), (3, 3, "shards")]


@pytest.mark.parametrize(
    ("runner", "elsewhere"), [("FnApiRunner", False), ("DirectRunner", False), ("PortableRunner", True)]
)
def test_workers_of_this_process_are_heard(runner: str, elsewhere: bool) -> None:
    assert are_elsewhere([f"--runner={runner}"]) is elsewhere
    assert not are_elsewhere([])
