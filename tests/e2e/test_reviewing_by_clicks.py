"""What clicks in a browser mend, and that they change nothing else."""

from pathlib import Path

import pytest

from benchmarks.browser import MISSING, find_browser
from benchmarks.review_campaign import apply, configure, plant, review


@pytest.mark.skipif(find_browser() is None, reason=MISSING)
def test_clicks_mend_what_was_planted_and_leave_all_other_rows_as_they_were(tmp_path: Path) -> None:
    planted, _ = plant(tmp_path, num_people=1, share_of_test=0)
    config = configure(tmp_path)
    reviewed = review(config, planted)
    assert set(reviewed["decided"]) == {"relabel", "bounds", "exclude", "accept"}
    applied = apply(config)
    expected = [
        (faulty, right)
        for faulty, right in zip(planted.faulty, planted.right, strict=True)
        if "copy" not in faulty.defects
    ]
    assert len(applied) == len(expected)
    for row, (faulty, right) in zip(applied, expected, strict=True):
        assert right
        assert (row.path, row.label, row.group) == (faulty.path, right.label, right.group)
        # Bounds that are dragged end on pictures; all others are those of the table.
        assert row.true_bounds == pytest.approx(right.true_bounds, abs=0.1 if "bounds" in faulty.defects else 1e-9)
