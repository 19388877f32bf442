"""A browser without a window, and the program whose pages it opens: Chromium, where it is installed, driven by Playwright."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from foundation.processes import child_environment

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Which one, where it is none of these.
_VARIABLE = "CHROMIUM"
MISSING = f"there is no Chromium; apt-get install chromium, or say with {_VARIABLE} where it is"


def find_browser() -> str | None:
    """The path of Chromium; None if there is none."""
    return os.environ.get(_VARIABLE) or next(filter(None, map(shutil.which, _NAMES)), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Chromium, until the context ends. Raises FileNotFoundError where there is none."""
    executable = find_browser()
    if executable is None:
        raise FileNotFoundError(MISSING)
    # Chromium's own walls are none for root, and it refuses to begin without them.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def serve_review(*options: str | Path) -> Iterator[str]:
    """Gives the address of `clipgate review` with these options, as soon as its checks have run; it ends with the context.

    Raises RuntimeError, with what it said, if it does not begin.
    """
    command = [sys.executable, "-m", "pipeline.cli", "review", *map(str, options)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=child_environment()
    ) as process:
        try:
            assert process.stdout and process.stderr
            address = process.stdout.readline().strip()
            said = []
            while not (line := process.stderr.readline()).startswith("checked:"):
                said.append(line)
                if not line or not address:
                    raise RuntimeError("".join(said))
            yield address
        finally:
            process.terminate()
            process.communicate()
