"""Real videos with planted defects, through decoding, measuring and checking."""

from pathlib import Path

import pytest

from benchmarks.checked import look_into
from benchmarks.planted_defects import Planted, plant, score
from components.annotation_validator.drawing.picture_files import MAP_FILE, write_pictures
from components.annotation_validator.inputs.inputs import CheckInputs
from tests.components.annotation_validator.making import found_in_frames


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Planted, CheckInputs]:
    """Three people's videos, and what was measured of them."""
    folder = tmp_path_factory.mktemp("planted")
    planted = plant(folder, num_people=3, seed=3)
    return planted, look_into(folder)


def test_planted_defects_are_found_and_clean_segments_left_alone(planted: tuple[Planted, CheckInputs]) -> None:
    findings = found_in_frames(planted[1])
    results = score(*planted, findings)
    for kind in ("loose_bounds", "action_outside_boxes", "near_duplicates"):
        assert results["defects"][kind]["planted"] > 0
        assert (results["defects"][kind]["recall"], results["defects"][kind]["precision"]) == (1.0, 1.0), kind
    assert results["clean_flagged"] == 0
    assert results["bounds_error"] < 0.25


def test_each_named_segment_has_a_picture(planted: tuple[Planted, CheckInputs], tmp_path: Path) -> None:
    findings = found_in_frames(planted[1])
    written = {path.name for path in write_pictures(tmp_path / "pictures", planted[1], findings)}
    assert written == {path.name for path in (tmp_path / "pictures").iterdir()}
    assert MAP_FILE in written
    num_named = sum(bool(place.segment_id) for finding in findings for place in finding.places)
    assert len(written) == num_named + 1


def test_every_segment_is_measured_with_its_pictures(planted: tuple[Planted, CheckInputs]) -> None:
    inputs = planted[1]
    for segment in inputs.segments:
        measures = inputs.measures[segment.video].segments[segment.id]
        assert measures.bounds == pytest.approx((segment.start_seconds, segment.end_seconds), abs=0.06)
        assert all(jpeg.startswith(b"\xff\xd8") for jpeg in measures.pictures)
        assert 0 < measures.brightness < 1
