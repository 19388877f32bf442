"""clipgate review in a browser, as a person uses it: with mouse and keys."""

import csv
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.browser import serve_review
from components.annotations.decisions.decision import Action, Decision
from components.annotations.decisions.log import read_log
from tests.e2e import colours
from tests.e2e.project import Project
from tests.pipeline.review.browser import open_browser, open_page

EVIL = "<img src=x onerror=\"document.title='run'\">"
# Past the end of the video, which is found without frames.
PAST_THE_END = ("videos/person_00.mp4", "4.6", "5.6", "red", "person_00", "")
_SECONDS = 120


@dataclass(frozen=True)
class Reviewed:
    """A project that is served at an address."""

    project: Project
    address: str

    @property
    def table(self) -> Path:
        return self.project.folder / "data" / "annotations.csv"

    @property
    def log(self) -> Path:
        return self.table.with_name("annotations.csv.decisions.jsonl")

    def at(self, view: str) -> str:
        """The address of a view, for who has the cookie."""
        return f"{self.address.partition('/?')[0]}/#/{view}"

    def decisions(self, number: int) -> list[Decision]:
        """The log, as soon as it has so many lines."""
        ends_at = time.monotonic() + _SECONDS
        while time.monotonic() < ends_at:
            found = read_log(self.log) if self.log.exists() else []
            if len(found) >= number:
                return found
            time.sleep(0.1)
        raise AssertionError(f"no {number} decisions after {_SECONDS} s")


@contextmanager
def serve(folder: Path) -> Iterator[Reviewed]:
    """A small project, served until the context ends, as soon as its checks have run."""
    project = Project(folder)
    colours.generate(folder / "data", num_people=4)
    with (folder / "data" / "annotations.csv").open("a", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(PAST_THE_END)
        writer.writerow(("videos/person_01.mp4", "0.1", "0.3", EVIL, EVIL, ""))
    project.configure()
    with serve_review("--config", project.config_path, "--by", "tester") as address:
        yield Reviewed(project, address)


@pytest.fixture
def reviewed(tmp_path: Path) -> Iterator[Reviewed]:
    with serve(tmp_path) as served:
        yield served


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reviewed]:
    """The same for tests that decide nothing."""
    with serve(tmp_path_factory.mktemp("shown")) as served:
        yield served


@pytest.fixture
def browser() -> Iterator[Any]:
    with open_browser() as opened:
        yield opened


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(newline="") as file:
        return list(csv.DictReader(file))


def until(holds: Callable[[], bool]) -> None:
    ends_at = time.monotonic() + _SECONDS
    while not holds():
        assert time.monotonic() < ends_at
        time.sleep(0.1)


def open_clip(page: Any, reviewed: Reviewed, query: str) -> None:
    """Open the first clip of a list, and wait until it plays."""
    page.goto(reviewed.at(f"clips?{query}"))
    page.locator("a.card").first.click()
    page.locator("video").wait_for()
    until(lambda: page.evaluate("document.querySelector('video').readyState") >= 2)


def test_what_is_decided_in_a_browser_is_what_apply_writes_and_nothing_else(reviewed: Reviewed, browser: Any) -> None:
    page, other = (open_page(browser, reviewed.address) for _ in range(2))
    # A finding leads to its clip, whose video plays between its bounds.
    page.get_by_role("link", name="past", exact=False).first.click()
    page.locator("a.card").first.click()
    until(lambda: page.evaluate("document.querySelector('video')?.currentTime ?? 0") > 4.6)
    # What the check suggests is one click.
    page.get_by_role("button", name="Do it").click()
    (bounds,) = reviewed.decisions(1)
    assert (bounds.action, bounds.old, bounds.finding.check) == (Action.BOUNDS, (4.6, 5.6), "past_video_end")

    # Bounds by keyboard: the slider in steps of a picture, and the playhead.
    open_clip(page, reviewed, "label=blue&q=person_00")
    start = float(page.get_by_role("slider", name="Start").get_attribute("aria-valuenow"))
    page.get_by_role("slider", name="Start").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    moved = reviewed.decisions(2)[-1]
    assert moved.new[0] - start == pytest.approx(0.2, abs=0.051)

    # By mouse.
    end = page.get_by_role("slider", name="End")
    box = end.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] - 40, box["y"] + box["height"] / 2, steps=4)
    page.mouse.up()
    dragged = reviewed.decisions(3)[-1]
    assert dragged.new[0] == moved.new[0] and dragged.new[1] < moved.new[1]

    # Another class, by keyboard alone; the other browser sees it by itself.
    other.goto(reviewed.at("clips?label=green&q=person_01"))
    open_clip(page, reviewed, "label=green&q=person_01")
    page.keyboard.press("l")
    page.get_by_role("textbox").fill("dark green")
    page.keyboard.press("Enter")
    assert reviewed.decisions(4)[-1].new == "dark green"
    other.get_by_text("No clip fits the filter.").wait_for()
    other.goto(reviewed.at("clips?decided=relabel&as=list"))
    other.get_by_role("link", name="green dark green").wait_for()

    # Rejected, which leaves the row; excluded, and that undone; excluded.
    open_clip(page, reviewed, "label=grey&q=person_02")
    page.keyboard.press("r")
    reviewed.decisions(5)
    open_clip(page, reviewed, "label=blue&q=person_02")
    page.keyboard.press("x")
    excluded = reviewed.decisions(6)[-1]
    page.keyboard.press("Control+z")
    assert reviewed.decisions(7)[-1].undoes == excluded.id
    open_clip(page, reviewed, "label=red&q=person_02")
    page.keyboard.press("x")
    reviewed.decisions(8)
    assert not page.problems + other.problems

    corrected = reviewed.project.folder / "corrected.csv"
    command = ["apply", str(reviewed.log), "--config", str(reviewed.project.config_path), "-o", str(corrected)]
    done = reviewed.project.clipgate(*command)
    assert done.returncode == 0, done.stderr
    expected = rows(reviewed.table)
    for row in expected:
        person = Path(row["path"]).stem
        if row["end_seconds"] == "5.6":
            row["start_seconds"], row["end_seconds"] = map(str, bounds.new)
        elif (person, row["label"]) == ("person_00", "blue"):
            row["start_seconds"], row["end_seconds"] = map(str, dragged.new)
        elif (person, row["label"]) == ("person_01", "green"):
            row["label"] = "dark green"
    expected = [row for row in expected if (Path(row["path"]).stem, row["label"]) != ("person_02", "red")]
    keys = ("path", "label", "group", "start_seconds", "end_seconds")

    def told(row: dict[str, str]) -> tuple[str | float, ...]:
        return *(row[key] for key in keys[:3]), *(pytest.approx(float(row[key]), abs=1e-3) for key in keys[3:])

    assert list(map(told, rows(corrected))) == list(map(told, expected))


