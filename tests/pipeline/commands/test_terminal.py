"""What the commands share: files that are written, or left as they are."""

from pathlib import Path

import pytest

from foundation.messages.errors import UserError
from pipeline.commands.terminal import refuse_existing, whole_file


def test_a_file_that_exists_is_refused_unless_it_is_given_up(tmp_path: Path) -> None:
    (tmp_path / "kept.csv").touch()
    with pytest.raises(UserError, match=r"^--output: .*kept\.csv exists already; name another file, or .* --force$"):
        refuse_existing("--output", tmp_path / "kept.csv", force=False)
    refuse_existing("--output", tmp_path / "kept.csv", force=True)


def test_what_loses_nothing_is_not_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "new.csv", Path("/dev/stdout"), None):
        refuse_existing("--output", path, force=False)


def test_a_device_is_written_to_and_stays() -> None:
    with whole_file("--output", Path("/dev/null")) as partial:
        assert partial == Path("/dev/null")
    assert Path("/dev/null").exists()


def test_what_fails_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "kept.csv"
    path.write_text("before")
    with pytest.raises(ValueError, match="half"), whole_file("--output", path) as partial:
        partial.write_text("half")
        raise ValueError("half")
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
