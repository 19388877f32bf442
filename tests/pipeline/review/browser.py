"""A browser without a window: Chromium where it is installed, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Which one, where it is none of these.
VARIABLE = "CHROMIUM"
_MISSING = f"there is no Chromium; apt-get install chromium, or say with {VARIABLE} where it is"
_TIMEOUT_MILLISECONDS = 120_000


@contextmanager
def open_browser() -> Iterator[Any]:
    """Playwright's Browser; skips the test where there is none."""
    api = pytest.importorskip("playwright.sync_api", reason="make setup brings Playwright, which drives the browser")
    executable = os.environ.get(VARIABLE) or next(filter(None, map(shutil.which, _NAMES)), None)
    if executable is None:
        pytest.skip(_MISSING)
    api.expect.set_options(timeout=_TIMEOUT_MILLISECONDS)
    # Chromium's own walls are none for root, and it refuses to begin without them.
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


def open_page(browser: Any, address: str, **options: Any) -> Any:
    """A page in a profile of its own, in which nothing may go wrong unseen: its errors are in `page.problems`."""
    page = browser.new_context(**options).new_page()
    page.set_default_timeout(_TIMEOUT_MILLISECONDS)
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("dialog", lambda dialog: page.problems.append(f"a dialog: {dialog.message}"))
    page.on("console", lambda message: page.problems.append(message.text) if message.type == "error" else None)
    page.goto(address)
    return page
