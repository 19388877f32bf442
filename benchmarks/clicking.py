"""A person at the page of `clipgate review`, as a script: opens findings and clips, and clicks, drags and types.

What the script knows beyond the page is what a person sees who looks at a clip: whether it should be there, its label, and
where its action begins and ends.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from playwright.sync_api import Page

_SIDES = ("Start", "End")
# A bound that is nearer than this to where it should be looks right.
_LEAST_SECONDS = 0.2
_PAGE = 60
_MILLISECONDS_BETWEEN_LOOKS = 20


@dataclass(frozen=True)
class Seen:
    """What a person sees in a clip; `bounds`: start and end of its action in seconds."""

    label: str
    bounds: tuple[float, float]


@dataclass
class Reviewer:
    """Goes through all findings, and decides about each clip once.

    Attributes:
      page: on which the token has been given already.
      address: of the server, without a path.
      seen: what is seen in the clip of each row of the annotations, by its number; None: the row should not be there.
      named: rows of the clips that findings led to, by check.
      decided: how often each action was chosen.
    """

    page: Page
    address: str
    seen: Mapping[int, Seen | None]
    named: dict[str, set[int]] = field(default_factory=dict)
    decided: Counter[str] = field(default_factory=Counter)

    def review(self) -> None:
        """All clips of all findings, in the page's order."""
        done: set[str] = set()
        for check, finding in self._findings():
            for clip in self._open(finding):
                row = self._look(clip)
                self.named.setdefault(check, set()).add(row)
                if clip not in done:
                    self._decide(self.seen[row])
                    done.add(clip)

    def _findings(self) -> list[tuple[str, str]]:
        """The check of each finding that names clips, and the address of its clips."""
        self._go("findings")
        found = []
        for section in self.page.locator("section.check").all():
            check = section.get_attribute("aria-label") or ""
            for link in section.locator("a.of-finding").all():
                found.append((check, (link.get_attribute("href") or "").removeprefix("#/")))
        return found

    def _open(self, finding: str) -> Iterator[str]:
        """Ids of a finding's clips, while its list is open."""
        for number in range(1, 1000):
            view = f"{finding}&page={number}"
            self._go(view)
            self.page.locator("#total").wait_for()
            clips = [card.get_attribute("data-clip") or "" for card in self.page.locator("a.card").all()]
            yield from clips
            if len(clips) < _PAGE:
                return

    def _go(self, view: str) -> None:
        self.page.goto(f"{self.address}/#/{view}")
        self.page.locator("#view h2").wait_for()

    def _look(self, clip: str) -> int:
        """Open a clip, watch it, and read which row it is."""
        self.page.locator(f'a.card[data-clip="{clip}"]').click()
        self.page.locator(f'#viewer[data-clip="{clip}"] .facts dl').wait_for()
        # The page lets nothing be evaluated in it by which Playwright could wait.
        while self.page.evaluate("document.querySelector('#viewer video').readyState") < 2:
            self.page.wait_for_timeout(_MILLISECONDS_BETWEEN_LOOKS)
        source = self.page.locator("#viewer .facts dl").inner_text()
        row = re.search(r", row (\d+)", source)
        assert row, source
        return int(row.group(1))

    def _decide(self, seen: Seen | None) -> None:
        if seen is None:
            self._press("exclude", "x")
            return
        is_right = True
        if self.page.locator("#clip-title").inner_text() != seen.label:
            self._relabel(seen.label)
            is_right = False
        for side, seconds in enumerate(seen.bounds):
            if abs(self._bound(side) - seconds) > _LEAST_SECONDS:
                self._drag(side, seconds)
                is_right = False
        if is_right:
            self._press("accept", "a")

    def _relabel(self, label: str) -> None:
        with _Written(self.page):
            self.page.keyboard.press("l")
            self.page.get_by_role("textbox").fill(label)
            self.page.keyboard.press("Enter")
        self.decided["relabel"] += 1

    def _press(self, action: str, key: str) -> None:
        with _Written(self.page):
            self.page.keyboard.press(key)
        self.decided[action] += 1

    def _bound(self, side: int) -> float:
        return float(self._slider_value(side, "aria-valuenow"))

    def _drag(self, side: int, seconds: float) -> None:
        """Drag a bound to a time with the mouse."""
        handle = self.page.get_by_role("slider", name=_SIDES[side])
        track, box = self.page.locator(".track").bounding_box(), handle.bounding_box()
        assert track and box
        first, last = (float(self._slider_value(side, name)) for name in ("aria-valuemin", "aria-valuemax"))
        x = track["x"] + (seconds - first) / (last - first) * track["width"]
        with _Written(self.page):
            self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            self.page.mouse.down()
            self.page.mouse.move(x, box["y"] + box["height"] / 2, steps=6)
            self.page.mouse.up()
        self.decided["bounds"] += 1

    def _slider_value(self, side: int, name: str) -> str:
        return self.page.get_by_role("slider", name=_SIDES[side]).get_attribute(name) or ""


class _Written:
    """Waits until the page shows one decision more about the clip."""

    def __init__(self, page: Page) -> None:
        self._entries = page.locator("#viewer .facts .decisions > li")

    def __enter__(self) -> None:
        self._before = self._entries.count()

    def __exit__(self, *error: object) -> None:
        if error[0] is None:
            self._entries.nth(self._before).wait_for()
