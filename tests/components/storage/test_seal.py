"""What is said of files that are not as they were written."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.storage.seal import (
    Difference,
    Seal,
    compare,
    compare_folder,
    in_words,
    make_seal,
    read_seal,
    seal_folder,
    seal_from_json,
    seal_to_json,
    write_seal,
)

FOLDERS = st.dictionaries(st.text("ab/.é", min_size=1, max_size=4), st.binary(max_size=4), max_size=5)


def seal_of(files: dict[str, bytes]) -> Seal:
    return make_seal(sizes_of(files), digest_in(files))


def sizes_of(files: dict[str, bytes]) -> dict[str, int]:
    return {name: len(content) for name, content in files.items()}


def digest_in(files: dict[str, bytes]) -> Callable[[str], str]:
    return lambda name: sha256(files[name]).hexdigest()


@given(FOLDERS)
def test_a_seal_is_the_same_after_it_was_written_as_json(files: dict[str, bytes]) -> None:
    seal = seal_of(files)
    assert seal_from_json(json.loads(json.dumps(seal_to_json(seal)))) == seal


@given(FOLDERS, FOLDERS)
def test_named_are_exactly_the_files_that_differ(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    differences = compare(seal_of(before), sizes_of(after), digest_in(after))
    assert [difference.file for difference in differences] == sorted(
        name for name in before | after if before.get(name) != after.get(name)
    )


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (None, "is missing"),
        (b"12", "is cut: 2 of 5 bytes"),
        (b"123456", "has grown: 6 bytes instead of 5"),
        (b"12E45", "has changed: other content of the same size"),
    ],
)
def test_what_became_of_a_file_is_said_in_words(tmp_path: Path, content: bytes | None, what: str) -> None:
    path = tmp_path / "Split-train" / "data.gz"
    path.parent.mkdir()
    path.write_bytes(b"12345")
    seal = seal_folder(tmp_path)
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert compare_folder(seal, tmp_path) == [Difference("Split-train/data.gz", what)]


def test_a_file_that_was_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"1")
    seal = seal_folder(tmp_path)
    (tmp_path / "old").write_bytes(b"2")
    assert [str(difference) for difference in compare_folder(seal, tmp_path)] == ["old was not written with the others"]


def test_a_file_that_the_disk_does_not_give_any_more_is_named() -> None:
    def digest(name: str) -> str:
        raise OSError(5, "Input/output error")

    (difference,) = compare(seal_of({"a": b"1"}), {"a": 1}, digest)
    assert str(difference) == "a cannot be read: Input/output error"


def test_a_folder_that_is_gone_misses_all_its_files(tmp_path: Path) -> None:
    assert compare_folder(seal_of({"a": b"1"}), tmp_path / "gone") == [Difference("a", "is missing")]


def test_of_many_differences_the_first_ones_are_named() -> None:
    missing = [Difference(name, "is missing") for name in "abcde"]
    assert in_words(missing[:1], "/x") == "/x/a is missing"
    assert in_words(missing, "/x") == "/x/a is missing; /x/b is missing; /x/c is missing; and 2 more files"


def test_a_seal_is_read_from_the_file_that_it_was_written_to(tmp_path: Path) -> None:
    path = tmp_path / "seals" / "1.json"
    write_seal(path, seal_of({"a": b"1"}))
    assert read_seal(path) == seal_of({"a": b"1"})
    assert [file.name for file in path.parent.iterdir()] == ["1.json"]
