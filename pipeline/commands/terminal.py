"""Printing, writing of files, exit codes and options that the commands share."""

import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Literal, TextIO

import typer
from rich.console import Console
from rich.table import Column

from components.annotations.records.record import Assumption
from foundation.messages.errors import UserError

PUSHED, INTERNAL_ERROR, USER_ERROR, NOT_PUSHED, DATA_FAULTS, OPEN, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
EXIT_CODES = {
    PUSHED: "it is done; of a run: a model was pushed; of what judges: all is well",
    INTERNAL_ERROR: "an error, of the program or of the machine, or a question that was answered with no",
    USER_ERROR: "wrong input; the message names it, and says what to do",
    NOT_PUSHED: "a model is not good enough, or not what it was when it was pushed",
    DATA_FAULTS: "data have faults, or have drifted",
    OPEN: "there is too little evidence to tell",
    INTERRUPTED: "Ctrl-C",
}

# Where rich may see a tag: rich.markup.RE_TAGS.
_BRACKET = re.compile(r"(\\*)\[([a-z#/@][^[]*?])?")

# Without a terminal nobody sees where a line ends, and a table that is cut says less than one that is wide.
_WIDTH_OF_FILES = 1000


def _console(stream: TextIO, *, stderr: bool = False) -> Console:
    is_wide = not stream.isatty() and "COLUMNS" not in os.environ
    return Console(stderr=stderr, soft_wrap=True, emoji=False, width=_WIDTH_OF_FILES if is_wide else None)


console, errors = _console(sys.stdout), _console(sys.stderr, stderr=True)

ConfigOption = Annotated[Path, typer.Option("--config", "-c", help="The configuration file (YAML).")]
# Instead of --config, where a command is for one file.
FileArgument = Annotated[
    Path | None, typer.Argument(metavar="[FILE]", help="The configuration file, as with --config.")
]
OptionalConfigOption = Annotated[Path | None, typer.Option("--config", "-c", help="The configuration file (YAML).")]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="KEY=VALUE", help="Another value than the configuration's, such as training.epochs=3."
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files that exist already.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def command_for(command: str, config: Path) -> str:
    """A command with a configuration, for a message from which people paste it into a shell."""
    return f"clipgate {command} --config {shlex.quote(str(config))}"


def key_column(name: str) -> Column:
    """A column that people look rows up by, or copy from: where a terminal is narrow, the other columns are folded."""
    return Column(name, no_wrap=True)


def folding_column(name: str, justify: Literal["left", "right"] = "left") -> Column:
    """A column that loses nothing where a terminal is narrow, but takes several lines."""
    return Column(name, justify=justify, overflow="fold")


def escaped(text: str | None) -> str:
    """Text that rich prints as it is, whatever brackets it has."""

    def escape(bracket: re.Match[str]) -> str:
        backslashes, rest = bracket[1], bracket[2] or ""
        # Rich halves backslashes before what could be a tag, and takes away one before any other bracket.
        return f"{backslashes * (2 if rest else 1)}\\[{rest}"

    return _BRACKET.sub(escape, text or "")


def one_config(file: Path | None, config: Path | None) -> Path | None:
    """The configuration that a command is given in one of two ways; raises UserError if it is given in both."""
    if file and config:
        raise UserError(f"{file} and --config {config} are two configurations, and one is meant; leave one of them out")
    return file or config


def require_config(config: Path | None, changes: Sequence[str] | None) -> None:
    """Raise UserError if there are changes of a configuration that nothing names."""
    if changes and config is None:
        raise UserError(f"--set {changes[0]}: it changes a configuration; name the file with --config")


def print_assumptions(assumptions: Iterable[Assumption]) -> None:
    """Print what was assumed to read annotations, a line each."""
    for assumption in assumptions:
        errors.print(f"assumed: {escaped(str(assumption))}", highlight=False)


def refuse_existing(option: str, path: Path | None, force: bool) -> None:
    """Raise UserError if there is such a file already that `force` does not give up; `option` names the path."""
    if path and path.is_file() and not force and not _is_device(path):
        raise UserError(f"{option}: {path} exists already; name another file, or overwrite it with --force")


@contextmanager
def whole_file(option: str, path: Path) -> Iterator[Path]:
    """Give a path beside `path` to write to, which takes its place only if all goes well.

    Raises:
      UserError: it cannot be written; `option` names the path.
    """
    partial = path if _is_device(path) else path.with_name(f"{path.stem}.partial{path.suffix}")
    try:
        yield partial
        if partial != path:
            partial.replace(path)
    except OSError as error:
        raise UserError(f"{option}: {path} cannot be written: {error.strerror}") from error
    finally:
        if partial != path:
            with suppress(OSError):
                partial.unlink(missing_ok=True)


def _is_device(path: Path) -> bool:
    """Tell whether a path is one like /dev/stdout, which loses nothing and may lead to an ordinary file."""
    return path.absolute().is_relative_to("/dev")
