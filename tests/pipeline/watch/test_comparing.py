"""Planted drift is found, and unchanged traffic raises no alarm: the short version of benchmarks/drift.py."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from pipeline.watch.comparing import Comparison, State, compare
from pipeline.watch.config import WatchConfig
from tests.pipeline.watch.tables import LABELLING, draw_clips, draw_reference

# 198 requests.
NUM_CLIENTS = 33

PLANTED: dict[str, tuple[dict[str, Any], str]] = {
    "darker": ({"darker": 0.12}, "brightness"),
    "faster": ({"faster": 1.5}, "motion"),
    "another camera": ({"blurred": 0.8}, "sharpness"),
    "a new class": ({"new_class": 0.2}, "unlike all trained clips"),
    "another mix": ({"mix": (0.6, 0.2, 0.2)}, "predicted walk"),
}


def served(seed: int, with_pixels: bool = True, config: WatchConfig | None = None, **drift: Any) -> Comparison:
    clips = draw_clips(seed, NUM_CLIENTS, name="client", **drift)
    if not with_pixels:
        clips = replace(clips, embedding=clips.embedding[:, :0])
    return compare(clips, draw_reference(seed), LABELLING, config or WatchConfig())


@pytest.mark.parametrize("kind", PLANTED)
def test_planted_drift_is_found_by_what_it_changes(kind: str) -> None:
    drift, reason = PLANTED[kind]
    found = [served(seed, **drift) for seed in range(5)]
    assert all(comparison.state is State.DRIFTED for comparison in found)
    assert sum(reason in {each.look.name for each in comparison.drifts} for comparison in found) >= 4


@pytest.mark.parametrize("with_pixels", [True, False])
def test_unchanged_traffic_raises_an_alarm_in_one_of_twenty(with_pixels: bool) -> None:
    num_alarms = sum(served(seed, with_pixels).state is State.DRIFTED for seed in range(20))
    assert num_alarms <= 3  # more has a probability of 0.02 if each has 0.05


def test_a_new_class_is_found_by_the_scores_where_there_are_no_pixels() -> None:
    found = [served(seed, with_pixels=False, new_class=0.3) for seed in range(3)]
    assert all(comparison.state is State.DRIFTED for comparison in found)
    assert not found[0].novelty.by_embedding


def test_unlike_clips_are_named_the_farthest_first() -> None:
    clips = draw_clips(0, NUM_CLIENTS, name="client")
    clips.embedding[17, 5] = 20.0
    clips.embedding[40, 5] = 30.0
    comparison = compare(clips, draw_reference(0), LABELLING, WatchConfig())
    assert comparison.novelty.unlike[:2].tolist() == [40, 17]


def test_few_clients_are_no_evidence_unless_clips_are_said_to_be_independent() -> None:
    clips = draw_clips(0, 6, clips_of_each=33, darker=0.12, name="client")
    reference = draw_reference(0)
    comparison = compare(clips, reference, LABELLING, WatchConfig())
    assert comparison.state is State.OPEN and comparison.num_served_groups == 6 and not comparison.findings
    by_clip = compare(clips, reference, LABELLING, WatchConfig(group_by="clip"))
    assert by_clip.state is State.DRIFTED


def test_what_is_clear_but_small_is_no_alarm() -> None:
    config = WatchConfig(min_distance=0.9, min_share_change=0.9)
    comparison = served(0, darker=0.12, config=config)
    assert comparison.state is State.UNCHANGED
    (brightness,) = (each for each in comparison.findings if each.look.name == "brightness")
    assert brightness.p_value < 0.05 and brightness.size < 0.9
    assert brightness.interval.low < -0.12 < brightness.interval.high < 0


def test_features_can_be_left_out_and_constant_ones_are_equal() -> None:
    comparison = served(0, config=WatchConfig(left_out=("brightness",)), darker=0.3)
    by_name = {each.look.name: each for each in comparison.findings}
    assert "brightness" not in by_name and not by_name["height"].is_drift and by_name["height"].p_value == 1
    assert comparison.state is State.UNCHANGED


def test_frames_of_another_size_are_an_alarm() -> None:
    clips = draw_clips(0, NUM_CLIENTS, name="client")
    clips.features[:, 1:3] = 480, 640
    comparison = compare(clips, draw_reference(0), LABELLING, WatchConfig())
    assert {"height", "width"} == {each.look.name for each in comparison.drifts}
    assert np.isfinite([each.size for each in comparison.findings]).all()
