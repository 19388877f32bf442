import csv
import json
from collections import Counter, defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import demo_data, figure, planning
from examples.figure import TWIN_OF, Action, Pose

HEADER = "path,start_seconds,end_seconds,label,group,boxes"
SMALL = {"num_people": 2, "videos_per_person": 1}
STANDING = Pose(x=0.3, arms=0, sitting=0)
ACTIONS = [
    Action("raise_arms", STANDING, replace(STANDING, arms=1)),
    Action("raise_arms", replace(STANDING, sitting=1), replace(STANDING, sitting=1, arms=1)),
    Action("sit_down", STANDING, replace(STANDING, sitting=1)),
    Action("walk_right", STANDING, replace(STANDING, x=0.7), num_cycles=2),
    Action("walk_right", STANDING, replace(STANDING, x=0.7), num_cycles=1, left_first=False),
]
# Multiples of a power of two make `1 - phase` exact, so that twins can be compared without tolerance.
exact_phases = st.integers(0, 1024).map(lambda number: number / 1024)


@pytest.fixture(scope="module")
def small_run(tmp_path_factory):
    """A summary, and the calls of `on_progress`."""
    progress = []
    summary = demo_data.generate(
        tmp_path_factory.mktemp("demo"), on_progress=lambda *numbers: progress.append(numbers), **SMALL
    )
    return summary, progress


@pytest.fixture(scope="module")
def small_set(small_run):
    return small_run[0].annotations_path.parent


@pytest.fixture(scope="module")
def full_plans():
    return planning.plan_videos()


