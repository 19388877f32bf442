"""Lists of a path and numbers: videos or frames, one class or several."""

from pathlib import Path

import pytest

from components.annotations.files.manifest import build_manifest
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Segment, Source
from components.storage.local import LocalRoot
from foundation.messages.errors import UserError
from tests.components.annotations.readers.reading import outline, read, read_reject, read_segment

NAME = "val.txt"


def test_a_path_and_a_class(tmp_path: Path) -> None:
    assert read(tmp_path, "some/path/000.mp4 1\n\nb.avi  0 \n", NAME) == [
        Segment("some/path/000.mp4", "1", Source(NAME, 1)),
        Segment("b.avi", "0", Source(NAME, 3)),
    ]


def test_each_of_several_classes_is_a_segment(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "a.mp4 0 3\nb.mp4 0 2 4\n", NAME)) == [
        (1, "0"),
        (1, "3"),
        (2, "0"),
        (2, "2"),
        (2, "4"),
    ]


def test_folders_of_frames_have_their_number_before_the_class(tmp_path: Path) -> None:
    records = read(tmp_path, "some/directory-1 163 1\nsome/directory-2 122 1\n", NAME)
    assert outline(records) == [(1, "1"), (2, "1")]
    assert [record.video for record in records] == ["some/directory-1", "some/directory-2"]


def test_frames_and_a_class_that_repeats_are_no_range(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "a 64 300\nb 64 300\nc 64 300\nd 64 301\n", NAME)) == [
        (1, "300"),
        (2, "300"),
        (3, "300"),
        (4, "301"),
    ]


def test_folders_of_frames_with_several_classes(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "imgs 5 1\nimgs 5 3 5\n", NAME)) == [(1, "1"), (2, "3"), (2, "5")]


@pytest.mark.parametrize(
    ("path", "video", "find_by"),
    [
        ("a/b.mp4", "a/b.mp4", FindBy.PATH),
        ("a/b.WEBM", "a/b.WEBM", FindBy.PATH),
        ("9223", "9223", FindBy.NAME),
        ("drink/Film_drink_h_nm_np1_fr_goo_46", "Film_drink_h_nm_np1_fr_goo_46", FindBy.NAME),
        # Such a name may be that of another clip in another folder: with its folder it is found nowhere.
        ("jumping/0001", "jumping/0001", FindBy.NAME),
        ("a/v1.5", "a/v1.5", FindBy.NAME),
        ("a.b/c", "a.b/c", FindBy.NAME),
    ],
)
def test_a_path_without_an_extension_is_a_name(tmp_path: Path, path: str, video: str, find_by: FindBy) -> None:
    segment = read_segment(tmp_path, f"{path} 7\n", NAME)
    assert (segment.video, segment.label, segment.find_by) == (video, "7", find_by)


def test_folders_of_frames_are_no_videos(tmp_path: Path) -> None:
    (tmp_path / "videos" / "imgs").mkdir(parents=True)
    (tmp_path / "videos" / "imgs" / "img_00001.jpg").touch()
    manifest = build_manifest(read(tmp_path, "imgs 163 127\n", NAME), LocalRoot(tmp_path / "videos"))
    assert [(reject.reason, reject.video) for reject in manifest.rejects] == [(Reason.VIDEO_MISSING, "imgs")]


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("Sit/v_Sit_g08_c01.avi", "Sit/g08"),
        ("drink/Film_X_drink_h_nm_np1_fr_goo_46", "Film_X_drink"),
        ("abseiling/_4YTwq0-73Y_000044_000054.mp4", "_4YTwq0-73Y"),
        ("abseiling/clip.mp4", None),
    ],
)
def test_names_of_well_known_data_sets_say_the_group(tmp_path: Path, path: str, group: str | None) -> None:
    assert read_segment(tmp_path, f"{path} 7\n", NAME).group == group


@pytest.mark.parametrize(
    ("text", "example"),
    [
        ("a.mp4 300 0\nb.mp4 250 0\n", "a.mp4 300 0"),
        ("a.mp4 1 2 3\n", "a.mp4 1 2 3"),
        ("imgs 2 5 127\nimgs 2 5 127\n", "imgs 2 5 127"),
        ("P01/P01_11 1 113 0 2\n", "P01/P01_11 1 113 0 2"),
        ("c00 12 50\nc01 30 75\nc02 5 40\n", "c00 12 50"),
        ("c00 0 50\n", "c00 0 50"),
        ("".join(f"day 1/c{i} 12 {50 + i}\n" for i in range(10)) + "c01 3\n", "day 1/c0 12 50"),
        ("a.mp4 300 0\n" * 10 + "b.mp4 0\n", "a.mp4 300 0"),
    ],
)
def test_what_can_be_read_in_two_ways_is_refused(tmp_path: Path, text: str, example: str) -> None:
    with pytest.raises(
        UserError, match=rf"val\.txt: some of the numbers in lines like '{example}' may count frames\. Set "
    ):
        read(tmp_path, text, NAME)


