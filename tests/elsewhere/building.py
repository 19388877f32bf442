"""Carries out the instructions of a Dockerfile's stage in a Debian root."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from foundation.messages.errors import UserError
from tests.elsewhere.debian import PATH, DebianRoot
from tests.elsewhere.dockerfile import Instruction, build_argument, fill_in, flag, in_context, settings


@dataclass
class Build:
    """A stage under construction: its root, the context that it copies from, and what the instructions so far have set."""

    root: DebianRoot
    context: Path
    environment: dict[str, str] = field(default_factory=lambda: {"PATH": PATH})
    arguments: dict[str, str] = field(default_factory=dict)
    directory: str = "/"
    user: str = "root"

    def carry_out(self, instruction: Instruction, finished: Mapping[str, "Build"]) -> None:
        """Do what an instruction says; `finished` are the earlier stages by name.

        Raises:
            UserError: A command failed, or a file to copy is missing.
        """
        print(f"line {instruction.line}: {instruction.name} {instruction.text}", flush=True)
        text = fill_in(instruction.text, {**self.arguments, **self.environment})
        match instruction.name:
            case "ARG":
                self.arguments.update(build_argument(text, {}))
            case "ENV":
                self.environment.update(settings(text))
            case "WORKDIR":
                self.directory = str(PurePosixPath(self.directory) / text)
                # Docker gives it to root too, unless it is there already.
                self.inside(self.directory).mkdir(parents=True, exist_ok=True)
            case "USER":
                self.user = text
            case "COPY":
                self._copy(text, finished)
            case "RUN":
                self.shell(instruction.text)

    def shell(self, command: str) -> None:
        """Run a command line as the stage's user, with its variables, in its folder.

        Raises:
            UserError: It failed.
        """
        status = self.root.run(
            ["/bin/sh", "-c", command],
            working_directory=self.directory,
            user=self.user,
            environment={**self.arguments, **self.environment},
        )
        if status != 0:
            raise UserError(f"`{command}` ended with {status}")

    def inside(self, path: str) -> Path:
        """Where a path of the stage is on this machine; relative ones begin at its working directory."""
        return self.root.folder / str(PurePosixPath(self.directory) / path).lstrip("/")

    def _copy(self, text: str, finished: Mapping[str, "Build"]) -> None:
        earlier = flag(text, "from")
        *sources, target = re.sub(r"--\w+=\S+\s+", "", text).split()
        place = self.inside(target)
        for source in sources:
            if earlier:
                place.mkdir(parents=True, exist_ok=True)
                subprocess.run(["cp", "--archive", f"{finished[earlier].inside(source)}/.", place], check=True)
            else:
                self._send(source, place / Path(source).name if target.endswith("/") else place)

    def _send(self, source: str, place: Path) -> None:
        origin = self.context / source
        if not origin.exists() or not self._is_sent(origin):
            raise UserError(f"{source} is not in the build's context")
        place.parent.mkdir(parents=True, exist_ok=True)
        if origin.is_dir():
            shutil.copytree(origin, place, symlinks=True, dirs_exist_ok=True, ignore=self._left_out)
        else:
            shutil.copy2(origin, place)
        subprocess.run(["chown", "-R", "root:root", place], check=True)

    def _is_sent(self, path: Path) -> bool:
        ignored = (self.context / ".dockerignore").read_text().split()
        return in_context(PurePosixPath(path.relative_to(self.context)), ignored)

    def _left_out(self, folder: str, names: list[str]) -> set[str]:
        return {name for name in names if not self._is_sent(Path(folder) / name)}
