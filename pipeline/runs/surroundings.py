"""What a run is made with, besides its configuration and its data: the code, its git commit, and the packages."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from foundation.code_digest import PACKAGES, ROOT

_MOST_SECONDS = 10


def source_digest() -> str:
    """Digest (hex) of all our code, letter by letter: where it is the same, no result differs because of code."""
    digest = hashlib.sha256()
    for path in sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.*")):
        if path.suffix in (".py", ".html"):
            digest.update(
                path.relative_to(ROOT).as_posix().encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest()
            )
    return digest.hexdigest()


def commits(config_file: Path) -> dict[str, str]:
    """Git commits of the `code` and of the folder of the `configuration`, `+` behind those with changes; none without git."""
    found = {"code": _commit(ROOT), "configuration": _commit(config_file.parent)}
    return {what: commit for what, commit in found.items() if commit}


def _commit(folder: Path) -> str:
    git = shutil.which("git")
    if git is None:
        return ""
    # A repository may name a program as its watcher of files, and nothing that it names is to be run.
    command = [git, "-c", "core.fsmonitor=false", "-C", str(folder)]
    try:
        commit = _output([*command, "rev-parse", "HEAD"])
        changes = _output([*command, "status", "--porcelain", "--untracked-files=no"])
    except (OSError, subprocess.SubprocessError):
        return ""
    return f"{commit}+" if changes else commit


def _output(command: list[str]) -> str:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        timeout=_MOST_SECONDS,
        check=True,
    )
    return done.stdout.strip()
