"""The map of clipgate review with many clips, in a browser: how long until all points are there, and until some are listed.

    .venv/bin/python -m benchmarks.review_map [--clips 100000] [--picture FILE]

Clips without videos, at random places around a centre for each class. Prints JSON. Needs Chromium.
"""

import argparse
import asyncio
import json
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web
from playwright.sync_api import Page

from benchmarks.browser import open_browser
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.measuring.headers import inputs_of
from components.annotations.files.manifest import manifest_without_videos
from components.annotations.records.record import Segment, Source
from components.storage.local import LocalRoot
from pipeline.review.access import TOKEN_PARAMETER, Access
from pipeline.review.clips import Catalogue, make_catalogue
from pipeline.review.media import Media
from pipeline.review.places import ClipMap
from pipeline.review.server import ReviewServer
from pipeline.review.session import Session

_CLASSES, _CLIPS_A_VIDEO = 40, 50
_TOKEN = "token-of-the-benchmark"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clips", type=int, default=100_000)
    parser.add_argument("--picture", type=Path, help="Also take a picture of the page.")
    arguments = parser.parse_args()
    print(json.dumps(measure(arguments.clips, arguments.picture), indent=2))


def measure(num_clips: int, picture: Path | None = None) -> dict[str, Any]:
    """Seconds by the clock, and how many clips a rectangle leads to."""
    with serve(scattered(num_clips)) as address, open_browser() as browser:
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(address)
        base = address.partition("/?")[0]
        began = time.monotonic()
        page.goto(f"{base}/#/map")
        page.locator("#total", has_text=f"{num_clips:,} clips").filter(has_not_text="coming").wait_for()
        until_drawn = time.monotonic() - began
        drag(page)
        began = time.monotonic()
        chosen = page.locator(".chosen [role=status]").inner_text()
        if picture:
            page.screenshot(path=str(picture))
        page.get_by_role("button", name="Show as list").click()
        page.locator("a.card").first.wait_for()
        until_listed = time.monotonic() - began
        return {
            "clips": num_clips,
            "seconds until all points are drawn": round(until_drawn, 2),
            "chosen": chosen,
            "listed": page.locator("#total").inner_text(),
            "seconds until they are listed": round(until_listed, 2),
        }


def drag(page: Page, first: tuple[float, float] = (0.4, 0.4), last: tuple[float, float] = (0.6, 0.6)) -> None:
    """Choose a rectangle of the map, from one corner to another; both in shares of its width and height."""
    page.locator("#map").scroll_into_view_if_needed()
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.move(box["x"] + first[0] * box["width"], box["y"] + first[1] * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + last[0] * box["width"], box["y"] + last[1] * box["height"], steps=4)
    page.mouse.up()


def scattered(num_clips: int) -> Catalogue:
    """Clips that are nowhere but on the map."""
    segments = [
        Segment(
            f"video_{number // _CLIPS_A_VIDEO:05d}.mp4",
            f"action_{number % _CLASSES:02d}",
            Source("rows.csv", number + 2),
            float(number % _CLIPS_A_VIDEO),
            number % _CLIPS_A_VIDEO + 1.0,
        )
        for number in range(num_clips)
    ]
    catalogue = make_catalogue(inputs_of(manifest_without_videos(segments), {}, Inspection()), {}, ())
    rng = np.random.default_rng(0)
    centres = rng.uniform(0.15, 0.85, (_CLASSES, 2))
    labels = [int(clip.segment.label.rpartition("_")[2]) for clip in catalogue.clips]
    places = np.clip(centres[labels] + rng.normal(0, 0.05, (num_clips, 2)), 0, 1).round(4).tolist()
    pairs = zip(catalogue.clips, places, strict=True)
    return replace(catalogue, map=ClipMap({clip.id: (x, y) for clip, (x, y) in pairs}, (0.4, 0.2)))


@contextmanager
def serve(catalogue: Catalogue) -> Iterator[str]:
    """Gives the address of a server in a thread of its own, with the token."""
    begun: queue.Queue[tuple[str, Callable[[], object]]] = queue.Queue()

    async def main(folder: Path) -> None:
        session = Session(catalogue, folder / "log.jsonl", "somebody")
        server = ReviewServer(session, Media(LocalRoot(folder), folder), "rows", None, "")
        runner = web.AppRunner(server.application(Access(_TOKEN)), access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        loop, is_over = asyncio.get_running_loop(), asyncio.Event()
        address = f"http://127.0.0.1:{runner.addresses[0][1]}/?{TOKEN_PARAMETER}={_TOKEN}"
        begun.put((address, lambda: loop.call_soon_threadsafe(is_over.set)))
        await is_over.wait()
        await runner.cleanup()

    with tempfile.TemporaryDirectory() as folder:
        thread = threading.Thread(target=asyncio.run, args=(main(Path(folder)),))
        thread.start()
        address, stop = begun.get()
        try:
            yield address
        finally:
            stop()
            thread.join()


if __name__ == "__main__":
    main()
