"""Every command line that the documentation shows is one that the programs take."""

import importlib.util
import re

import pytest

from docs.generate.commands import commands
from tests.docs.documented import ROOT, Line, lines_of


@pytest.mark.parametrize("line", lines_of("clipgate"), ids=lambda line: f"{line.page}: {line.text}")
def test_the_command_line_takes_it(line: Line) -> None:
    # What it does not take raises an error of usage.
    assert commands()[line.command].make_context(line.command, line.arguments).params


def test_every_target_of_make_is_in_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z][\w-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = {line.words[1] for line in lines_of("make")}
    assert len(shown) > 4
    assert shown <= targets


def test_every_module_that_python_is_to_run_is_there() -> None:
    modules = {line.words[2] for line in lines_of("python") if line.words[1] == "-m"}
    assert len(modules) > 20
    assert [name for name in modules if importlib.util.find_spec(name) is None] == []
