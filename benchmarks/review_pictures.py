"""Pictures of the views of clipgate review, for its documentation.

    .venv/bin/python -m benchmarks.review_pictures --config examples/demo.yaml [--output docs/images]

Findings, lists, map and decisions are those of demo data in which defects are planted; the confusion matrix and what a model
says are those of a configuration's last run, such as `make demo` leaves. Needs Chromium.
"""

import argparse
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page

from benchmarks.browser import open_browser, serve_review
from benchmarks.review_campaign import configure, plant
from benchmarks.review_map import drag
from pipeline.config import load_config
from pipeline.runs.record import read_records

_SIZE = {"width": 1280, "height": 820}
_NUM_COLOURS = 256
_TIMEOUT_MILLISECONDS = 300_000
_MILLISECONDS_UNTIL_PICTURES = 2500


class Camera:
    """Takes pictures of a page whose server is at `base`."""

    def __init__(self, page: Page, base: str, folder: Path) -> None:
        self.page, self._base, self._folder = page, base, folder

    def go(self, view: str) -> None:
        self.page.goto(f"{self._base}/#/{view}")
        self.page.locator("#view h2").wait_for()

    def take(self, name: str) -> None:
        self.page.wait_for_timeout(_MILLISECONDS_UNTIL_PICTURES)
        picture = Image.open(BytesIO(self.page.screenshot()))
        picture.quantize(_NUM_COLOURS).save(self._folder / f"review_{name}.png", optimize=True)


def main() -> None:
    """Take all pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--output", type=Path, default=Path("docs/images"))
    parser.add_argument("--people", type=int, default=16)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="clipgate-") as name, open_browser() as browser:
        folder = Path(name)
        plant(folder, arguments.people, 0)
        few = ("--set", "gates.certainty=null", "--set", "gates.min_examples=1")
        options = ("--config", configure(folder), "--frames", "--by", "ann", *few)
        with _camera(browser, arguments.output, *options) as camera:
            _of_defects(camera)
        last = max(record.number for record in read_records(Path(load_config(arguments.config).output_dir)).values())
        options = ("--config", arguments.config, "--model", str(last), "--log", folder / "log.jsonl")
        with _camera(browser, arguments.output, *options) as camera:
            _of_a_model(camera)


@contextmanager
def _camera(browser: Browser, folder: Path, *options: str | Path) -> Iterator[Camera]:
    with serve_review(*options) as address:
        page = browser.new_page(viewport=_SIZE)  # type: ignore[arg-type]
        page.set_default_timeout(_TIMEOUT_MILLISECONDS)
        page.goto(address)
        yield Camera(page, address.partition("/?")[0], folder)
        page.close()


def _of_defects(camera: Camera) -> None:
    page = camera.page
    camera.go("findings")
    camera.take("findings")
    camera.go("map")
    page.locator("#total", has_text="clips").wait_for()
    drag(page, (0.72, 0.55), (0.99, 0.85))
    camera.take("map")
    page.emulate_media(color_scheme="dark")
    camera.go("clips?sort=video")
    camera.take("clips")
    page.emulate_media(color_scheme="light")
    camera.go("clips?check=doubtful_labels&as=list")
    for number in (0, 2):
        page.get_by_role("checkbox").nth(number).click(modifiers=["Shift"] if number else [])
    camera.take("list")
    page.get_by_role("button", name="Reject", exact=True).click()
    page.keyboard.press("Enter")
    page.get_by_text("Choose clips by their boxes").wait_for()
    camera.go("clips?check=loose_bounds&sort=-duration")
    page.locator("a.card").first.click()
    page.get_by_role("button", name="Do it").first.click()
    page.locator("#viewer .decisions li").first.wait_for()
    page.locator("#viewer").evaluate("element => element.scrollTo(0, 0)")
    camera.take("bounds")
    camera.go("decisions")
    camera.take("decisions")


def _of_a_model(camera: Camera) -> None:
    page = camera.page
    camera.go("matrix")
    page.locator("table.matrix").wait_for()
    camera.take("matrix")
    camera.go("clips?split=test&sort=-loss")
    # The order is known when the run's probabilities are.
    page.locator('#sort option[value="-loss"]').wait_for(state="attached")
    page.locator("a.card").first.click()
    page.locator(".plot polyline").first.wait_for(state="attached")
    page.keyboard.press("Space")
    camera.take("clip")


if __name__ == "__main__":
    main()
