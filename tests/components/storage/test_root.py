"""A folder of this machine as ingest looks at it."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from components.storage.local import LocalRoot
from components.storage.opening import local_file, open_root
from foundation.messages.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "d").mkdir()
    (tmp_path / "a.mp4").write_bytes(b"12345")
    (tmp_path / "d" / "b.mp4").write_bytes(b"1")
    return tmp_path


def test_entries_are_files_and_links_to_them(folder: Path) -> None:
    os.utime(folder / "a.mp4", ns=(1, 1_500_000_000_500_000_000))
    os.mkfifo(folder / "pipe.mp4")
    (folder / "link.mp4").symlink_to("d/b.mp4")
    (folder / "broken.mp4").symlink_to("nothing")
    (folder / "loop").symlink_to(".")
    (folder / "caf\udce9.mp4").touch()
    entries = {entry.name: entry for entry in open_root(str(folder), "data.videos").entries()}
    assert {name: (entry.size, entry.is_link) for name, entry in entries.items()} == {
        "a.mp4": (5, False),
        "d/b.mp4": (1, False),
        "link.mp4": (1, True),
        "caf\udce9.mp4": (0, False),
    }
    assert entries["a.mp4"].modified_seconds == 1_500_000_000.5


@pytest.mark.parametrize("name", ["d/b.mp4", "./d//b.mp4", "link.mp4"])
def test_all_spellings_of_a_file_have_one_name(folder: Path, name: str) -> None:
    (folder / "link.mp4").symlink_to("d/b.mp4")
    assert LocalRoot(folder).canonical(name) == "d/b.mp4"


@pytest.mark.parametrize("name", ["../a.mp4", "/etc/passwd", "out.mp4", "a\0"])
def test_a_name_that_leads_elsewhere_is_an_error(folder: Path, name: str) -> None:
    (folder / "out.mp4").symlink_to("/etc/passwd")
    with pytest.raises(ValueError, match="the path"):
        LocalRoot(folder).canonical(name)


def test_heads_and_the_errors_of_files_without_one_come_in_order(folder: Path) -> None:
    first, second, third = LocalRoot(folder).read_heads(["none.mp4", "a.mp4", "d/b.mp4"], 3)
    assert isinstance(first, FileNotFoundError)
    assert (second, third) == (b"123", b"1")


def test_files_are_used_in_place(folder: Path) -> None:
    root = LocalRoot(folder)
    with root.local_copy("d/b.mp4") as path:
        assert path == folder / "d" / "b.mp4"
    assert path.exists()
    assert root.digest("a.mp4") == hashlib.sha256(b"12345").hexdigest()


def test_a_folder_or_file_that_is_not_there_is_named_with_its_key(folder: Path) -> None:
    with pytest.raises(UserError, match=r"data\.videos: .*/none is not a folder; write the path relative to"):
        open_root(str(folder / "none"), "data.videos")
    with (
        pytest.raises(UserError, match=r"splits\.assignment: .*/d is not a file; write the path"),
        local_file(str(folder / "d"), "splits.assignment"),
    ):
        pass


def test_local_folders_load_no_beam(folder: Path) -> None:
    program = (
        "import sys\n"
        "import components.annotations.files.fetch, components.annotations.files.fingerprint\n"
        "import components.annotations.files.manifest\n"
        "from components.storage.opening import open_root\n"
        f"list(open_root({str(folder)!r}, 'data.videos').entries())\n"
        "print([name for name in ('apache_beam', 'tensorflow', 'tfx', 'boto3') if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=Path(__file__).parents[3], capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")
