"""What the commands share: how they print, how they end, and the options that several of them have."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

PUSHED, INTERNAL_ERROR, USER_ERROR, NOT_PUSHED, DATA_FAULTS, INTERRUPTED = 0, 1, 2, 3, 4, 130

console = Console(soft_wrap=True)
errors = Console(stderr=True, soft_wrap=True)

ConfigOption = Annotated[Path, typer.Option("--config", "-c", help="The configuration file (YAML).")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def escaped(text: str | None) -> str:
    """Text as rich prints it, whatever brackets it has."""
    return (text or "").replace("[", r"\[")
