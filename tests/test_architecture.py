"""What the tree promises: which way imports lead, and that a folder is no more than a place."""

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from foundation.code_digest import PACKAGES, ROOT, file_of, imported_names

FILES = [path.relative_to(ROOT) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
# What stands on which: a file imports from its own floor and from those below.
FLOORS = (
    {"foundation"},
    {"models"},
    {"components"},
    {"pipeline", "examples"},
    {"benchmarks", "docs", "serving", "tests"},
)
FLOOR_OF = {package: number for number, packages in enumerate(FLOORS) for package in packages}

# Kubeflow's entry point finds classes of artifacts there: see the file.
WITH_CODE = Path("components/__init__.py")


def imports(file: Path) -> set[str]:
    """Dotted names of all that a file imports, anywhere in it, for checking only too."""
    return {name for node in ast.walk(ast.parse((ROOT / file).read_bytes())) for name in imported_names(node)}


def test_no_files_import_each_other_in_a_circle() -> None:
    graph = {file.as_posix(): {used for name in imports(file) if (used := file_of(name))} for file in FILES}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        pytest.fail(" imports ".join(reversed(error.args[1])), pytrace=False)


def test_imports_lead_downward() -> None:
    assert not [
        f"{file} imports {name}"
        for file in FILES
        for name in imports(file)
        if FLOOR_OF.get(name.split(".")[0], 0) > FLOOR_OF[file.parts[0]]
    ]


@pytest.mark.parametrize("folder", ["components/annotations", "components/video"])
def test_annotations_and_videos_are_read_without_tensorflow(folder: str) -> None:
    heavy = ("tensorflow", "tfx", "keras", "apache_beam")
    assert not [
        f"{file} imports {name}"
        for file in FILES
        if file.is_relative_to(folder)
        for name in imports(file)
        if name.startswith(heavy)
    ]


def test_ml_metadata_are_asked_without_queries() -> None:
    """Those of one of both stacks take none, and only say so when they are asked."""
    assert not [file for file in FILES if "filter_query" in (ROOT / file).read_text()]


def test_the_init_of_a_package_says_what_the_package_is_and_nothing_else() -> None:
    """The digests of code do not look into it."""
    for file in FILES:
        if file.name == "__init__.py" and file != WITH_CODE:
            (statement,) = ast.parse((ROOT / file).read_bytes()).body
            assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant), file


def test_every_folder_with_modules_is_a_package() -> None:
    assert not {file.parent for file in FILES} - {file.parent for file in FILES if file.name == "__init__.py"}


def test_imports_are_absolute() -> None:
    """Relative ones are not followed by the digests of code."""
    nodes = ((file, node) for file in FILES for node in ast.walk(ast.parse((ROOT / file).read_bytes())))
    assert not [str(file) for file, node in nodes if isinstance(node, ast.ImportFrom) and node.level]


def test_no_file_is_long() -> None:
    assert not [str(file) for file in FILES if len((ROOT / file).read_text().splitlines()) > 300]
