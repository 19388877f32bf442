"""The pages that are made from the code are up to date, and leave nothing unsaid."""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from docs.generate.__main__ import PAGES
from docs.generate.commands import commands
from docs.generate.configuration import sections
from pipeline.commands import terminal
from pipeline.config import Config

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_what_make_reference_writes(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), "run: make reference"


def test_every_section_and_every_key_has_a_meaning() -> None:
    schema = Config.model_json_schema()
    found = {"": {**schema, "description": "the whole"}, **dict(sections(schema))}
    assert len(found) > 20
    assert [place for place, section in found.items() if not section.get("description")] == []
    assert [
        f"{place}.{key}"
        for place, section in found.items()
        for key, field in section["properties"].items()
        if not field.get("description") and "$ref" not in str(field)
    ] == []


@pytest.mark.parametrize(("name", "command"), commands().items())
def test_every_option_of_a_command_has_a_meaning(name: str, command: Any) -> None:
    assert [parameter.name for parameter in command.params if parameter.name != "help" and not parameter.help] == []


def test_the_commands_say_which_verdicts_are_which_exit_codes() -> None:
    said = defaultdict(str)
    for command in commands().values():
        said[command.callback.__module__] += command.help
    verdicts = {name: getattr(terminal, name) for name in ("NOT_PUSHED", "DATA_FAULTS", "OPEN")}
    assert [
        f"{module}: {name}"
        for module, text in said.items()
        for name, code in verdicts.items()
        if name in vars(sys.modules[module]) and f"{code}: " not in " ".join(text.split())
    ] == []
