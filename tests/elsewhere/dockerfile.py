"""Reads a Dockerfile: the instructions that this project's uses, and an error for any other."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from foundation.messages.errors import UserError

_KNOWN = {"ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "FROM", "RUN", "USER", "WORKDIR"}


@dataclass(frozen=True)
class Instruction:
    """One instruction, its line continuations joined; variables are not filled in."""

    line: int
    name: str
    text: str


@dataclass
class Stage:
    """What a FROM begins: a base image or an earlier stage, and the instructions after it."""

    base: str
    name: str | None
    instructions: list[Instruction] = field(default_factory=list)


def read_dockerfile(path: Path, arguments: Mapping[str, str]) -> list[Stage]:
    """The stages of a Dockerfile, in order.

    Args:
        path: The Dockerfile.
        arguments: Build arguments, which go before the defaults of ARG.

    Raises:
        UserError: An instruction is unknown here, or stands before the first FROM.
    """
    stages: list[Stage] = []
    before: dict[str, str] = {}
    for instruction in _instructions(path.read_text()):
        if instruction.name not in _KNOWN:
            raise UserError(f"{path.name}, line {instruction.line}: {instruction.name} is not understood here")
        if instruction.name == "FROM":
            base, *alias = fill_in(instruction.text, before).split()
            stages.append(Stage(base, alias[1] if alias else None))
        elif stages:
            stages[-1].instructions.append(instruction)
        elif instruction.name == "ARG":
            before.update(build_argument(instruction.text, arguments))
        else:
            raise UserError(f"{path.name}, line {instruction.line}: {instruction.name} stands before the first FROM")
    defaults = {**before, **arguments}
    for stage in stages:
        # An ARG without a value takes that of the one before the first FROM.
        stage.instructions = [_with_default(instruction, defaults) for instruction in stage.instructions]
    return stages


def stages_of(stages: Sequence[Stage], last: Stage) -> list[Stage]:
    """The stages that `last` is built from, and itself, in order; a base that is no stage is an image."""
    needed = [last]
    for stage in reversed(stages[: stages.index(last)]):
        copied = {flag(instruction.text, "from") for one in needed for instruction in one.instructions}
        if stage.name and (stage.name in copied or stage.name in {one.base for one in needed}):
            needed.insert(0, stage)
    return needed


def fill_in(text: str, variables: Mapping[str, str]) -> str:
    """The text with `$NAME` and `${NAME}` replaced; unknown ones are empty."""
    return re.sub(r"\$(?:\{(\w+)\}|(\w+))", lambda found: variables.get(found[1] or found[2], ""), text)


def flag(text: str, name: str) -> str | None:
    """The value of `--name=value` in an instruction."""
    found = re.match(rf"(?:--\w+=\S+\s+)*?--{name}=(\S+)", text)
    return found[1] if found else None


def build_argument(text: str, arguments: Mapping[str, str]) -> dict[str, str]:
    """What `ARG text` defines."""
    name, _, default = text.partition("=")
    return {name: arguments.get(name, default)}


def settings(text: str) -> dict[str, str]:
    """What `ENV text` sets, in the form NAME=VALUE ..."""
    return dict(pair.split("=", 1) for pair in shlex.split(text))


def in_context(path: PurePosixPath, ignored: Sequence[str]) -> bool:
    """Whether a file of the build's context is sent, by the lines of a .dockerignore; the last one that matches decides."""
    sent = True
    for line in ignored:
        pattern = line.removeprefix("!").strip("/")
        if any(_matches(part, pattern) for part in (path, *path.parents)):
            sent = line.startswith("!")
    return sent


def _matches(path: PurePosixPath, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return path.match(pattern.removeprefix("**/"))
    return len(path.parts) == len(PurePosixPath(pattern).parts) and path.match(pattern)


def _instructions(text: str) -> list[Instruction]:
    instructions: list[Instruction] = []
    continued: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        continued.append(line.strip().removesuffix("\\").strip())
        if not line.rstrip().endswith("\\"):
            name, _, rest = " ".join(continued).partition(" ")
            instructions.append(Instruction(number, name.upper(), rest.strip()))
            continued = []
    return instructions


def _with_default(instruction: Instruction, defaults: Mapping[str, str]) -> Instruction:
    if instruction.name == "ARG" and instruction.text in defaults:
        return Instruction(instruction.line, "ARG", f"{instruction.text}={defaults[instruction.text]}")
    return instruction
