"""A pipeline whose artifacts are damaged between its runs, and during one."""

import json
import logging
import shutil
from pathlib import Path

import pytest

from foundation.messages.errors import MachineError
from foundation.messages.progress import PROGRESS_LOGGER
from pipeline.metadata_store import open_store
from tests.pipeline.sealing.small_pipeline import artifacts, damage, run

DAMAGES = {
    "flipped": "1.gz has changed: other content of the same size",
    "cut": "1.gz is cut: 3 of 5 bytes",
    "missing": "1.gz is missing",
    "beside": "old.gz was not written with the others",
}


@pytest.fixture
def ran(tmp_path: Path) -> Path:
    """A folder in which the pipeline has run once."""
    run(tmp_path)
    return tmp_path


def announcements(caplog: pytest.LogCaptureFixture) -> list[str]:
    events = [json.loads(record.getMessage()) for record in caplog.records if record.name == PROGRESS_LOGGER]
    return [event["announcement"] for event in events if "announcement" in event]


def test_what_is_whole_comes_from_the_cache(ran: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, PROGRESS_LOGGER):
        run(ran)
    assert announcements(caplog) == []
    assert len(artifacts(ran, "Writer", "examples")) == len(artifacts(ran, "Reader", "statistics")) == 1


@pytest.mark.parametrize("how", DAMAGES)
def test_an_artifact_that_was_damaged_since_is_made_again_and_so_is_what_comes_from_it(
    ran: Path, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    (first,) = artifacts(ran, "Writer", "examples")
    damage(first, how)
    with caplog.at_level(logging.INFO, PROGRESS_LOGGER):
        run(ran)
    assert announcements(caplog) == [f"{first}/Split-train/{DAMAGES[how]}; so Writer runs again"]
    _, again = artifacts(ran, "Writer", "examples")
    assert {path.name: path.read_bytes() for path in (again / "Split-train").iterdir()} == {
        "1.gz": b"12345",
        "2.gz": b"12345",
    }
    assert len(artifacts(ran, "Reader", "statistics")) == 2
    run(ran)
    assert len(artifacts(ran, "Writer", "examples")) == 2


def test_an_output_that_nobody_reads_is_made_again_too(ran: Path) -> None:
    (statistics,) = artifacts(ran, "Reader", "statistics")
    (statistics / "read").write_bytes(b"")
    run(ran)
    assert len(artifacts(ran, "Writer", "examples")) == 1
    assert artifacts(ran, "Reader", "statistics")[1].joinpath("read").read_bytes() == b"1234512345"


@pytest.mark.parametrize("how", DAMAGES)
def test_what_is_damaged_during_a_run_is_not_read_and_the_same_command_makes_it_anew(tmp_path: Path, how: str) -> None:
    with pytest.raises(
        MachineError, match=f"{DAMAGES[how]}: something has changed it during the run.*run the same command"
    ):
        run(tmp_path, damage_between=how)
    assert not (tmp_path / "pipeline/Reader/statistics").exists() or artifacts(tmp_path, "Reader", "statistics") == []
    run(tmp_path)
    assert artifacts(tmp_path, "Reader", "statistics")[-1].joinpath("read").read_bytes() == b"1234512345"


def test_what_an_earlier_release_left_without_a_seal_is_read_as_it_is(ran: Path) -> None:
    shutil.rmtree(ran / "pipeline" / "Writer" / ".system" / "seals")
    damage(artifacts(ran, "Writer", "examples")[0], "cut")
    run(ran)
    assert len(artifacts(ran, "Writer", "examples")) == 1


def test_a_component_is_told_where_data_lie_and_does_not_run_again_when_they_were_moved(tmp_path: Path) -> None:
    for place in ("/before", "/after"):
        run(tmp_path, place=place)
    (examples,) = artifacts(tmp_path, "Writer", "examples")
    assert (examples / "told").read_text() == "/before"


@pytest.mark.parametrize("is_copy", [False, True])
def test_in_a_folder_that_was_moved_or_copied_nothing_is_read_in_the_old_place(
    tmp_path: Path, is_copy: bool, caplog: pytest.LogCaptureFixture
) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    old.mkdir()
    run(old)
    shutil.copytree(old, new)
    if is_copy:
        damage(artifacts(old, "Writer", "examples")[0], "flipped")
    else:
        shutil.rmtree(old)
    with caplog.at_level(logging.INFO, PROGRESS_LOGGER):
        run(new)
    assert f"kept their artifacts in {old}/pipeline; of 2 artifacts, 2 lie in {new}/pipeline now" in caplog.text
    assert len(artifacts(new, "Writer", "examples")) == 1
    (statistics,) = artifacts(new, "Reader", "statistics")
    assert (statistics / "read").read_bytes() == b"1234512345"
    store = open_store(new / "metadata.sqlite")
    assert all(Path(artifact.uri).is_relative_to(new) for artifact in store.get_artifacts())
    caplog.clear()
    run(new)
    assert len(artifacts(new, "Reader", "statistics")) == 1


def test_an_artifact_that_did_not_come_along_is_made_anew(tmp_path: Path) -> None:
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
    run(tmp_path / "old")
    shutil.copy(tmp_path / "old/metadata.sqlite", tmp_path / "new/metadata.sqlite")
    run(tmp_path / "new")
    assert len(artifacts(tmp_path / "new", "Writer", "examples")) == 1