@pytest.mark.parametrize(("label_field", "labels"), [("last", ["0", "7"]), ("all", ["300", "0", "250", "7"])])
def test_until_the_configuration_says_which_numbers_are_classes(
    tmp_path: Path, label_field: str, labels: list[str]
) -> None:
    records = read(tmp_path, "a.mp4 300 0\nb.mp4 250 7\n", NAME, label_field=label_field)
    assert [label for _, label in outline(records)] == labels


def test_another_label_field_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="data.label_field is 'first'; lists have all and last"):
        read(tmp_path, "a.mp4 1\n", NAME, label_field="first")


def test_one_damaged_line_does_not_change_how_the_others_are_read(tmp_path: Path) -> None:
    lines = [f"clip{i} 300 7" for i in range(20)]
    lines[4] = "clip4 300"
    records = read(tmp_path, "\n".join(lines), NAME)
    assert outline(records) == [(i + 1, Reason.LABEL_MISSING if i == 4 else "7") for i in range(20)]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [("a b.mp4,1,5\nc.mp4,2\n", ","), ("a b.mp4;1;5\nc.mp4; 2\n", ";"), ("a b.mp4\t1 5\nc.mp4 2", ",")],
)
def test_other_delimiters(tmp_path: Path, text: str, delimiter: str) -> None:
    records = read(tmp_path, text, NAME, format="lists", delimiter=delimiter)
    assert outline(records) == [(1, "1"), (1, "5"), (2, "2")]
    assert records[0].video == "a b.mp4"


def test_a_path_with_spaces_and_numbers(tmp_path: Path) -> None:
    segment = read_segment(tmp_path, "my  videos/clip 7.avi 12\n", NAME)
    assert (segment.video, segment.label) == ("my  videos/clip 7.avi", "12")


@pytest.mark.parametrize("line", ["a.mp4", "12", "a.mp4 x", "a.mp4 -1", "a.mp4 1.5", "a.mp4 1234567890", "a.mp4,1"])
def test_a_line_of_another_shape(tmp_path: Path, line: str) -> None:
    records = read(tmp_path, f"b.mp4 1\n{line}\n", NAME, format="lists")
    assert outline(records) == [(1, "1"), (2, Reason.ROW_MALFORMED)]


@pytest.mark.parametrize("names", ["sit\nstand\n", "0 sit\n1 stand\n", '{"sit": 0, "stand": 1}'])
def test_classes_get_their_names(tmp_path: Path, names: str) -> None:
    (tmp_path / "names.txt").write_text(names)
    records = read(tmp_path, "a.mp4 0\nb.mp4 1\nc.mp4 9\n", NAME, label_map=str(tmp_path / "names.txt"))
    assert outline(records) == [(1, "sit"), (2, "stand"), (3, Reason.LABEL_UNKNOWN)]


@pytest.mark.parametrize(
    ("names", "labels", "counts"),
    [
        ("1 sit\n2 stand\n3 lie\n", "012", "classes 0 to 2, .* has 1 to 3"),
        ("sit\nstand\nlie\n", "123", "classes 1 to 3, .* has 0 to 2"),
    ],
)
def test_names_that_are_counted_from_another_number_are_an_error(
    tmp_path: Path, names: str, labels: str, counts: str
) -> None:
    (tmp_path / "names.txt").write_text(names)
    text = "".join(f"{label}.mp4 {label}\n" for label in labels)
    with pytest.raises(UserError, match=rf"val\.txt has {counts}: one counts from 0 and the other from 1"):
        read(tmp_path, text, NAME, label_map=str(tmp_path / "names.txt"))


@pytest.mark.parametrize("unit", [" 1", " ", "1 x ", ",1", "a/"])
def test_the_time_for_a_line_grows_with_its_length_only(tmp_path: Path, unit: str) -> None:
    assert outline(read(tmp_path, f"a.mp4 1\nb{unit * 300_000}x\n", NAME, format="lists"))[1] == (
        2,
        Reason.ROW_MALFORMED,
    )


@pytest.mark.parametrize(
    "text", ["# 0\nimgs\n5\n1\n2\n3 1 2\n", "1 Doing_other_things\n", "pkl_frame/train.pkl\n", "1 2\n3 x\n"]
)
def test_proposals_and_names_of_classes_are_no_lists(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match="the format could not be told"):
        read(tmp_path, text, NAME)


def test_the_reject_of_an_unknown_class_names_the_video(tmp_path: Path) -> None:
    (tmp_path / "names.txt").write_text("sit\n")
    reject = read_reject(tmp_path, "a.mp4 7\n", NAME, label_map=str(tmp_path / "names.txt"))
    assert (reject.video, reject.label, reject.message) == ("a.mp4", "7", "names.txt has no class 7")
