"""No benchmark is forgotten."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def named_in(path: Path) -> Iterator[object]:
    """The modules that a file imports, and its string constants: a module may be run by its name."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
        elif isinstance(node, ast.Constant):
            yield node.value


def test_make_runs_every_benchmark_or_another_one_uses_it() -> None:
    files = {f"benchmarks.{path.stem}": path for path in (ROOT / "benchmarks").glob("*.py") if path.stem != "__init__"}
    files |= {f"benchmarks.{path.parent.name}": path for path in (ROOT / "benchmarks").glob("*/__main__.py")}
    run_by_make = set(re.findall(r"-m (benchmarks\.\w+)", (ROOT / "Makefile").read_text()))
    used = {name for user, path in files.items() for name in named_in(path) if name in files and name != user}
    assert run_by_make | used == files.keys()
