"""Pages in a browser, as people explore them: with mouse and keys, and without scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from components.annotation_validator import page as check_page
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.findings import Finding, Place, Severity
from components.reporter import page as report_page
from components.reporter.data import Frame, GroupRow, MissedClip, Strip
from pipeline.prediction import page as timeline_page
from pipeline.prediction.records import Snapshot, VideoPrediction
from pipeline.prediction.segments import ActionSegment
from pipeline.runs import comparison_page
from pipeline.runs.comparing import compare
from pipeline.runs.comparison_page import ComparedRun
from pipeline.runs.data_changes import DataChange, Standing
from pipeline.runs.record import RunRecord
from tests.components.annotation_validator.making import clean_records, inputs_of
from tests.components.reporter.reports import make_report
from tests.pipeline.review.browser import open_browser, open_page
from tests.pipeline.runs.measuring import Run

EVIL = "<img src=x onerror=\"document.title='run'\">"
NARROW = {"width": 390, "height": 800}
SHOWN = "ul.frames.playing li.shown"

Open = Callable[..., Any]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def explore(browser: Any, tmp_path: Path) -> Iterator[Open]:
    """Opens a page as a file, which is how people open it; at the end nothing may have gone wrong in any."""
    opened = []

    def show(html: str, **options: Any) -> Any:
        path = tmp_path / f"{len(opened)}.html"
        path.write_text(html)
        opened.append(open_page(browser, path.as_uri(), **options))
        return opened[-1]

    yield show
    for page in opened:
        assert not page.problems
        page.context.close()


def jpeg(grey: int) -> bytes:
    return bytes(cv2.imencode(".jpg", np.full((48, 64, 3), grey, np.uint8))[1].tobytes())


@pytest.fixture(scope="module")
def report() -> str:
    """Nine groups, and clips of two classes that were missed, one of them with a hostile label."""
    frames = tuple(Frame(jpeg(40 * number), number / 2) for number in range(4))
    strips = {label: Strip(label, f"{label}.mp4", 0.0, 1.5, frames) for label in ("sit", EVIL)}
    misses = {
        label: (MissedClip(strip, (taken_for,), 0.9, 0.1, False),)
        for (label, strip), taken_for in zip(strips.items(), (EVIL, "sit"), strict=True)
    }
    groups = tuple(GroupRow(f"person_{number}", 20 - number, number / 10) for number in range(1, 9))
    return report_page.render(
        make_report(
            classes=("sit", EVIL),
            counts=((3, 1), (4, 0)),
            strips=strips,
            misses=misses,
            groups=(*groups, GroupRow(EVIL, 100, 0.05)),
        )
    )


def first_column(page: Any, section: str) -> list[str]:
    texts = page.locator(f"#{section} tbody tr:visible > :first-child").all_text_contents()
    return [text.strip() for text in texts]


def test_tables_are_sorted_by_their_heads_up_down_and_as_they_were(explore: Open, report: str) -> None:
    page = explore(report)
    written = first_column(page, "groups")
    head = page.locator("#groups th", has_text="test clips")
    button = head.get_by_role("button")
    for direction, first in (("ascending", "person_8"), ("descending", EVIL), (None, written[0])):
        button.focus()
        page.keyboard.press("Enter")
        assert head.get_attribute("aria-sort") == direction
        assert first_column(page, "groups")[0] == first
    assert first_column(page, "groups") == written
    page.get_by_role("button", name="recall", exact=True).click()
    assert first_column(page, "classes") == [EVIL, "sit"]


def test_long_tables_are_filtered_by_words_and_by_classes(explore: Open, report: str) -> None:
    page = explore(report)
    form = page.get_by_role("search", name="Filter groups")
    form.get_by_label("words in groups").fill("PERSON_3")
    assert first_column(page, "groups") == ["person_3"]
    assert form.locator("output").text_content() == "1 of 9"
    form.get_by_role("button", name="show all").click()
    # A reset form is filtered a moment later; the page's policy forbids waiting by a script.
    form.locator("output", has_text="9 of 9").wait_for()
    rules = page.get_by_role("search", name="Filter rules")
    rules.get_by_role("combobox", name="class", exact=True).select_option(EVIL)
    classes = page.locator("#rules tbody tr:visible td:nth-child(2)").all_text_contents()
    assert set(classes) == {EVIL}
    assert page.title() != "run"


def test_missed_clips_are_filtered_by_their_classes(explore: Open, report: str) -> None:
    page = explore(report)
    form = page.get_by_role("search", name="Filter clips")
    form.get_by_role("combobox", name="taken for", exact=True).select_option(EVIL)
    assert page.locator("#misses figure:visible").count() == 1
    assert page.locator("#misses figure:visible").get_by_role("heading").text_content() == f"sit taken for {EVIL}"


def test_frames_are_played_paused_and_stepped_through_with_keys(explore: Open, report: str) -> None:
    page = explore(report)
    strip = page.locator("#misses figure").first
    strip.get_by_role("button", name="play sit taken for").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(f"{SHOWN}:nth-child(3)")
    page.keyboard.press("Enter")
    place = strip.get_by_label("frame", exact=True)
    place.focus()
    page.keyboard.press("Home")
    assert place.get_attribute("aria-valuetext") == "1 of 4, 0.00 s"
    page.keyboard.press("ArrowRight")
    assert strip.locator("li:visible").text_content() == "0.50 s"
    page.keyboard.press("Escape")
    assert strip.locator("li:visible").count() == 4
    assert page.evaluate("document.activeElement.textContent") == "▶ play"


def test_nothing_moves_by_itself_for_who_wants_no_motion(explore: Open, report: str) -> None:
    page = explore(report, reduced_motion="reduce")
    strip = page.locator("#misses figure").first
    strip.get_by_role("button", name="play sit taken for").click()
    assert strip.get_by_role("button", name="▶ play", exact=True).is_visible()


def test_one_brightness_holds_for_all_pictures(explore: Open, report: str) -> None:
    page = explore(report)
    page.locator("#frames .tools input").fill("3")
    filters = "els => [...new Set(els.map((el) => getComputedStyle(el).filter))]"
    assert page.eval_on_selector_all(".frames img", filters) == ["brightness(3)"]
    assert page.locator("#misses .tools input").input_value() == "3"


@pytest.mark.parametrize("options", [{}, {"viewport": NARROW, "color_scheme": "dark"}])
def test_the_contents_lead_to_sections_and_say_where_one_is(
    explore: Open, report: str, options: dict[str, Any]
) -> None:
    page = explore(report, reduced_motion="reduce", **options)
    contents = page.get_by_role("navigation", name="Contents")
    contents.get_by_role("link", name="Rules").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".contents a[href='#rules'][aria-current]")
    assert contents.locator("[aria-current]").count() == 1
    heading = page.locator("#rules h2").bounding_box()
    assert 0 <= heading["y"] < 200
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_scripts_the_page_reads_as_it_is_written(explore: Open, report: str) -> None:
    page = explore(report, java_script_enabled=False)
    assert page.get_by_role("button").count() == 0 and page.get_by_role("search").count() == 0
    assert page.locator("#groups tbody tr:visible").count() == 9
    assert page.locator("#misses .frames img:visible").count() == 8
    page.get_by_role("link", name="Rules").click()
    assert page.url.endswith("#rules")


def test_another_script_than_ours_does_not_run(explore: Open, report: str) -> None:
    page = explore(report.replace("</body>", "<script>document.title = 'run'</script></body>"))
    assert page.title() != "run"
    assert any("Content Security Policy" in problem for problem in page.problems)
    page.problems.clear()


def test_findings_are_filtered_by_check_and_class_and_empty_severities_go(explore: Open) -> None:
    findings = [
        Finding("few_groups", Severity.ERROR, "few", "Add some.", places=(Place("a.mp4", EVIL),)),
        Finding("outliers", Severity.NOTE, "far", "Look.", places=(Place("b.mp4", "sit"), Place("b.mp4", EVIL))),
        Finding("seams", Severity.NOTE, "at seams", "Look.", places=(Place("c.mp4", "sit"),)),
    ]
    page = explore(check_page.render("street", findings, inputs_of(clean_records()), ChecksConfig()))
    form = page.get_by_role("search", name="Filter findings")
    form.get_by_role("combobox", name="class", exact=True).select_option("sit")
    assert page.locator(".reason:visible h3 code").all_text_contents() == ["outliers", "seams"]
    assert not page.locator("#errors").is_visible()
    assert not page.get_by_role("link", name="Errors").is_visible()
    form.get_by_role("combobox", name="check", exact=True).select_option("outliers")
    assert page.locator(".reason:visible h3 code").all_text_contents() == ["outliers"]


def test_two_runs_are_compared_and_what_changed_is_filtered(explore: Open, tmp_path: Path) -> None:
    first, second = Run(classes=("sit", EVIL)), Run(classes=("sit", EVIL))
    for person in map(str, range(8)):
        first.add(person, "sit", person, missed=(person,) if person < "3" else ())
        second.add(person, "sit", person, missed=("7",) if person == "7" else ())
    record = RunRecord(number=1, name=EVIL, began_at="2026-01-01", config_file=EVIL, config={"a": EVIL})
    other = record.model_copy(update={"number": 2, "config": {"a": {}}})
    runs = ComparedRun(record, EVIL, first.tested()), ComparedRun(other, "pushed", second.tested())
    found = compare(runs[0].measured, runs[1].measured, 0.95)
    standing = Standing(EVIL, "test", EVIL, 1)
    strip = Strip("sit", EVIL, 0.0, 1.0, tuple(Frame(jpeg(40 * number), number / 2) for number in range(3)))
    data = [DataChange(EVIL, 0.0, None, None, standing), DataChange("a.mp4", 0.0, 1.0, standing, None)]
    page = explore(comparison_page.render(EVIL, runs, found, data, {"7": strip}), color_scheme="dark")
    assert page.locator("#data tbody tr").count() == 2 and page.locator("#settings tbody tr").count() == 1
    assert page.locator("#clips figure").count() == 4
    page.get_by_role("combobox", name="change", exact=True).select_option("lost")
    (lost,) = page.locator("#clips figure:visible h3").all_text_contents()
    assert " ".join(lost.split()) == f"✗ lost: sit, run 2 said {EVIL}"
    page.get_by_role("button", name="play ✗ lost").click()
    page.wait_for_selector(f"{SHOWN}:nth-child(2)")
    assert page.title() != "run"


def test_a_link_to_a_hidden_row_of_the_timeline_shows_it(explore: Open) -> None:
    actions = tuple(ActionSegment(label, second, second + 1.0, 0.9, (0.9,)) for second, label in enumerate("abcdefgh"))
    video = VideoPrediction("v.mp4", actions, 10.0, snapshots=tuple(Snapshot(n / 2, jpeg(n)) for n in range(20)))
    page = explore(timeline_page.render([video]))
    page.get_by_role("combobox", name="action", exact=True).select_option("b")
    assert first_column(page, "v1") == ["b"]
    page.locator('.lane a[title^="c,"]').click()
    page.wait_for_selector("#s1-2:target:visible")
