"""The console script in this process."""

import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pipeline.cli import main
from pipeline.commands.terminal import console, errors


@dataclass(frozen=True)
class Done:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


def run_clipgate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """A function that runs the command line with its arguments."""

    def run(*arguments: object) -> Done:
        monkeypatch.setattr(sys, "argv", ["clipgate", *map(str, arguments)])
        # Wide enough for every line, whatever the terminal was when the module was loaded.
        monkeypatch.setattr(console, "width", 200)
        monkeypatch.setattr(errors, "width", 200)
        capsys.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        captured = capsys.readouterr()
        return Done(int(end.value.code or 0), captured.out, captured.err)

    return run


@pytest.fixture
def clipgate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Runs the command line with the arguments."""
    return run_clipgate(monkeypatch, capsys)