def test_a_label_that_is_html_runs_nothing(reviewed: Reviewed, browser: Any) -> None:
    page = open_page(browser, reviewed.address)
    open_clip(page, reviewed, "q=person_01&sort=duration")
    page.get_by_role("heading", name=EVIL).wait_for()
    page.keyboard.press("n")
    page.get_by_role("textbox").fill(EVIL)
    page.keyboard.press("Enter")
    reviewed.decisions(1)
    for view in ("findings", "clips?as=list", "clips", "decisions"):
        page.goto(reviewed.at(view))
        page.get_by_text(EVIL).first.wait_for(state="attached")
    assert page.locator('img[src="x"]').count() == 0
    assert page.title() != "run"
    assert not page.problems


def test_a_view_is_what_its_address_says(shown: Reviewed, browser: Any) -> None:
    page = open_page(browser, shown.address)
    assert "token" not in page.url
    page.goto(shown.at("clips"))
    page.get_by_role("combobox", name="Class").select_option("red")
    page.get_by_text("5 clips", exact=True).wait_for()
    page.get_by_role("button", name="List").click()
    page.locator("table.clips").wait_for()
    address = page.url
    page.goto(shown.at("decisions"))
    page.get_by_text("Nothing is decided yet.").wait_for()
    page.goto(address)
    page.locator("table.clips").wait_for()
    page.get_by_text("5 clips", exact=True).wait_for()
    assert re.search(r"#/clips\?.*label=red", address)


def test_many_clips_are_decided_about_at_once_and_one_undo_takes_all_back(reviewed: Reviewed, browser: Any) -> None:
    page = open_page(browser, reviewed.address)
    page.goto(reviewed.at("clips?label=red&as=list"))
    boxes = page.get_by_role("checkbox")
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    page.get_by_text("3 clips chosen").wait_for()
    page.get_by_role("button", name="Exclude", exact=True).click()
    # Nothing happens before the number was seen.
    page.get_by_role("dialog").get_by_role("heading", name="Exclude 3 clips?").wait_for()
    page.get_by_role("button", name="Cancel").click()
    assert not reviewed.log.exists()
    page.get_by_role("button", name="Exclude", exact=True).click()
    page.keyboard.press("Enter")
    excluded = reviewed.decisions(3)
    assert {each.action for each in excluded} == {Action.EXCLUDE} and len({each.batch for each in excluded}) == 1
    page.get_by_text("Choose clips by their boxes").wait_for()

    page.get_by_role("button", name="All 5 that match").click()
    page.get_by_role("button", name="Relabel", exact=True).click()
    page.get_by_role("textbox").fill("crimson")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Relabel 5 clips as crimson").click()
    assert [each.new for each in reviewed.decisions(8)[3:]] == ["crimson"] * 5
    page.get_by_text("No clip fits the filter.").wait_for()
    page.keyboard.press("u")
    undone = reviewed.decisions(13)[8:]
    assert {each.undoes for each in undone} == {each.id for each in reviewed.decisions(8)[3:8]}
    page.get_by_text("5 clips", exact=True).wait_for()

    # In the log they stand together, for who comes later too.
    page.goto(reviewed.at("decisions"))
    page.get_by_role("button", name="Undo all 3").click()
    assert len(reviewed.decisions(16)) == 16
    page.get_by_role("button", name="Undo all").wait_for(state="detached")
    assert not page.problems


def test_a_narrow_screen_is_wide_enough(shown: Reviewed, browser: Any) -> None:
    page = open_page(browser, shown.address, viewport={"width": 390, "height": 844})
    for view in ("findings", "clips", "clips?as=list", "map", "matrix", "decisions"):
        page.goto(shown.at(view))
        page.locator("#view h2").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    open_clip(page, shown, "label=red")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_keys_are_told_and_buttons_have_names(shown: Reviewed, browser: Any) -> None:
    page = open_page(browser, shown.address)
    open_clip(page, shown, "label=red")
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("undo what was decided last").wait_for()
    page.keyboard.press("Escape")
    buttons = page.get_by_role("button").all()
    names = [button.get_attribute("aria-label") or button.inner_text().strip() for button in buttons]
    assert all(names) and "Accept a" in " ".join(names).replace("\n", " ")
    assert page.get_by_role("slider").count() == 2
    page.keyboard.press("Escape")
    page.locator("#viewer").wait_for(state="hidden")
