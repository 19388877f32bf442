"""Rows with several labels, in the formats that have them, and the sets that clips get."""

import csv
import shutil
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import read_annotations
from components.annotations.records.label_sets import with_label_of_each_field, with_label_sets
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Segment
from foundation.messages.errors import UserError
from tests.components.annotations.readers.reading import outline, read
from tests.shared_data import SHARED_CASES, SHARED_DATA

EPIC = (
    "narration_id,participant_id,video_id,start_timestamp,stop_timestamp,narration,verb,verb_class,noun,noun_class\n"
    "P01_01_0,P01,P01_01,00:00:00.14,00:00:03.37,take the plate,take,0,plate,2\n"
    "P01_01_1,P01,P01_01,00:00:05.00,00:00:06.00,open,open,1,,\n"
)


def sets_of(records: list[Record], min_cover: float = 0.5) -> dict[tuple[str, float], set[str]]:
    """The labels of each clip, by its video and start."""
    rows: dict[str, list[Segment]] = defaultdict(list)
    for record in records:
        if isinstance(record, Segment):
            rows[record.video].append(record)
    clips = (clip for of_video in rows.values() for clip in with_label_sets(of_video, min_cover))
    return {(clip.video, clip.start): set(clip.labels) for clip in clips}


def test_a_cell_with_several_labels_is_a_row_for_each(tmp_path: Path) -> None:
    text = "path,start_seconds,end_seconds,label\na.mp4,0,1,walk; wave;walk;\na.mp4,1,2,sit\na.mp4,2,3,;\n"
    records = read(tmp_path, text, label_separator=";")
    assert outline(records) == [(2, "walk"), (2, "wave"), (3, "sit"), (4, Reason.LABEL_MISSING)]
    assert sets_of(records) == {("a.mp4", 0): {"walk", "wave"}, ("a.mp4", 1): {"sit"}}


def test_without_a_separator_a_cell_is_one_label(tmp_path: Path) -> None:
    assert outline(read(tmp_path, "path,label\na.mp4,walk;wave\n")) == [(2, "walk;wave")]


def test_verb_and_noun_are_two_labels(tmp_path: Path) -> None:
    records = read(tmp_path, EPIC, "EPIC_100_train.csv", label_fields=["verb", "noun"])
    assert outline(records) == [(2, "verb: take"), (2, "noun: plate"), (3, "verb: open"), (3, Reason.LABEL_MISSING)]
    assert sets_of(records)["P01_01", 0.14] == {"verb: take", "noun: plate"}


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("path,label\na.mp4,walk\n", {"label_fields": ["verb"]}, "data.label_fields is read in epic_kitchens"),
        (EPIC, {"label_separator": ";"}, "data.label_separator is read in csv and jsonl"),
        (EPIC, {"label_fields": ["verb", "nuon"]}, "data.label_fields is 'nuon'; EPIC-KITCHENS has verb"),
        (
            EPIC,
            {"label_fields": ["verb", "noun"], "label_map": "x"},
            "and data.label_fields is 'verb' and 'noun'; drop one",
        ),
    ],
)
def test_keys_that_a_format_does_not_know_are_refused(
    tmp_path: Path, text: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        read(tmp_path, text, **options)


def test_what_people_do_in_a_key_frame_is_one_clip_and_its_neighbours_are_others(tmp_path: Path) -> None:
    rows = [(902, 12, 0), (902, 17, 0), (902, 79, 1), (903, 12, 0), (903, 80, 1)]
    text = "".join(f"film,{second:04},0.1,0.2,0.3,0.4,{action},{person}\n" for second, action, person in rows)
    assert sets_of(read(tmp_path, text, "ava.csv"), min_cover=0.1) == {
        ("film", 900.5): {"12", "17", "79"},
        ("film", 901.5): {"12", "80"},
    }


@pytest.mark.skipif(not SHARED_CASES.is_dir(), reason=f"the cases are not at {SHARED_CASES}")
def test_charades_has_what_goes_on_around_an_action(tmp_path: Path) -> None:
    path = SHARED_CASES / "formats" / "charades.csv"
    records = read_annotations(DataConfig(annotations=str(path), videos=str(tmp_path))).records
    assert sets_of(records) == {("c00", 0.5): {"c092", "c147"}, ("c00", 0): {"c147"}}


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"the recordings are not at {SHARED_DATA}")
@pytest.mark.parametrize("kind", ["rawframe", "video"])
def test_mmaction2_lists_have_all_numbers_of_a_line_as_labels(tmp_path: Path, kind: str) -> None:
    path = SHARED_DATA / "annotations" / "mmaction2_lists" / f"{kind}_test_list_multi_label.txt"
    data = DataConfig(annotations=str(path), videos=str(tmp_path), label_field="all")
    lines = [line.split() for line in path.read_text().splitlines()]
    assert sets_of(read_annotations(data).records) == {
        (lines[0][0], 0): {label for line in lines for label in line[1:]}
    }


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"the recordings are not at {SHARED_DATA}")
def test_avas_sample_has_the_sets_of_its_key_frames(tmp_path: Path) -> None:
    # Alone: the list of excluded key frames beside it leaves one.
    path = Path(shutil.copy(SHARED_DATA / "annotations" / "mmaction2_ava" / "ava_sample.csv", tmp_path))
    expected: dict[tuple[str, float], set[str]] = defaultdict(set)
    with path.open(newline="") as file:
        for video, second, *_, action, _person in csv.reader(file):
            expected[video, float(second) - 1.5].add(action)
    found = sets_of(read_annotations(DataConfig(annotations=str(path), videos=str(path.parent))).records)
    assert found == expected
    assert any(len(labels) > 2 for labels in found.values())


