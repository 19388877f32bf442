"""clipgate review with a model: what it says of the clip that is open, and of each of its moments."""

import pytest

from benchmarks.browser import MISSING, find_browser, serve_review
from tests.e2e.pushed import PushedRun
from tests.pipeline.review.browser import open_browser, open_page


@pytest.mark.skipif(find_browser() is None, reason=MISSING)
def test_a_model_is_asked_about_the_clip_that_is_open(pushed_run: PushedRun) -> None:
    with (
        serve_review("--config", pushed_run.project.config_path, "--model", "1") as address,
        open_browser() as browser,
    ):
        page = open_page(browser, address)
        page.goto(f"{address.partition('/?')[0]}/#/clips?split=train&label=red")
        page.locator("a.card").first.click()
        # No run has asked about clips that it has learned from.
        page.get_by_text("The model, asked now").wait_for()
        assert page.locator(".answers li").count() == 4
        page.locator(".plot polyline").first.wait_for(state="attached")
        legend = page.locator(".scores .legend li")
        assert legend.first.inner_text().startswith("red")
        assert legend.count() == 4
        points = page.locator(".plot polyline.of-0").get_attribute("points").split()
        assert len(points) > 5
        assert not page.problems
