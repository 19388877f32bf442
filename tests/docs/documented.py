"""The command lines that README, docs and examples show."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
_FAMILIES = {"weights"}
_NO_SHELL = {"yaml", "python", "pycon", "json", "toml"}


class Line(NamedTuple):
    """A command line, and the page that shows it."""

    page: str
    text: str

    @property
    def words(self) -> list[str]:
        """As a shell splits it."""
        return shlex.split(self.text)

    @property
    def command(self) -> str:
        """Of clipgate: its name, which is two words where it is one of a family."""
        return " ".join(self.words[1 : 3 if self.words[1] in _FAMILIES else 2])

    @property
    def arguments(self) -> list[str]:
        """What follows the name of clipgate's command."""
        return self.words[1 + len(self.command.split()) :]


def lines_of(program: str) -> list[Line]:
    """Every line that begins with `program`, or pipes something to it, without its comment; each once a page."""
    found = (
        Line(page.name, " ".join(match[1].split()))
        for page, block in _blocks()
        for line in block.replace("\\\n", " ").splitlines()
        if (
            match := re.search(
                rf"(?:^|\| )(?:\$ )?(?:\.venv/bin/)?({program} (?:(?!\s#\s).)*)", line.strip().removesuffix(" &")
            )
        )
    )
    return list(dict.fromkeys(found))


def _blocks() -> Iterator[tuple[Path, str]]:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for language, text in re.findall(r"^ *```(\w*)\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE):
            if language not in _NO_SHELL:
                yield page, text
    for page in sorted((ROOT / "examples").glob("*.yaml")):
        yield page, "\n".join(line[1:] for line in page.read_text().splitlines() if line.startswith("#   "))
