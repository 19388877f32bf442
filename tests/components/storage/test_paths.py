"""No name that an annotation gives leads out of the data root."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.storage.paths import files_below, resolve_inside


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret.mp4").touch()
    root = tmp_path / "root"
    (root / "d").mkdir(parents=True)
    (root / "d" / "a.mp4").touch()
    return root


@pytest.mark.parametrize("name", ["d/a.mp4", "./d/a.mp4", "d//a.mp4", "d/./a.mp4", "d/a.mp4/"])
def test_all_spellings_of_a_file_are_one_path(root: Path, name: str) -> None:
    assert resolve_inside(root, name) == root / "d" / "a.mp4"


@pytest.mark.parametrize(
    "name", ["new.mp4", "..a.mp4", "a..b/c.mp4", "...", "-i", "12:30.mp4", "a b%03d.mp4", "走る.mp4"]
)
def test_unusual_names_stay_inside(root: Path, name: str) -> None:
    assert resolve_inside(root, name) == root / name


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("", "empty, too long or contains a NUL"),
        ("a\0.mp4", "empty, too long or contains a NUL"),
        ("x/" * 3000, "empty, too long or contains a NUL"),
        ("x" * 256, "longer than 255 bytes"),
        ("é" * 128, "longer than 255 bytes"),
        ("/etc/passwd", "absolute, a URL or has a drive letter"),
        ("\\\\server\\share\\a.mp4", "absolute, a URL or has a drive letter"),
        ("~/a.mp4", "absolute, a URL or has a drive letter"),
        ("http://example.org/a.mp4", "absolute, a URL or has a drive letter"),
        ("concat:a.mp4|/etc/passwd", "absolute, a URL or has a drive letter"),
        ("file:///etc/passwd", "absolute, a URL or has a drive letter"),
        ("C:\\a.mp4", "absolute, a URL or has a drive letter"),
        ("c:a.mp4", "absolute, a URL or has a drive letter"),
        ("../outside/secret.mp4", "contains '..'"),
        ("d/../../outside/secret.mp4", "contains '..'"),
        ("d\\..\\..\\outside\\secret.mp4", "contains '..'"),
        ("d/..", "contains '..'"),
        ("caf\udce9.mp4", "not UTF-8"),
        ("x\ud800.mp4", "not UTF-8"),
    ],
)
def test_names_that_lead_elsewhere_or_nowhere(root: Path, name: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        resolve_inside(root, name)


@pytest.mark.parametrize("target", ["../outside/secret.mp4", "../outside", "/", "/etc/passwd"])
def test_a_link_out_of_the_root(root: Path, target: str) -> None:
    (root / "link").symlink_to(target)
    with pytest.raises(ValueError, match="leaves the data root through a link"):
        resolve_inside(root, "link")
    with pytest.raises(ValueError, match="leaves the data root through a link"):
        resolve_inside(root, "link/secret.mp4")


def test_a_link_inside_the_root_is_the_file_that_it_leads_to(root: Path) -> None:
    (root / "link.mp4").symlink_to("d/a.mp4")
    (root / "folder").symlink_to(root / "d", target_is_directory=True)
    assert resolve_inside(root, "link.mp4") == resolve_inside(root, "folder/a.mp4") == root / "d" / "a.mp4"


def test_a_link_to_itself_leads_nowhere(root: Path) -> None:
    (root / "loop").symlink_to("loop")
    if sys.version_info >= (3, 13):  # which leaves it in the path
        assert not resolve_inside(root, "loop/a.mp4").exists()
        return
    with pytest.raises(ValueError, match="cannot be resolved"):
        resolve_inside(root, "loop/a.mp4")


PIECES = st.sampled_from(["..", ".", "/", "\\", "a", "~", ":", "\0"])


@given(name=st.text(max_size=30) | st.lists(PIECES, max_size=12).map("".join))
def test_any_text_gives_a_path_inside_or_a_value_error(name: str) -> None:
    root = Path("/nowhere/root")
    try:
        path = resolve_inside(root, name)
    except ValueError as error:
        assert str(error)
        return
    assert path.is_relative_to(root)
    str(path).encode()


def test_only_files_and_links_to_files_are_listed(root: Path) -> None:
    os.mkfifo(root / "pipe.mp4")
    (root / "folder.mp4").mkdir()
    (root / "linked").symlink_to("d", target_is_directory=True)
    (root / "link.mp4").symlink_to("d/a.mp4")
    (root / "broken.mp4").symlink_to("nothing")
    (root / "caf\udce9.mp4").touch()
    names = sorted(path.relative_to(root).as_posix() for path in files_below(root))
    assert names == ["caf\udce9.mp4", "d/a.mp4", "link.mp4"]


def test_a_file_or_nothing_has_no_files_below_it(root: Path) -> None:
    assert list(files_below(root / "d" / "a.mp4")) == list(files_below(root / "nothing")) == []
