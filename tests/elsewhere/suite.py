"""`make test-tfx121`: all tests on TFX 1.21 in a Debian 13 root, and each stack serves what the other has pushed.

python -m tests.elsewhere.suite [FOLDER]     the root, .setup/trixie unless named; made when it is not there (6 GB)
"""

import shutil
import subprocess
import sys
from pathlib import Path

from foundation.messages.errors import UserError
from tests.elsewhere.debian import DebianRoot, make_debian

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGES = ("curl", "ffmpeg", "g++", "git", "make", "procps", "python3", "python3-dev", "python3-venv")
# Where things are in the root.
_HOME, _PROJECT, _SHARED, _EXCHANGE = "/srv", "/srv/clipgate", "/srv/shared", "/srv/exchange"


class OtherStack:
    """The repository in a root, where it has a `.venv` and a `.setup` of its own."""

    def __init__(self, root: DebianRoot) -> None:
        self._root = root
        home = root.folder / _HOME.lstrip("/")
        self.exchange = root.folder / _EXCHANGE.lstrip("/")
        self._binds = {REPOSITORY: _PROJECT}
        for name in (".venv", ".setup"):
            (home / name).mkdir(parents=True, exist_ok=True)
            self._binds[home / name] = f"{_PROJECT}/{name}"
        # Recordings that some tests look at, beside the repository.
        if (shared := REPOSITORY.parent / "shared").is_dir():
            self._binds[shared.resolve()] = _SHARED

    def run(self, *command: str) -> None:
        """Run a command in the repository.

        Raises:
            UserError: It failed.
        """
        # What is downloaded is needed once, and nothing can be linked from one mount to another.
        environment = {"UV_NO_CACHE": "1", "UV_LINK_MODE": "copy"}
        status = self._root.run(command, binds=self._binds, working_directory=_PROJECT, environment=environment)
        if status != 0:
            raise UserError(f"on the other stack `{' '.join(command)}` ended with {status}")

    def python(self, *arguments: str) -> None:
        """Run the Python of the stack there."""
        self.run(".venv/bin/python", *arguments)


def python_here(*arguments: str) -> None:
    """Run the Python of this machine's stack.

    Raises:
        UserError: It failed.
    """
    if subprocess.run([sys.executable, *arguments], cwd=REPOSITORY, check=False).returncode != 0:
        raise UserError(f"`python {' '.join(arguments)}` failed on this machine's stack")


def exchange_models(there: OtherStack) -> None:
    """Let each stack push a model, and the other one serve it."""
    shutil.rmtree(there.exchange, ignore_errors=True)
    there.exchange.mkdir(parents=True)
    here, other = (python_here, there.exchange), (there.python, Path(_EXCHANGE))
    for name, trains, serves in (("from_here", here, other), ("from_there", other, here)):
        for (python, exchange), command in ((trains, "push"), (trains, "answer"), (serves, "compare")):
            place = [exchange / name] if command == "push" else [exchange / name / "out", exchange / f"{name}.npz"]
            python("-m", "tests.elsewhere.agreement", command, *map(str, place))


def main() -> None:
    """See the module."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / ".setup" / "trixie"
    try:
        there = OtherStack(make_debian(folder.resolve(), "trixie", PACKAGES))
        there.run("make", "setup", "STACK=tfx121")
        there.python("-m", "tests.elsewhere.versions")
        there.run("make", "test", "STACK=tfx121")
        exchange_models(there)
    except UserError as error:
        sys.exit(f"test-tfx121: {error}")


if __name__ == "__main__":
    main()
