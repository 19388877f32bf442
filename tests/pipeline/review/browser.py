"""A browser without a window for tests; without one they are skipped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import expect

from benchmarks.browser import MISSING, find_browser
from benchmarks.browser import open_browser as open_chromium

_TIMEOUT_MILLISECONDS = 120_000


@contextmanager
def open_browser() -> Iterator[Any]:
    """Playwright's Browser; skips the test where there is none."""
    if find_browser() is None:
        pytest.skip(MISSING)
    expect.set_options(timeout=_TIMEOUT_MILLISECONDS)
    with open_chromium() as opened:
        yield opened


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