LOOKED_FOR = """path,label,looked_for
a.mp4,walk,run; sit;
b.mp4,walk,
c.mp4,walk,*
d.mp4,walk
e.mp4,walk,"[""a;b"", ""run""]"
f.mp4,walk,run;*
g.mp4,walk,{long}
"""


def test_a_column_says_which_labels_were_looked_for(tmp_path: Path) -> None:
    records = read(tmp_path, LOOKED_FOR.format(long=300 * "x"))
    found = {each.video: each.known_labels for each in records if isinstance(each, Segment)}
    assert found == {
        "a.mp4": ("run", "sit", "walk"),
        "b.mp4": ("walk",),
        "c.mp4": None,
        "d.mp4": ("walk",),
        "e.mp4": ("a;b", "run", "walk"),
    }
    assert outline(records)[5:] == [(7, Reason.ROW_MALFORMED), (8, Reason.TEXT_INVALID)]


def test_the_labels_that_were_looked_for_are_divided_as_labels_are(tmp_path: Path) -> None:
    text = "path,label,looked_for\na.mp4,walk|run,sit|fall\n"
    records = read(tmp_path, text, label_separator="|")
    assert [each.known_labels for each in records if isinstance(each, Segment)] == [
        ("fall", "sit", "walk"),
        ("fall", "run", "sit"),
    ]


def test_an_object_may_have_a_list_of_what_was_looked_for(tmp_path: Path) -> None:
    values = ['"sit"', '["sit"]', "[]", '"*"', "null", "[[1]]"]
    lines = [
        f'{{"path": "{number}.mp4", "label": "walk", "looked_for": {value}}}' for number, value in enumerate(values)
    ]
    records = read(tmp_path, "\n".join(['{"path": "a.mp4", "label": "walk"}', *lines]), "a.jsonl")
    known = [each.known_labels for each in records if isinstance(each, Segment)]
    assert known == [None, ("sit", "walk"), ("sit", "walk"), ("walk",), None, None]
    assert outline(records)[-1] == (7, Reason.ROW_MALFORMED)


def test_a_row_that_states_a_negative_says_it_of_all_labels(tmp_path: Path) -> None:
    text = "path,label,negative,looked_for\na.mp4,,true,\nb.mp4,,true,walk\n"
    (negative, reject) = read(tmp_path, text)
    assert isinstance(negative, Segment) and negative.looked_for is None
    assert outline([reject]) == [(3, Reason.ROW_MALFORMED)]


def test_a_table_without_a_header_has_its_other_columns_where_they_were(tmp_path: Path) -> None:
    (record,) = read(tmp_path, "a.mp4,0,1,walk,ann,train,,,,30\n", header=False, metadata=["age"])
    assert isinstance(record, Segment)
    assert (record.metadata, record.looked_for) == ({"age": 30.0}, None)


MULTITHUMOS = {
    "LongJump": "video_validation_0000266 10.0 20.0\nvideo_test_0000006 3.5 9.5\n",
    "Run": "video_validation_0000266 10.0 16.0\nvideo_validation_0000266 40.2 44.0\nvideo_test_0000006 3.5 7.5\n",
    "Jump": "video_validation_0000266 16.0 18.0\nvideo_test_0000006 7.5 9.5\n",
    "Sit": "video_validation_0000266 18.5 21.5\n",
    "ThrowDiscus": "",
}


def test_multithumos_says_what_is_done_within_an_action(tmp_path: Path) -> None:
    for name, lines in MULTITHUMOS.items():
        (tmp_path / f"{name}.txt").write_text(lines)
    (tmp_path / "class_list.txt").write_text("1 BaseballPitch\n2 BasketballBlock\n")
    records = read_annotations(DataConfig(annotations=str(tmp_path), videos=str(tmp_path / "videos"))).records
    # By hand: a clip also has what covers half of it or more.
    assert sets_of(records) == {
        ("video_validation_0000266", 10.0): {"LongJump", "Run"},
        ("video_validation_0000266", 16.0): {"Jump", "LongJump"},
        ("video_validation_0000266", 18.5): {"Sit", "LongJump"},
        ("video_validation_0000266", 40.2): {"Run"},
        ("video_test_0000006", 3.5): {"LongJump", "Run"},
        ("video_test_0000006", 7.5): {"Jump", "LongJump"},
    }


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"the recordings are not at {SHARED_DATA}")
def test_the_sample_of_epic_kitchens_has_a_verb_and_a_noun_for_each_narration(tmp_path: Path) -> None:
    path = SHARED_DATA / "annotations" / "epic_kitchens_csv" / "EPIC_train_action_labels.csv"
    data = DataConfig(annotations=str(path), videos=str(tmp_path), label_fields=("verb", "noun"))
    rows: dict[str, list[Segment]] = defaultdict(list)
    for record in read_annotations(data).records:
        if isinstance(record, Segment):
            rows[record.video].append(record)
    classes = sorted({each.label for of_video in rows.values() for each in of_video})
    found = Counter(
        (video, clip.labels) for video, own in rows.items() for clip in with_label_of_each_field(own, classes)
    )
    with path.open(newline="") as file:
        spans = {
            (each["video_id"], each["start_timestamp"], each["stop_timestamp"]): each for each in csv.DictReader(file)
        }
    expected = Counter(
        (each["video_id"], (f"noun: {each['noun']}", f"verb: {each['verb']}")) for each in spans.values()
    )
    assert found == expected
