"""docs/commands.md: every command, its arguments and options, and the exit codes."""

import enum
import inspect
import types
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import typer

from docs.generate.tables import table
from pipeline.cli import app
from pipeline.commands.terminal import EXIT_CODES

_INTRODUCTION = """\
# Commands

`clipgate COMMAND --help` says the same in a terminal. What the commands are for stands in
[one table](../README.md#use-your-own-data). Words in capitals are arguments, which have no name on the command line.
`clipgate --version` says the version, `clipgate --install-completion` lets the shell complete commands and options.

`make reference` makes this page from the commands themselves. A test shows each command line of README, docs and examples to
the command line's own parser. Those of the tutorial, and those that look at data, runs and versions, are also run, word for
word, and each command has tests of its own. `make examples` runs what the examples say. What was not tried is said where it
stands.

## Exit codes
"""

_WORDS = {Path: "path", str: "text", int: "whole number", float: "number", bool: ""}


def commands_page() -> str:
    """The page, as Markdown."""
    codes = table(("exit code", "meaning"), ((f"`{code}`", meaning) for code, meaning in sorted(EXIT_CODES.items())))
    lines = [_INTRODUCTION, *codes, "", "What a code means for a command that judges stands beside the command."]
    for name, command in commands().items():
        lines += ["", f"## `clipgate {name}`", "", *_paragraphs(command.help)]
        for heading, parameters in _by_panel(command).items():
            lines += ["", *([f"{heading}:", ""] if heading else [])]
            lines += table(("option", "value", "default", "meaning"), (_row(command, one) for one in parameters))
    return "\n".join(lines) + "\n"


def commands() -> Mapping[str, Any]:
    """Typer's commands by name, in the order of `clipgate --help`; those of a group after the group's name."""
    found: dict[str, Any] = {}
    for name, command in typing.cast(Any, typer.main.get_command(app)).commands.items():
        members = getattr(command, "commands", None)
        found |= {f"{name} {member}": one for member, one in members.items()} if members else {name: command}
    return found


def _paragraphs(text: str) -> Iterator[str]:
    for number, paragraph in enumerate(inspect.cleandoc(text).split("\n\n")):
        if number:
            yield ""
        yield " ".join(paragraph.split())


def _by_panel(command: Any) -> Mapping[str, list[Any]]:
    panels: dict[str, list[Any]] = {}
    for parameter in command.params:
        if parameter.name != "help":
            panels.setdefault(parameter.rich_help_panel or "", []).append(parameter)
    return panels


def _row(command: Any, parameter: Any) -> tuple[str, ...]:
    is_argument = parameter.param_type_name == "argument"
    names = [parameter.name.upper()] if is_argument else [*parameter.opts, *parameter.secondary_opts]
    value = _value(typing.get_type_hints(command.callback)[parameter.name]) + _limits(parameter)
    meaning = parameter.help + (f" Or `{parameter.envvar}` in the environment." if parameter.envvar else "")
    several = " (several)" if parameter.multiple or parameter.nargs == -1 else ""
    return ", ".join(f"`{name}`" for name in names), value + several, _default(parameter), meaning


def _value(annotation: Any) -> str:
    """What an option takes, in words; nothing for a switch."""
    choices = [one for one in typing.get_args(annotation) if one is not types.NoneType]
    if typing.get_origin(annotation) is typing.Literal:
        return _listed(choices)
    if isinstance(annotation, type) and issubclass(annotation, enum.Enum):
        return _listed([member.value for member in annotation])
    return _value(choices[0]) if choices else _WORDS[annotation]


def _limits(parameter: Any) -> str:
    if parameter.min is None:
        return ""
    return f", from {parameter.min:g}" if parameter.max is None else f", {parameter.min:g} to {parameter.max:g}"


def _listed(values: typing.Sequence[object]) -> str:
    return ", ".join(f"`{value}`" for value in values)


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    value = parameter.default
    if value is None or value is False:
        return ""
    if value is True:
        return f"`{parameter.opts[0]}`"
    return f"`{value.value if isinstance(value, enum.Enum) else value}`"
