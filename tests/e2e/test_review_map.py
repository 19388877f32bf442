"""The map of clips in a browser: with a mouse, with keys, and with more points than one part of them."""

from typing import Any

import pytest

from benchmarks.browser import MISSING, find_browser
from benchmarks.review_map import drag, scattered, serve
from tests.pipeline.review.browser import open_browser, open_page

pytestmark = pytest.mark.skipif(find_browser() is None, reason=MISSING)
NUM_CLIPS = 12_000


def chosen(page: Any) -> str:
    return str(page.locator(".chosen [role=status]").inner_text())


def test_a_rectangle_by_mouse_or_by_keys_leads_to_its_clips_and_a_point_to_its_clip() -> None:
    catalogue = scattered(NUM_CLIPS)
    with serve(catalogue) as address, open_browser() as browser:
        page = open_page(browser, address, viewport={"width": 390, "height": 844}, color_scheme="dark")
        page.goto(f"{address.partition('/?')[0]}/#/map")
        page.locator("#total", has_text="12,000 clips").filter(has_not_text="coming").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390

        drag(page)
        number = chosen(page).split()[0]
        assert number not in ("The", "0")
        assert "region=0." in page.url
        page.locator("#map").focus()
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("Shift+ArrowDown")
        moved = chosen(page)
        assert moved != f"{number} clips chosen"
        page.keyboard.press("Enter")
        page.locator("#total", has_text=moved.removesuffix(" chosen")).wait_for()

        # What was chosen stays in the address: back on the map the rectangle is there.
        page.get_by_role("link", name="Back to the map").click()
        page.locator("#total", has_text="12,000 clips").wait_for()
        assert chosen(page) == moved
        page.get_by_role("button", name="Clear").click()

        page.locator("#map").scroll_into_view_if_needed()
        clip = catalogue.clips[0]
        across, down = catalogue.map.places[clip.id]
        box = page.locator("#map").bounding_box()
        page.mouse.move(
            *(
                box[edge] + 14 + share * (box[size] - 28)
                for edge, size, share in (("x", "width", across), ("y", "height", down))
            )
        )
        page.locator(".hint").wait_for()
        page.mouse.down()
        page.mouse.up()
        page.locator("#viewer #clip-title").wait_for()
        assert "clip=" in page.url
