"""Checks of classes: whether there is enough of each, from enough places, and something to tell it from."""

import pytest

from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotations.config import NegativesConfig
from components.annotations.splits.config import SplitsConfig
from tests.components.annotation_validator.making import clean_records, found, inputs_of, rows, segment


def of_groups(**groups_of_label: int) -> CheckInputs:
    counts = [(label, group) for label, groups in groups_of_label.items() for group in range(groups)]
    records = [
        segment(row, f"{label}{group}.mp4", label, group=f"{label} {group}")
        for row, (label, group) in enumerate(counts)
    ]
    return inputs_of(records)


def test_classes_of_few_groups_are_found_and_those_that_cannot_fill_the_splits_are_errors() -> None:
    findings = found(of_groups(sit=2, wave=5, walk=6), "few_groups")
    assert [(finding.severity, finding.value) for finding in findings] == [("error", 2), ("warning", 5)]
    assert findings[0].message.startswith("class 'sit' comes from 2 groups; each of 3 splits needs one at least")


def test_videos_of_equal_bytes_count_as_one_group() -> None:
    records = [segment(row, f"{row}.mp4", "sit") for row in range(6)]
    assert found(inputs_of(records), "few_groups") == []
    (finding,) = found(inputs_of(records, ties=(("0.mp4", "1.mp4", "gone.mp4"),)), "few_groups")
    assert finding.value == 5


def test_a_class_that_is_mostly_one_groups_is_found() -> None:
    records = [segment(row, "a.mp4", "sit", row, row + 0.5, group="ann") for row in range(7)]
    records += [segment(90 + row, f"{row}.mp4", "sit", group=f"g{row}") for row in range(6)]
    (finding,) = found(inputs_of(records), "dominant_group")
    assert (finding.value, rows(finding)) == (pytest.approx(7 / 13), list(range(7)))
    assert "7 of 13 segments come from group 'ann'" in finding.message


def test_segments_without_a_group_are_noted() -> None:
    records = [*clean_records(), segment(99, "x.mp4", "sit")]
    (finding,) = found(inputs_of(records), "ungrouped")
    assert (finding.severity, finding.value) == ("note", pytest.approx(1 / 73))


def test_where_paths_have_parts_for_persons_a_pattern_is_proposed_with_the_groups_that_it_makes() -> None:
    records = [segment(row, f"P{row % 3:02d}_{row}.mp4", "sit") for row in range(8)] + [segment(9, "x.mp4", "sit")]
    (finding,) = found(inputs_of(records), "ungrouped")
    assert finding.severity == "note"
    assert finding.remedy.startswith("Set data.group_pattern: subject, if")
    assert "3 groups, such as 'P00' of 3 videos: P00_0.mp4" in finding.remedy


@pytest.mark.parametrize(
    ("names", "remedy"),
    [
        ("v_{label}_g{group:02d}_c{clip:02d}.avi", "Set data.group_pattern: ucf101"),
        ("A.Film{group}_{label}_u_nm_np1_ba_goo_{clip}.avi", "Set data.group_pattern: hmdb51"),
        ("S001C00{clip}P{group:03d}R002A013_rgb.avi", "Set data.group_pattern: ntu_rgbd"),
        ("{label}_p{group:02d}_r0{clip}_v02_c03.mp4", "Set data.group_pattern: smarthome"),
        ("subject-{group}/{clip}.mp4", "Set data.group_pattern: subject"),
        ("{group}{clip}.mp4", "Say with data.group_pattern what in the paths"),
    ],
)
def test_classes_in_folders_without_any_group_are_a_warning(names: str, remedy: str) -> None:
    clips = [(label, group, clip) for label in ("sit", "wave") for group in range(4) for clip in range(2)]
    records = [
        segment(row, f"{label}/{names.format(label=label, group=group, clip=clip)}", label)
        for row, (label, group, clip) in enumerate(clips)
    ]
    (finding,) = found(inputs_of(records), "ungrouped")
    assert finding.severity == "warning"
    assert finding.remedy.startswith(remedy)
    grouped = [*records, segment(99, "sit/z.mp4", "sit", group="ann")]
    assert [each.severity for each in found(inputs_of(grouped), "ungrouped")] == ["note"]


@pytest.mark.parametrize(("num_segments", "is_found"), [(19, True), (20, False)])
def test_a_class_must_be_expected_to_have_the_test_clips_that_the_gates_ask_for(
    num_segments: int, is_found: bool
) -> None:
    findings = found(of_groups(sit=num_segments), "too_few_to_evaluate")
    assert [finding.value for finding in findings] == ([pytest.approx(2.85)] if is_found else [])


def test_given_splits_are_counted() -> None:
    records = [segment(row, f"{row}.mp4", "sit", split="test" if row < 2 else "train") for row in range(99)]
    official, stratified = SplitsConfig(mode="official"), SplitsConfig()
    (finding,) = found(inputs_of(records, splits=official), "too_few_to_evaluate")
    assert (finding.value, finding.bar) == (2, 3)
    assert found(inputs_of(records, splits=stratified), "too_few_to_evaluate") == []


def test_a_class_that_a_split_lacks_is_an_error_and_in_eval_a_warning() -> None:
    splits = {
        "sit": ("train", "eval", "test"),
        "wave": ("eval", "test"),
        "nod": ("train", "test"),
        "jump": ("train", "eval"),
    }
    records = [
        segment(row, f"{label}{split}.mp4", label, split=split)
        for row, (label, split) in enumerate((label, split) for label, found_in in splits.items() for split in found_in)
    ]
    findings = found(inputs_of(records, splits=SplitsConfig(mode="official")), "absent_from_split")
    assert [(finding.severity, finding.message.split(";")[0]) for finding in findings] == [
        ("error", "class 'jump': 0 of 2 segments come into the test split"),
        ("error", "class 'wave': 0 of 2 segments come into the train split"),
        ("warning", "class 'nod': 0 of 2 segments come into the eval split"),
    ]


def test_where_nobody_knows_the_splits_no_class_is_missing() -> None:
    assert found(inputs_of([segment(row, f"{row}.mp4", "sit") for row in range(9)]), "absent_from_split") == []


def test_data_without_background_are_noted_unless_a_run_takes_it_or_a_label_says_so() -> None:
    actions = [record for record in clean_records() if record.label]
    assert [finding.severity for finding in found(inputs_of(actions), "no_background")] == ["note"]
    assert found(inputs_of(actions, negatives=NegativesConfig(clips_per_video=1)), "no_background") == []
    for label in ("No_action", "noSit", "nothing", "other"):
        named = [*actions, *(segment(900 + row, f"{row}.mp4", label, 6, 8) for row in range(5))]
        assert found(inputs_of(named), "no_background") == []
    northern = [*actions, *(segment(900 + row, f"{row}.mp4", "nod", 6, 8) for row in range(5))]
    assert len(found(inputs_of(northern), "no_background")) == 1


def test_a_class_whose_groups_show_nothing_else_is_noted() -> None:
    alone = [segment(900 + row, f"alone{row}.mp4", "jump", group=f"alone {row}") for row in range(20)]
    (finding,) = found(inputs_of([*clean_records(), *alone]), "no_look_alikes")
    assert finding.message.startswith("class 'jump': 0% of its segments are from groups that show another class too")


def test_without_groups_nobody_knows_which_videos_look_alike() -> None:
    assert (
        found(
            inputs_of([segment(row, f"{row}.mp4", "sit" if row % 2 else "wave") for row in range(40)]), "no_look_alikes"
        )
        == []
    )
