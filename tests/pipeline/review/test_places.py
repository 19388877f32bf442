from dataclasses import replace

import numpy as np
import pytest

from components.annotation_validator.inputs.embeddings import embed
from pipeline.review.listing import Query, read_query, select
from pipeline.review.places import ClipMap, Region, draw_map, read_region
from tests.pipeline.review.reviewing import catalogue_of, segment

SEGMENTS = [segment(f"{number:02d}.mp4", ("sit", "wave")[number % 2], group=f"g{number % 5}") for number in range(24)]
CATALOGUE = catalogue_of(SEGMENTS)


def test_clips_that_are_alike_lie_close_together_and_the_map_is_filled() -> None:
    rng = np.random.default_rng(0)
    segments = [clip.segment for clip in CATALOGUE.clips]
    centres = {"sit": [5.0, 0.0, 1.0], "wave": [0.0, 5.0, 1.0]}
    vectors = [np.array(centres[each.label] + rng.normal(0, 0.2, 3), np.float32) for each in segments]
    drawn = draw_map(embed(segments, vectors, [each.group or "" for each in segments]))
    places = {label: np.array([drawn.places[each.id] for each in segments if each.label == label]) for label in centres}
    assert np.ptp(np.concatenate(list(places.values())), axis=0) == pytest.approx([1, 1])
    assert abs(places["sit"][:, 0].mean() - places["wave"][:, 0].mean()) > 0.7
    assert drawn.shares[0] > 0.9


def test_without_measures_there_is_no_map() -> None:
    assert draw_map(None) == ClipMap() == CATALOGUE.map


def test_a_region_lists_the_clips_that_lie_in_it() -> None:
    places = {clip.id: (number / 23, 0.5) for number, clip in enumerate(CATALOGUE.clips)}
    del places[CATALOGUE.clips[1].id]
    catalogue = replace(CATALOGUE, map=ClipMap(places))
    listed = select(catalogue, {}, Query(region="0,0.4,0.1,0.6"))
    assert [clip.segment.video for clip in listed] == ["00.mp4", "02.mp4"]
    assert select(catalogue, {}, Query(region="0,0.6,1,1")) == []


def test_what_is_no_region_is_said() -> None:
    assert read_region("0,0.25,1,0.5") == Region(0, 0.25, 1, 0.5)
    for text in ("0,0,1", "a,b,c,d", "0,0,2,1", "nan,0,1,1"):
        with pytest.raises(ValueError, match="expected four numbers from 0 to 1, such as"):
            read_query({"region": text})
