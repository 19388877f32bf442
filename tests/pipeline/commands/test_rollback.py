"""clipgate versions, card and rollback."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from models.export_info import ExportInfo
from tests.pipeline.commands.conftest import Done

Clipgate = Callable[..., Done]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A configuration whose destination holds versions 1 and 2, the second with a model card."""
    for number in ("1", "2"):
        version = tmp_path / "models" / number
        ExportInfo(("a", "b"), {}, {}, f"{number}{'0' * 63}").write(version)
        (version / "saved_model.pb").write_bytes(b"")
    info = {"pushed_at": "2026-11-22T09:00:00+00:00", "evaluation": {"accuracy": 0.75}}
    (tmp_path / "models/2/assets.extra/model_card.json").write_text(json.dumps(info))
    (tmp_path / "models/2/assets.extra/model_card.md").write_text("# second\n")
    path = tmp_path / "config.yaml"
    path.write_text("output_dir: out\ndata: {annotations: a.csv, videos: videos}\nserving: {directory: models}\n")
    return path


def states(clipgate: Clipgate, config: Path) -> dict[int, str]:
    done = clipgate("versions", "--config", config, "--json")
    assert (done.code, done.err) == (0, "")
    return {row["version"]: row["state"] for row in json.loads(done.out)["versions"]}


def test_versions_are_listed_with_what_their_cards_say(clipgate: Clipgate, config: Path) -> None:
    (config.parent / "models/3").mkdir()
    lines = clipgate("versions", "--config", config).out.splitlines()
    assert lines[0] == f"{config.parent}/models"
    assert [line.split() for line in lines[2:]] == [
        ["1", "-", "-", "kept", "100000000000"],
        ["2", "2026-11-22T09:00:00+00:00", "0.750", "served", "200000000000"],
        ["3", "-", "-", "incomplete", "-"],
    ]


def test_before_the_first_push_there_is_nothing(clipgate: Clipgate, config: Path) -> None:
    config.write_text(config.read_text().replace("models", "nowhere"))
    assert clipgate("versions", "--config", config).out == f"{config.parent}/nowhere: nothing was pushed\n"
    for command in ("rollback", "card"):
        done = clipgate(command, "--config", config)
        assert done.code == 2
        assert "no model was pushed there" in done.err
    assert not (config.parent / "nowhere").exists()


def test_a_rollback_asks_first(
    clipgate: Clipgate, config: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for answer, code, expected in (("n", 1, {1: "kept", 2: "served"}), ("y", 0, {1: "served", 2: "withdrawn"})):
        (tmp_path / "answer").write_text(f"{answer}\n")
        with (tmp_path / "answer").open() as file:
            monkeypatch.setattr("sys.stdin", file)
            done = clipgate("rollback", "--config", config)
        assert done.code == code
        assert "serve version 1 instead of 2?" in done.out
        assert states(clipgate, config) == expected


def test_a_rollback_and_the_way_back(clipgate: Clipgate, config: Path) -> None:
    done = clipgate("rollback", "--config", config, "--yes")
    assert (done.code, done.err) == (0, "")
    assert "TensorFlow Serving will load version 1" in done.out
    assert f"clipgate rollback --config {config} --to 2" in done.out
    assert clipgate("rollback", "--config", config, "--to", 2, "--yes").code == 0
    assert states(clipgate, config) == {1: "kept", 2: "served"}
    assert "version 2 is served already" in clipgate("rollback", "--config", config, "--to", 2).out


def test_a_version_that_does_not_exist_is_named(clipgate: Clipgate, config: Path) -> None:
    done = clipgate("rollback", "--config", config, "--to", 7, "--yes")
    assert done.code == 2
    assert "has no version 7; the versions there: 1, 2" in done.err


def test_the_card_of_the_served_version_is_printed_or_that_of_another(clipgate: Clipgate, config: Path) -> None:
    assert clipgate("card", "--config", config).out == "# second\n"
    assert clipgate("card", "2", "--config", config).out == "# second\n"
    done = clipgate("card", "1", "--config", config)
    assert done.code == 2
    assert "models/1 has no model card" in done.err


def test_a_version_that_is_not_there_is_named_by_what_asked_for_it(clipgate: Clipgate, config: Path) -> None:
    assert "VERSION: " in clipgate("card", "--config", config, "7").err
    assert "--to: " in clipgate("rollback", "--config", config, "--to", "7").err


def test_the_command_to_undo_a_rollback_can_be_pasted(clipgate: Clipgate, config: Path) -> None:
    config = config.rename(config.with_name("my config.yaml"))
    done = clipgate("rollback", "--config", config, "--to", "1", "--yes")
    assert f"clipgate rollback --config '{config}' --to 2" in " ".join(done.out.split())
