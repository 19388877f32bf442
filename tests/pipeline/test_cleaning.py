"""What `clipgate clean` removes of the runs of a small pipeline, and what the next run still finds."""

from pathlib import Path

import pytest
from ml_metadata.proto import metadata_store_pb2

from pipeline.cleaning import Cleaning, clean, plan_cleaning
from pipeline.metadata_store import open_store
from pipeline.runs.record import RunRecord, write_record
from tests.pipeline.sealing.small_pipeline import artifacts, damage, run


@pytest.fixture
def ran_twice(tmp_path: Path) -> Path:
    """A folder with two executions of each component; only the second ones are of the newest run."""
    run(tmp_path)
    damage(artifacts(tmp_path, "Writer", "examples")[0], "cut")
    run(tmp_path)
    (tmp_path / "logs").mkdir()
    for name in ("run-1.log", "run-2.log"):
        (tmp_path / "logs" / name).write_text("words")
    return tmp_path


def planned(folder: Path, keep: int) -> Cleaning:
    return plan_cleaning(folder, folder / "pipeline", folder / "metadata.sqlite", keep)


def names(folder: Path) -> set[str]:
    """Folders of artifacts, and logs."""
    paths = [*folder.glob("pipeline/[A-Z]*/[a-z]*/*"), *folder.glob("logs/*")]
    return {path.relative_to(folder).as_posix() for path in paths}


def test_what_the_newest_run_needs_stays_and_all_else_goes(ran_twice: Path) -> None:
    before = names(ran_twice)
    cleaning = planned(ran_twice, keep=1)
    assert names(ran_twice) == before
    clean(cleaning, ran_twice, ran_twice / "metadata.sqlite")
    assert len(before) == 6 and len(names(ran_twice)) == 3
    assert "logs/run-2.log" in names(ran_twice)
    assert cleaning.num_bytes > 0 and {waste.node for waste in cleaning.waste} == {"Writer", "Reader", ""}
    assert not planned(ran_twice, keep=1).waste


def test_the_next_run_is_answered_from_what_stayed(ran_twice: Path) -> None:
    clean(planned(ran_twice, keep=1), ran_twice, ran_twice / "metadata.sqlite")
    before = names(ran_twice)
    run(ran_twice)
    assert names(ran_twice) == before


def test_enough_runs_keep_all(ran_twice: Path) -> None:
    assert planned(ran_twice, keep=2).waste == ()


def test_what_a_run_needs_that_was_answered_from_the_cache_stays(ran_twice: Path) -> None:
    for _ in range(3):
        run(ran_twice)
    clean(planned(ran_twice, keep=1), ran_twice, ran_twice / "metadata.sqlite")
    assert len(artifacts(ran_twice, "Writer", "examples")) == len(artifacts(ran_twice, "Reader", "statistics")) == 1


def test_a_run_that_failed_pushes_out_none_that_came_to_its_end(ran_twice: Path) -> None:
    damage(artifacts(ran_twice, "Writer", "examples")[1], "cut")
    run(ran_twice)
    store = open_store(ran_twice / "metadata.sqlite")
    last = max(store.get_executions(), key=lambda execution: execution.id)
    last.last_known_state = metadata_store_pb2.Execution.FAILED
    store.put_executions([last])
    _, second, third = artifacts(ran_twice, "Reader", "statistics")
    clean(planned(ran_twice, keep=1), ran_twice, ran_twice / "metadata.sqlite")
    assert artifacts(ran_twice, "Reader", "statistics") == [second, third]


def test_what_the_newest_run_needs_stays_in_a_folder_that_was_moved(ran_twice: Path) -> None:
    moved = ran_twice.with_name("moved")
    ran_twice.rename(moved)
    before = names(moved)
    clean(planned(moved, keep=2), moved, moved / "metadata.sqlite")
    assert names(moved) == before
    clean(planned(moved, keep=1), moved, moved / "metadata.sqlite")
    assert len(names(moved)) == 3


def write_records(folder: Path, *versions: str) -> list[Path]:
    """Records of the runs that ML Metadata know, and of one more that failed before its first component, with the versions."""
    store = open_store(folder / "metadata.sqlite")
    names = [(context.name,) for context in store.get_contexts_by_type("pipeline_run")] + [()]
    paths = []
    for number, (name, version) in enumerate(zip(names, versions, strict=True), start=1):
        paths.append(folder / "logs" / f"run-20260101-00000{number}.json")
        record = RunRecord(number=number, name="small", began_at="", config_file="", config={}, metadata_runs=name)
        write_record(paths[-1], record.model_copy(update={"version": f"serving/{version}" if version else None}))
    return paths


def test_records_go_with_their_runs(ran_twice: Path) -> None:
    first, second, failed = write_records(ran_twice, "", "", "")
    clean(planned(ran_twice, keep=2), ran_twice, ran_twice / "metadata.sqlite")
    assert first.exists()
    clean(planned(ran_twice, keep=1), ran_twice, ran_twice / "metadata.sqlite")
    assert [path.exists() for path in (first, second, failed)] == [False, True, True]


def test_the_record_of_a_version_stays_as_long_as_the_version(ran_twice: Path) -> None:
    run(ran_twice)
    first, second, third, _ = write_records(ran_twice, "7", "7", "", "")
    root, metadata = ran_twice / "pipeline", ran_twice / "metadata.sqlite"
    clean(plan_cleaning(ran_twice, root, metadata, 1, ["7"]), ran_twice, metadata)
    assert [path.exists() for path in (first, second, third)] == [True, False, True]
    clean(planned(ran_twice, keep=1), ran_twice, metadata)
    assert [path.exists() for path in (first, second, third)] == [False, False, True]


def test_what_a_failed_run_has_left_and_what_was_set_aside_goes_and_checkpoints_stay(ran_twice: Path) -> None:
    for name in ("pipeline/Writer/examples/99", "unknown-20260101-000000", "pipeline/checkpoints/key"):
        (ran_twice / name).mkdir(parents=True)
        (ran_twice / name / "file").write_text("12345")
    clean(planned(ran_twice, keep=5), ran_twice, ran_twice / "metadata.sqlite")
    assert not (ran_twice / "pipeline/Writer/examples/99").exists()
    assert not (ran_twice / "unknown-20260101-000000").exists()
    assert (ran_twice / "pipeline/checkpoints/key/file").is_file()
