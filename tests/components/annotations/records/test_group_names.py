"""Groups by the names of videos."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.annotations.records.group_names import SCHEMES, group_pattern


@pytest.mark.parametrize(
    ("pattern", "path", "group"),
    [
        (r"(?P<group>P\d+)_(\w+)", "kitchen/P03_walk.mp4", "P03"),
        (r"(P\d+)_(room\d)", "P03_room2_a.mp4", "P03-room2"),
        (r"(P\d+)(?:_(room\d))?", "P03.mp4", "P03"),
        (r"P\d+", "kitchen/P03_walk.mp4", "P03"),
        (r"^[^/]+", "kitchen/P03_walk.mp4", "kitchen"),
        (r"P\d+", "kitchen/walk.mp4", None),
        (r"^(.{3})_", "P1 _a.mp4", "P1"),
        (r"^(.)", " P1.mp4", None),
        (r"^(.)(P\d)", " P1.mp4", "P1"),
        (r"(P\d*)?", "walk.mp4", None),
        (r"(?P<group>P\d+)?walk", "walk.mp4", None),
    ],
)
def test_the_named_group_counts_or_else_all_groups_or_else_the_match(
    pattern: str, path: str, group: str | None
) -> None:
    assert group_pattern(pattern).group_of(path) == group


@pytest.mark.parametrize(
    ("scheme", "path", "group"),
    [
        ("ucf101", "Archery/v_Archery_g03_c02.avi", "Archery/g03"),
        ("UCF101", "v_HandStandPushups_g25_c07", "HandStandPushups/g25"),
        ("ucf101", "Archery/holiday.mp4", None),
        ("hmdb51", "brush_hair/April_09_brush_hair_u_nm_np1_ba_goo_0.avi", "April_09_brush_hair"),
        ("hmdb51", "sit/A.B._sit_f_cm_np2_le_med_11.mp4", "A.B._sit"),
        ("kinetics", "abseiling/0wR5jVB-WPk_000417_000427.mp4", "0wR5jVB-WPk"),
        ("kinetics", "abseiling/-_R5jVB-WP__000010_000020", "-_R5jVB-WP_"),
        ("ntu_rgbd", "nturgb+d_rgb/S001C002P003R002A013_rgb.avi", "P003"),
        ("smarthome", "mp4/Cook.Cleandishes_p02_r00_v02_c03.mp4", "p02"),
        ("subject", "S01_walk.mp4", "S01"),
        ("subject", "walk/P01_a.mp4", "P01"),
        ("subject", "person01_boxing_d1_uncomp.avi", "person01"),
        ("subject", "subject-3/walk.mp4", "subject-3"),
        ("subject", "Actor_12/03-01-05-01-01-01-12.mp4", "Actor_12"),
        ("subject", "videos/Subject 4_Fall_02.mp4", "Subject 4"),
        ("subject", "S01/P02/walk.mp4", "P02"),
        ("subject", "P1/actor_2.mp4", "actor_2"),
        ("subject", "series/S01E02.mp4", None),
        ("subject", "steps01/walk1.mp4", None),
    ],
)
def test_known_naming_schemes_say_who_or_what_a_video_is_of(scheme: str, path: str, group: str | None) -> None:
    assert group_pattern(scheme).group_of(path) == group


def test_what_is_no_regular_expression_is_refused_with_an_example_and_the_schemes() -> None:
    with pytest.raises(ValueError, match=r"unterminated subpattern.*'\(P\\d\+\)_'.*ucf101, hmdb51"):
        group_pattern("(P")


@given(st.text("aAgG0_ -./", max_size=4000), st.sampled_from(sorted(SCHEMES)))
def test_schemes_read_any_path_at_once(path: str, scheme: str) -> None:
    group = SCHEMES[scheme].group_of(path)
    assert group is None or group
