"""What the local runner does before it runs anything."""

from pathlib import Path

import pytest

from models.export_info import ExportInfo
from pipeline.local import is_served, set_aside_unknown
from pipeline.runs.record import RunRecord, read_records, write_record
from tests.components.pusher.conftest import write_card


@pytest.fixture
def output_dir(tmp_path: Path) -> Path:
    """What an earlier run left."""
    for name in ("VideoExampleGen/examples/3/Split-train", "checkpoints/0123"):
        (tmp_path / "pipeline" / name).mkdir(parents=True)
    (tmp_path / "pipeline/VideoExampleGen/examples/3/Split-train/old.gz").write_bytes(b"old")
    return tmp_path


@pytest.mark.parametrize("is_empty", [False, True])
def test_artifacts_that_no_metadata_knows_are_moved_aside_but_not_checkpoints(output_dir: Path, is_empty: bool) -> None:
    if is_empty:
        (output_dir / "metadata.sqlite").touch()
    set_aside_unknown(output_dir / "pipeline", output_dir / "metadata.sqlite")
    assert [path.name for path in (output_dir / "pipeline").iterdir()] == ["checkpoints"]
    (aside,) = output_dir.glob("unknown-*")
    assert (aside / "VideoExampleGen/examples/3/Split-train/old.gz").read_bytes() == b"old"


def test_records_name_artifacts_where_they_were_moved_to(output_dir: Path) -> None:
    path = output_dir / "logs" / "run-20260101-000000.json"
    path.parent.mkdir()
    examples = "VideoExampleGen/examples/3"
    write_record(
        path,
        RunRecord(
            number=1, name="test", began_at="", config_file="", config={}, artifacts={"a.b": f"pipeline/{examples}"}
        ),
    )
    set_aside_unknown(output_dir / "pipeline", output_dir / "metadata.sqlite")
    (record,) = read_records(output_dir).values()
    (aside,) = output_dir.glob("unknown-*")
    assert record.artifacts == {"a.b": f"{aside.name}/{examples}"}


def test_with_metadata_or_without_artifacts_nothing_is_moved(output_dir: Path, tmp_path: Path) -> None:
    (output_dir / "metadata.sqlite").write_bytes(b"SQLite format 3")
    set_aside_unknown(output_dir / "pipeline", output_dir / "metadata.sqlite")
    assert (output_dir / "pipeline/VideoExampleGen").is_dir()
    set_aside_unknown(tmp_path / "none", tmp_path / "metadata.sqlite")
    assert not list(output_dir.glob("unknown-*"))


def test_a_version_is_served_if_it_is_there_and_whole(tmp_path: Path) -> None:
    version = tmp_path / "action" / "17"
    assert is_served(None, str(tmp_path / "action"))
    assert not is_served(str(version), str(tmp_path / "action"))
    ExportInfo(("a", "b"), {}, {}, "key").write(version)
    assert not is_served(str(version), str(tmp_path / "action"))
    (version / "saved_model.pb").write_bytes(b"")
    assert is_served(str(version), str(tmp_path / "action"))
    assert not is_served(str(tmp_path / "elsewhere" / "17"), str(tmp_path / "action"))


def test_a_version_with_a_file_that_its_card_does_not_know_so_is_not_served(tmp_path: Path) -> None:
    version = tmp_path / "action" / "17"
    ExportInfo(("a", "b"), {}, {}, "key").write(version)
    (version / "saved_model.pb").write_bytes(b"graph")
    write_card(version)
    assert is_served(str(version), str(tmp_path / "action"))
    (version / "saved_model.pb").write_bytes(b"grapH")
    assert not is_served(str(version), str(tmp_path / "action"))
