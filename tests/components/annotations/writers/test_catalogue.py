"""Which format is written."""

from pathlib import Path

import pytest

from components.annotations.readers.catalogue import READERS
from components.annotations.writers.catalogue import WRITERS, choose_format, without_videos
from foundation.messages.errors import UserError


def test_every_format_that_is_written_is_read_under_the_same_name() -> None:
    assert WRITERS.keys() <= READERS.keys()


@pytest.mark.parametrize(
    ("file", "name"), [("a.csv", "csv"), ("a.jsonl", "jsonl"), ("a.eaf", "elan"), ("a.XML", "cvat_video")]
)
def test_an_ending_that_is_of_one_format_tells_it(file: str, name: str) -> None:
    assert choose_format(Path(file), None) == name


@pytest.mark.parametrize("name", WRITERS)
def test_a_format_can_be_named(name: str) -> None:
    assert choose_format(Path(f"a{WRITERS[name].suffix}"), name) == choose_format(Path("a"), name) == name


@pytest.mark.parametrize(
    ("file", "wanted", "message"),
    [
        ("a.json", None, "a.json may be of label_studio, activitynet or fiftyone; say with --to which one is meant"),
        ("a.txt", None, "a.txt has to end in .csv, .jsonl, .xml, .json or .eaf, which says what is written"),
        ("a.csv", "elan", "a.csv ends in .csv; files of elan end in .eaf"),
        ("a.json", "labelstudio", "--to: labelstudio is no format that is written; did you mean label_studio?"),
    ],
)
def test_what_is_not_clear_is_asked(file: str, wanted: str | None, message: str) -> None:
    with pytest.raises(UserError, match=message.replace("?", r"\?")):
        choose_format(Path(file), wanted)


def test_only_tables_never_need_a_video() -> None:
    assert without_videos() == "csv and jsonl"
