"""A digest of the code that a result depends on: modules, and what they import of ours, import by import.

TFX's cache sees a component's inputs and parameters, but no code. With the digest as a parameter, what was mended runs again,
and what does not use it still comes from the cache.
"""

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# Where they are installed, packages that are not ours lie beside them.
PACKAGES = ("pipeline", "components", "models", "foundation")

# What people are told changes no result.
_TOLD = "foundation/messages/"
_ERRORS = ("UserError", "DataFaultsError")
_TOLD_BY_FIELDS = ("description", "json_schema_extra")

_NAME_OF_CODE = re.compile(rf"({'|'.join(PACKAGES)})(\.\w+)+")
_NAME_OF_FILE = re.compile(r"[\w-]+\.\w+")
_FILES_IN_TEMPLATE = re.compile(rf"""["']({_NAME_OF_FILE.pattern})["']""")

# Fields of syntax trees that follow from other fields or do not reach the interpreter; not every version of Python has all.
_LEFT_OUT = {"ctx", "kind", "type_comment", "type_ignores", "type_params"}


def code_digest(*names: str, root: Path = ROOT) -> str:
    """Digest (hex) of modules, and of all modules in packages, by their dotted names; `root`: the folder of our packages.

    Comments, docstrings, the layout of code, the words of a UserError and the meaning of a key do not change it.

    Raises:
      ValueError: there is no such module or package.
    """
    digest = hashlib.sha256()
    for file in files_reached(*names, root=root):
        content = (root / file).read_bytes()
        code = _read(content).code if file.endswith(".py") else content
        digest.update(file.encode() + b"\0" + hashlib.sha256(code).digest())
    return digest.hexdigest()


def files_reached(*names: str, root: Path = ROOT) -> list[str]:
    """Files that the digest is made of, relative to `root`: modules, and the templates that they name.

    No `__init__.py` is among them, since no result depends on one: they hold docstrings, and that of `components` also how
    Kubeflow finds classes of artifacts.
    """
    reached: set[str] = set()
    waiting = [file for name in names for file in _files_of(name, root)]
    while waiting:
        file = waiting.pop()
        if file not in reached and not file.startswith(_TOLD):
            reached.add(file)
            waiting += _used_by_module(file, root) if file.endswith(".py") else _used_by_template(file, root)
    return sorted(reached)


def file_of(name: str, root: Path = ROOT) -> str | None:
    """File of a module of ours, or of the module that something of this name stands in; None for all else, also packages."""
    if not _NAME_OF_CODE.fullmatch(name):
        return None
    parts = name.split(".")
    files = ("/".join(parts[:length]) + ".py" for length in range(len(parts), 1, -1))
    return next((file for file in files if (root / file).is_file()), None)


def imported_names(statement: ast.AST) -> Iterator[str]:
    """Dotted name of each thing that a statement imports, if it is an import; relative imports are not understood."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
    elif isinstance(statement, ast.ImportFrom):
        yield from (f"{statement.module}.{alias.name}" for alias in statement.names)


def _files_of(name: str, root: Path) -> list[str]:
    place = root / name.replace(".", "/")
    paths = [path for path in place.rglob("*.py") if path.name != "__init__.py"] or [place.with_suffix(".py")]
    if not paths[0].is_file():
        raise ValueError(f"there is no module or package {name} in {root}")
    return [path.relative_to(root).as_posix() for path in paths]


def _is_package(name: str, root: Path) -> bool:
    return (root / name.replace(".", "/") / "__init__.py").is_file()


def _used_by_module(file: str, root: Path) -> list[str]:
    module = _read((root / file).read_bytes())
    # A name may also stand in a string: for TFX, for `python -m`, or that of a package for code that imports its modules.
    modules = [used for name in module.imports | module.words if (used := file_of(name, root))]
    packages = [name for name in module.words if _NAME_OF_CODE.fullmatch(name) and _is_package(name, root)]
    modules += [used for name in packages for used in _files_of(name, root)]
    folders = {Path(used).parent / "templates" for used in modules}
    return [*modules, *(used for folder in folders for used in _existing(folder, module.words, root))]


def _used_by_template(file: str, root: Path) -> list[str]:
    return _existing(Path(file).parent, _FILES_IN_TEMPLATE.findall((root / file).read_text()), root)


def _existing(folder: Path, names: Iterable[str], root: Path) -> list[str]:
    files = [folder / name for name in names if _NAME_OF_FILE.fullmatch(name)]
    return [file.as_posix() for file in files if (root / file).is_file()]


class _Module(NamedTuple):
    code: bytes  # what the interpreter sees of it
    imports: frozenset[str]  # dotted names of modules and of what they hold
    words: frozenset[str]  # all string constants


@cache
def _read(source: bytes) -> _Module:
    reader = _Reader()
    code = reader.text_of(ast.parse(source))
    return _Module(code.encode(), frozenset(reader.imports), frozenset(reader.words))


class _Reader:
    """Turns a syntax tree into text, in one pass, and notes what it names.

    Unlike that of `ast.dump`, the text does not depend on the version of Python: new fields are left out.
    """

    def __init__(self) -> None:
        self.imports: set[str] = set()
        self.words: set[str] = set()

    def text_of(self, value: object) -> str:
        if isinstance(value, list):
            return f"[{','.join(map(self.text_of, value))}]"
        if not isinstance(value, ast.AST):
            return repr(value)
        if isinstance(value, (ast.Module, ast.stmt, ast.Call)):
            _leave_out_what_is_not_run(value)
            self.imports.update(imported_names(value))
        elif isinstance(value, ast.Constant) and isinstance(value.value, str):
            self.words.add(value.value)
        fields = [(name, getattr(value, name, None)) for name in value._fields if name not in _LEFT_OUT]
        texts = [f"{name}={self.text_of(field)}" for name, field in fields if field is not None and field != []]
        return f"{type(value).__name__}({','.join(texts)})"


def _leave_out_what_is_not_run(node: ast.AST) -> None:
    if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
        if ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:]
    elif isinstance(node, ast.If) and _name(node.test) == "TYPE_CHECKING":
        node.body = []
    elif isinstance(node, ast.Call) and _name(node.func) == "Field":
        node.keywords = [keyword for keyword in node.keywords if keyword.arg not in _TOLD_BY_FIELDS]
    elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and _name(node.exc.func) in _ERRORS:
        _leave_out_words(node.exc)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""


def _leave_out_words(call: ast.Call) -> None:
    for node in ast.walk(call):
        if isinstance(node, ast.JoinedStr):
            node.values = [value for value in node.values if not isinstance(value, ast.Constant)]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
