"""Demo videos in which arms and legs act at once."""

from collections import Counter

import numpy as np
import pytest

from examples.figure import TWIN_OF
from examples.planning import VideoPlan
from examples.together import plan_videos_together

ARMS = {"raise_arms", "lower_arms"}


@pytest.fixture(scope="module")
def plans() -> list[VideoPlan]:
    return plan_videos_together(7, num_people=40, videos_per_person=2, actions_per_video=3)


def overlapping(plan: VideoPlan) -> list[tuple[str, str]]:
    pairs = zip(plan.intervals, plan.intervals[1:], strict=False)
    return [(one.action.label, other.action.label) for one, other in pairs if other.first_frame <= one.last_frame]


def test_about_half_of_the_moments_show_two_actions_one_of_legs_and_one_of_arms(plans: list[VideoPlan]) -> None:
    pairs = [pair for plan in plans for pair in overlapping(plan)]
    assert 0.4 < len(pairs) / (3 * len(plans)) < 0.6
    assert all(len(ARMS & set(pair)) == 1 for pair in pairs)


def test_both_begin_or_end_together_and_cover_most_of_each_other(plans: list[VideoPlan]) -> None:
    for plan in plans:
        for one, other in zip(plan.intervals, plan.intervals[1:], strict=False):
            if other.first_frame <= one.last_frame:
                assert one.first_frame == other.first_frame or one.last_frame == other.last_frame
                frames = [set(range(each.first_frame, each.last_frame + 1)) for each in (one, other)]
                assert len(frames[0] & frames[1]) >= 0.65 * max(map(len, frames))


def test_postures_do_not_jump(plans: list[VideoPlan]) -> None:
    for plan in plans:
        arms = np.array([pose.arms for pose in plan.poses])
        assert np.abs(np.diff(arms)).max(initial=0) < 0.5


def test_an_action_is_about_as_frequent_as_its_twin(plans: list[VideoPlan]) -> None:
    counts = Counter(interval.action.label for plan in plans for interval in plan.intervals)
    assert all(counts[label] < 1.5 * counts[twin] for label, twin in TWIN_OF.items())


def test_the_same_seed_gives_the_same_plan() -> None:
    assert plan_videos_together(7, 2, 1, 3) == plan_videos_together(7, 2, 1, 3)
    assert plan_videos_together(8, 2, 1, 3) != plan_videos_together(7, 2, 1, 3)
