"""clipgate verify, and the commands that hand on no damaged version."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from components.pusher.card_files import MODEL_CARD_JSON, MODEL_CARD_MARKDOWN
from models.export_info import ExportInfo
from tests.components.pusher.conftest import write_card
from tests.pipeline.commands.conftest import Done

Clipgate = Callable[..., Done]


def push(models: Path, number: int) -> Path:
    """A version with a card that lists its files."""
    version = models / str(number)
    ExportInfo(("a", "b"), {}, {}, f"{number}").write(version)
    (version / "saved_model.pb").write_bytes(b"graph")
    (version / "variables").mkdir()
    (version / "variables/data").write_bytes(b"weights")
    write_card(version)
    (version / MODEL_CARD_MARKDOWN).write_text("# card\n")
    return version


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A destination with versions 1 and 2, for the configuration beside it."""
    push(tmp_path / "models", 1)
    push(tmp_path / "models", 2)
    text = "output_dir: out\ndata: {annotations: a.csv, videos: videos}\nserving: {directory: models}\n"
    (tmp_path / "config.yaml").write_text(text)
    return tmp_path / "models"


def test_a_whole_version_is_named_by_folder_by_number_or_as_the_newest(clipgate: Clipgate, models: Path) -> None:
    config = models.parent / "config.yaml"
    for arguments, number in (
        ((models / "1",), 1),
        ((f"{models}/1/",), 1),
        ((models,), 2),
        (("1", "--config", config), 1),
        (("--config", config), 2),
    ):
        done = clipgate("verify", *arguments)
        assert (done.code, done.out, done.err) == (0, f"{models}/{number} is as it was pushed\n", "")


@pytest.mark.parametrize(
    ("file", "content", "what"),
    [
        ("variables/data", b"weighty", "has changed: other content of the same size"),
        ("variables/data", b"weig", "is cut: 4 of 7 bytes"),
        ("saved_model.pb", None, "is missing"),
        ("variables/old", b"old", "was not written with the others"),
        (MODEL_CARD_JSON, b"{", "is damaged: Expecting property name enclosed in double quotes"),
    ],
)
def test_each_file_that_is_not_as_it_was_pushed_has_a_line(
    clipgate: Clipgate, models: Path, file: str, content: bytes | None, what: str
) -> None:
    path = models / "2" / file
    if content is None:
        path.unlink()
    else:
        path.write_bytes(content)
    done = clipgate("verify", models / "2")
    assert done.code == 3
    assert done.out.startswith(f"{path} {what}")
    assert len(done.out.splitlines()) == 1
    assert clipgate("verify", models / "1").code == 0
    as_json = clipgate("verify", models / "2", "--json")
    assert as_json.code == 3
    (difference,) = json.loads(as_json.out)["differences"]
    assert difference["file"] == file


def test_a_withdrawn_version_is_compared_too(clipgate: Clipgate, models: Path) -> None:
    config = models.parent / "config.yaml"
    assert clipgate("rollback", "--config", config, "--yes").code == 0
    assert clipgate("verify", "2", "--config", config).out == f"{models}/withdrawn/2 is as it was pushed\n"
    assert clipgate("verify", "--config", config).out == f"{models}/1 is as it was pushed\n"


def test_what_an_earlier_release_pushed_cannot_be_compared(clipgate: Clipgate, models: Path) -> None:
    (models / "2" / MODEL_CARD_JSON).write_text("{}")
    done = clipgate("verify", models / "2")
    assert done.code == 2
    assert "has no model card with a list of files" in done.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "name the folder or the address of a version, or the configuration"),
        (("{models}/7",), "models holds no version 7; the versions there: 1, 2"),
        (("{models}/nowhere",), "nowhere holds no version that was not withdrawn; the versions there: none"),
        (("x", "--config", "{models}/../config.yaml"), "x is no number; name a folder or an address without --config"),
    ],
)
def test_mistakes_are_named(clipgate: Clipgate, models: Path, arguments: tuple[str, ...], message: str) -> None:
    done = clipgate("verify", *(argument.format(models=models) for argument in arguments))
    assert done.code == 2
    assert message in done.err


def test_a_rollback_leads_to_no_damaged_version(clipgate: Clipgate, models: Path) -> None:
    (models / "1/variables/data").write_bytes(b"weig")
    done = clipgate("rollback", "--config", models.parent / "config.yaml", "--yes")
    assert done.code == 2
    assert "models/1/variables/data is cut: 4 of 7 bytes: the version was damaged after its push" in done.err
    assert (models / "2").is_dir()


def test_a_damaged_version_is_not_served(models: Path) -> None:
    from foundation.messages.errors import UserError
    from tests.pipeline.serve.conftest import run_server

    for number in ("1", "2"):
        (models / number / "variables/data").write_bytes(b"weig")
    with pytest.raises(UserError, match=r"variables/data is cut: 4 of 7 bytes"), run_server(models):
        pass
