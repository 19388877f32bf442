"""What is said of a file of ML Metadata that a run cannot use."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from ml_metadata import metadata_store
from ml_metadata.proto import metadata_store_pb2

from foundation.messages.errors import MachineError, UserError
from pipeline.abandoned import fail_abandoned
from pipeline.metadata_file import locks_explained, require_metadata
from tests.e2e.project import environment

RUNNING, COMPLETE, FAILED = (
    metadata_store_pb2.Execution.RUNNING,
    metadata_store_pb2.Execution.COMPLETE,
    metadata_store_pb2.Execution.FAILED,
)
HOLD = """
import sqlite3, sys
file = sqlite3.connect(sys.argv[1], isolation_level=None)
file.execute("BEGIN " + sys.argv[2])
print("locked", flush=True)
sys.stdin.readline()
"""


def open_store(path: Path) -> metadata_store.MetadataStore:
    config = metadata_store_pb2.ConnectionConfig()
    config.sqlite.filename_uri = str(path)
    return metadata_store.MetadataStore(config)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with one execution that is done and one that is not."""
    path = tmp_path / "metadata.sqlite"
    store = open_store(path)
    type_id = store.put_execution_type(metadata_store_pb2.ExecutionType(name="Trainer"))
    store.put_executions(
        [metadata_store_pb2.Execution(type_id=type_id, last_known_state=state) for state in (COMPLETE, RUNNING)]
    )
    return path


@contextmanager
def locked(path: Path, kind: str) -> Iterator[Callable[[str], None]]:
    """Another process with a transaction; gives what ends it, whatever it is called with."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), kind], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout and process.stdout.readline() == "locked\n"
        try:
            yield lambda _: process.communicate("end\n") and None
        finally:
            process.kill()


def told_of(path: Path, *, to_write: bool = True) -> str:
    with pytest.raises(UserError) as raised:
        require_metadata(path, pytest.fail, to_write=to_write)
    assert str(path) in str(raised.value)
    return str(raised.value)


def no_database(path: Path) -> None:
    path.write_bytes(b"\x07garbage" * 1000)


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwritten_in_the_middle(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 8192)


def of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite3.connect(path)) as file:
        file.execute("CREATE TABLE history (url TEXT)")


@pytest.mark.parametrize("harm", [no_database, truncated, overwritten_in_the_middle, of_another_program])
def test_a_file_that_ml_metadata_cannot_read_is_named_with_both_remedies(
    path: Path, harm: Callable[[Path], None]
) -> None:
    harm(path)
    before = path.read_bytes()
    message = told_of(path)
    assert "backup" in message and "move it away" in message
    assert ("another program" in message) == (harm is of_another_program)
    assert path.read_bytes() == before


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo])
def test_what_is_no_file_is_said_to_be_none(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "metadata.sqlite")
    assert "no ordinary file" in told_of(tmp_path / "metadata.sqlite")


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
@pytest.mark.parametrize("mode", [0, 0o400])
def test_a_file_that_may_not_be_read_or_written_is_said_to_be_so(path: Path, mode: int) -> None:
    path.chmod(mode)
    assert "permissions" in told_of(path)


def test_a_sound_file_an_empty_one_and_none_say_nothing(path: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    for usable in (path, tmp_path / "empty", tmp_path / "none"):
        require_metadata(usable, pytest.fail, to_write=True)
    assert not (tmp_path / "none").exists()


def test_a_locked_file_is_waited_for_and_people_are_told_once(path: Path) -> None:
    told: list[str] = []
    with locked(path, "EXCLUSIVE") as end:

        def tell(sentence: str) -> None:
            told.append(sentence)
            end(sentence)

        require_metadata(path, tell, to_write=True)
    assert told == [f"waiting for {path}, which another program has locked"]


def test_who_only_reads_does_not_wait_for_who_writes(path: Path) -> None:
    with locked(path, "IMMEDIATE"):
        require_metadata(path, pytest.fail)


def test_the_waiting_has_an_end(path: Path) -> None:
    told: list[str] = []
    with locked(path, "IMMEDIATE"), pytest.raises(UserError, match="still locked by another program after 1 s"):
        require_metadata(path, told.append, to_write=True, most_waited_seconds=1)
    assert len(told) == 1


def test_a_lock_that_comes_later_is_no_internal_error(path: Path) -> None:
    store = open_store(path)
    with (
        locked(path, "EXCLUSIVE"),
        pytest.raises(MachineError, match="locked by another program"),
        locks_explained(path),
    ):
        store.get_executions()


def test_what_a_killed_run_left_running_has_failed(path: Path) -> None:
    assert fail_abandoned(path) == 1
    assert [execution.last_known_state for execution in open_store(path).get_executions()] == [COMPLETE, FAILED]
    assert fail_abandoned(path) == 0


def test_metadata_of_another_version_are_named(path: Path) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute("UPDATE MLMDEnv SET schema_version = 99")
    require_metadata(path, pytest.fail)
    with pytest.raises(UserError, match="another version|this version of ML Metadata"):
        fail_abandoned(path)


def test_commands_that_read_what_a_run_left_end_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "metadata.sqlite").write_bytes(b"garbage" * 1000)
    (tmp_path / "config.yaml").write_text("output_dir: out\ndata: {annotations: a.csv, videos: .}\n")
    for command in ("ledger", "gate"):
        result = subprocess.run(
            [sys.executable, "-m", "pipeline.cli", command, "--config", "config.yaml"],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 2
        assert "metadata.sqlite is damaged" in result.stderr
        assert "Traceback" not in result.stderr
