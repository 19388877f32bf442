"""The messages that the page explains are those of the code."""

import ast
import re
from pathlib import Path

import pytest

from foundation.code_digest import PACKAGES, ROOT

PAGE = (ROOT / "docs" / "troubleshooting.md").read_text()
MESSAGES = [line.split("|")[1].strip() for line in PAGE.splitlines() if line.startswith("| `")]


def texts_of(file: Path) -> set[str]:
    """All texts in a file, with `…` for what is filled in."""

    def text(node: ast.expr) -> str:
        return str(node.value) if isinstance(node, ast.Constant) else "…"

    nodes = list(ast.walk(ast.parse(file.read_bytes())))
    templates = ["".join(map(text, node.values)) for node in nodes if isinstance(node, ast.JoinedStr)]
    return {
        *templates,
        *(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)),
    }


@pytest.fixture(scope="module")
def texts() -> set[str]:
    files = (file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
    return {text for file in files for text in texts_of(file)}


@pytest.mark.parametrize("message", MESSAGES)
def test_the_message_is_still_one_of_the_code(message: str, texts: set[str]) -> None:
    parts = map(re.escape, re.split(r"\s*…\s*", message.strip("`")))
    assert any(re.search(".*".join(parts), text) for text in texts)
