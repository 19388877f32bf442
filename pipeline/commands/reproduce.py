"""clipgate reproduce"""

from pathlib import Path
from typing import Annotated

import typer

from pipeline.commands.runs import tell
from pipeline.commands.terminal import (
    NOT_PUSHED,
    ConfigOption,
    ForceOption,
    SetOption,
    console,
    errors,
    escaped,
    refuse_existing,
    whole_file,
)
from pipeline.config import load_config
from pipeline.runs.book import Book

_WORDS = {True: "[green]same[/]", False: "[red]changed[/]", None: "[yellow]not known[/]"}


def reproduce(
    which: Annotated[str, typer.Argument(metavar="VERSION", help="The number of a pushed version, or of a run.")],
    config: ConfigOption,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; default: print it.")
    ] = None,
    force: ForceOption = False,
    changes: SetOption = None,
) -> None:
    """Write the configuration of an earlier run, and say whether data and code are still the same; exit code 0: they are,
    3: something is another, or nobody knows."""
    # What tells whether code is the same reads all of it.
    from pipeline.runs.reproducing import as_yaml, configuration_of, parts_of

    refuse_existing("-o", output, force)
    book = Book(load_config(config, changes or ()), tell)
    record = book.find(which)
    found = configuration_of(record, book.output_dir)
    text = as_yaml(found, record)
    if output is None:
        print(text, end="")
    else:
        with whole_file("-o", output) as path:
            path.write_text(text)
    parts = parts_of(record, found)
    # What is printed for a file holds the configuration and nothing else.
    out = errors if output is None else console
    for part in parts:
        out.print(f"{part.name}: {_WORDS[part.is_same]}: {escaped(part.words)}", highlight=False)
    if output is not None:
        out.print(
            f"written: {escaped(str(output))}; to run it: clipgate run --config {escaped(str(output))}", highlight=False
        )
    if not all(part.is_same for part in parts):
        raise typer.Exit(NOT_PUSHED)