def read_rows(output_dir):
    with (output_dir / "annotations.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def decoded_seconds(path):
    video, seconds = cv2.VideoCapture(str(path)), []
    while video.grab():
        seconds.append(video.get(cv2.CAP_PROP_POS_MSEC) / 1000)
    return np.array(seconds)


def drawn(build, pose, camera):
    image = np.full((camera.frame_height, camera.frame_width, 3), 255, np.uint8)
    figure.draw_figure(image, build, pose, camera)
    return image


@given(st.sampled_from(ACTIONS), exact_phases)
def test_an_action_shows_the_postures_of_its_twin_backwards(action, phase):
    twin = action.reversed()
    assert twin.label == TWIN_OF[action.label]
    assert figure.action_pose(action, phase) == figure.action_pose(twin, 1 - phase)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_leads_from_the_posture_before_it_to_the_one_after_it(action):
    for each in (action, action.reversed()):
        for phase, rest in ((0.0, each.before), (1.0, each.after)):
            pose = figure.action_pose(each, phase)
            assert (pose.x, pose.arms, pose.sitting) == (rest.x, rest.arms, rest.sitting)
            assert pose.stride == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_frames_of_an_action_are_those_of_its_twin_backwards(action, full_plans):
    plan = full_plans[0]
    build, camera = plan.person.build, plan.scene.camera
    phases = [number / 8 for number in range(9)]
    forwards = [drawn(build, figure.action_pose(action, phase), camera) for phase in phases]
    backwards = [drawn(build, figure.action_pose(action.reversed(), phase), camera) for phase in phases]
    np.testing.assert_array_equal(forwards, backwards[::-1])
    assert not np.array_equal(forwards[0], forwards[-1])


def test_the_box_is_tight_around_the_drawn_figure(full_plans):
    for plan in full_plans[::7]:
        build, camera = plan.person.build, plan.scene.camera
        for pose in plan.poses[::25]:
            rows, columns = np.nonzero((drawn(build, pose, camera) < 128).any(axis=-1))
            x_min, y_min, x_max, y_max = figure.figure_box(build, pose, camera)
            expected = [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]
            actual = [x_min * 160, y_min * 120, x_max * 160, y_max * 120]
            np.testing.assert_allclose(actual, expected, atol=1.0)


def test_every_person_performs_every_class_equally_often(full_plans):
    counts = defaultdict(Counter)
    for plan in full_plans:
        counts[plan.person.name].update(interval.action.label for interval in plan.intervals)
    assert len(counts) == 56
    for of_person in counts.values():
        assert of_person == dict.fromkeys(figure.LABELS, 1)


@pytest.mark.parametrize("videos_per_person", [1, 2, 3, 5, 8])
def test_classes_are_balanced_for_any_number_of_videos(videos_per_person):
    plans = planning.plan_videos(seed=1, num_people=2, videos_per_person=videos_per_person)
    counts = Counter(interval.action.label for plan in plans for interval in plan.intervals)
    assert len(plans) == 2 * videos_per_person
    assert set(counts) == set(figure.LABELS)
    assert len(set(counts.values())) == 1


def test_actions_chain_and_have_idle_time_around_them(full_plans):
    for plan in full_plans:
        fps, num_frames = plan.scene.fps, len(plan.poses)
        for before, after in pairwise(plan.intervals):
            assert before.action.after == after.action.before
        edges = [-1, *(k for i in plan.intervals for k in (i.first_frame, i.last_frame)), num_frames]
        for last, first in zip(edges[::2], edges[1::2], strict=True):
            assert 0.4 <= (first - last - 1) / fps <= 1.2 + 1 / fps
            assert len({replace(pose, sway=0.0) for pose in plan.poses[last + 1 : first]}) == 1


def test_people_sit_only_on_the_stool_and_neither_walk_nor_sit_down_while_seated(full_plans):
    for plan in full_plans:
        for interval in plan.intervals:
            before, label = interval.action.before, interval.action.label
            if before.sitting:
                assert before.x == plan.scene.places[0]
                assert label in {"raise_arms", "lower_arms", "stand_up"}
            if label == "sit_down":
                assert before.x == plan.scene.places[0]


def test_what_goes_along_with_an_action_is_as_likely_with_its_twin():
    # With 100 people, shares differ by chance by 0.07 at one standard error.
    plans = planning.plan_videos(seed=0, num_people=100, videos_per_person=2)
    sitting, arms, x = defaultdict(list), defaultdict(list), defaultdict(list)
    for plan in plans:
        for interval in plan.intervals:
            label = interval.action.label
            middle = plan.poses[(interval.first_frame + interval.last_frame) // 2]
            sitting[label].append(interval.action.before.sitting)
            arms[label].append(interval.action.before.arms)
            x[label].append(middle.x)
    assert abs(np.mean(sitting["raise_arms"]) - np.mean(sitting["lower_arms"])) < 0.25
    for label, twin in figure.TWINS[1:]:
        assert abs(np.mean(arms[label]) - np.mean(arms[twin])) < 0.25
    for label, twin in figure.TWINS:
        assert abs(np.mean(x[label]) - np.mean(x[twin])) < 0.1


def test_long_videos_show_other_people_doing_every_action_equally_often(full_plans):
    plans = planning.plan_videos(**planning.LONG_VIDEOS)
    assert {plan.person.name for plan in plans}.isdisjoint(plan.person.name for plan in full_plans)
    assert len({plan.person.build for plan in [*plans, *full_plans]}) == 4 + 56
    for plan in plans:
        counts = Counter(interval.action.label for interval in plan.intervals)
        assert counts == dict.fromkeys(figure.LABELS, 4)
        assert len(plan.poses) / plan.scene.fps > 60
        ends = [-1, *(interval.last_frame for interval in plan.intervals)]
        starts = [*(interval.first_frame for interval in plan.intervals), len(plan.poses)]
        idle = [(start - end - 1) / plan.scene.fps for start, end in zip(starts, ends, strict=True)]
        assert min(idle) > 0.5
        assert max(idle) > 2.5


def test_same_seed_same_bytes_and_another_seed_other_ones(small_set, tmp_path):
    demo_data.generate(tmp_path, **SMALL)
    written = sorted(path.relative_to(tmp_path) for path in tmp_path.rglob("*.*"))
    assert [str(path) for path in written] == [
        "annotations.csv",
        "videos/person_01_a.mp4",
        "videos/person_02_a.mp4",
    ]
    for path in written:
        assert (tmp_path / path).read_bytes() == (small_set / path).read_bytes()
    assert planning.plan_videos(7, **SMALL) == planning.plan_videos(7, **SMALL)
    assert planning.plan_videos(8, **SMALL) != planning.plan_videos(7, **SMALL)


def test_a_person_does_not_depend_on_how_many_others_there_are(full_plans):
    assert planning.plan_videos(num_people=3) == full_plans[:6]


def test_segments_and_boxes_fit_the_decoded_videos(small_set):
    rows = read_rows(small_set)
    assert len(rows) == 12
    for row in rows:
        seconds = decoded_seconds(small_set / row["path"])
        start, end = float(row["start_seconds"]), float(row["end_seconds"])
        assert seconds[0] <= start < end <= seconds[-1]
        assert 0.7 < end - start < 1.9
        boxes = np.array(json.loads(row["boxes"]))
        inside = seconds[(seconds >= start) & (seconds <= end)]
        np.testing.assert_allclose(boxes[:, 0], inside, atol=1e-3)
        assert (boxes[:, 1:] >= 0).all()
        assert (boxes[:, 1:] <= 1).all()
        assert (boxes[:, 1:3] < boxes[:, 3:]).all()
        assert row["group"] == Path(row["path"]).stem[:-2]


def test_summary_and_progress_tell_what_was_written(small_run, small_set):
    summary, progress = small_run
    assert progress == [(1, 2), (2, 2)]
    assert summary.num_videos == 2
    assert summary.num_segments == len(read_rows(small_set)) == sum(summary.segments_per_label.values())
    assert summary.annotations_path == small_set / "annotations.csv"
    assert str(summary).startswith("2 videos (")


def test_an_interrupted_run_leaves_whole_files_and_those_of_others_but_no_outdated_annotations(tmp_path):
    (tmp_path / "annotations.csv").write_text(f"{HEADER}\nvideos/person_01_a.mp4,0,1,sit_down,person_01,[]\n")
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "holiday.mp4").write_bytes(b"mine")

    def interrupt(done, total):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        demo_data.generate(tmp_path, on_progress=interrupt, **SMALL)
    assert {path.name for path in (tmp_path / "videos").iterdir()} == {"holiday.mp4", "person_01_a.mp4"}
    assert not (tmp_path / "annotations.csv").exists()
    assert (tmp_path / "videos" / "holiday.mp4").read_bytes() == b"mine"


def test_a_file_appears_only_when_it_is_complete(tmp_path, monkeypatch):
    def broken_frames(plan):
        yield np.zeros((120, 160, 3), np.uint8)
        assert [path.name for path in (tmp_path / "videos").iterdir()] == [".partial_person_01_a.mp4"]
        raise MemoryError

    monkeypatch.setattr(demo_data, "render_frames", broken_frames)
    with pytest.raises(MemoryError):
        demo_data.generate(tmp_path, **SMALL)
    assert list((tmp_path / "videos").iterdir()) == []


@pytest.mark.parametrize("content", ["", "path,label\n", f"{HEADER}\nvideos/mine.mp4,0,1,wave,me,[]\n"])
def test_annotations_of_another_data_set_are_left_alone(tmp_path, content):
    path = tmp_path / "annotations.csv"
    path.write_text(content)
    with pytest.raises(FileExistsError, match="choose another directory"):
        demo_data.generate(tmp_path, **SMALL)
    assert path.read_text() == content


@pytest.mark.parametrize("arguments", [{"seed": -1}, {"num_people": 0}, {"videos_per_person": 27}])
def test_impossible_numbers_are_refused(tmp_path, arguments):
    with pytest.raises(ValueError, match="Received: "):
        demo_data.generate(tmp_path, **arguments)


def test_command_line_prints_the_summary(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(demo_data, "generate", lambda output_dir, seed: f"{output_dir.name} from seed {seed}")
    demo_data.main([str(tmp_path / "demo"), "--seed", "3"])
    assert capsys.readouterr().out == "demo from seed 3\n"
