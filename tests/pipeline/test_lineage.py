"""What ML Metadata know of the newest run, also where one was killed while they were written."""

from pathlib import Path

from ml_metadata.proto import metadata_store_pb2

from pipeline.lineage import run_summary
from pipeline.metadata_store import open_store
from tests.pipeline.sealing.small_pipeline import run


def test_a_run_that_was_killed_before_it_was_known_whose_it_is_locks_nobody_out(tmp_path: Path) -> None:
    path = tmp_path / "metadata.sqlite"
    run(tmp_path)
    before = run_summary(path, "small")
    assert before["nodes"] == {"Writer": "complete", "Reader": "complete"}
    store = open_store(path)
    kind = store.get_context_type("pipeline_run").id
    store.put_contexts([metadata_store_pb2.Context(type_id=kind, name="killed")])
    assert run_summary(path, "small") == before
    run(tmp_path)
    assert run_summary(path, "small")["nodes"] == {"Writer": "cached", "Reader": "cached"}
