"""Annotations of real recordings, where they are at hand: `shared/data` beside the checkout."""

from collections import Counter, defaultdict
from pathlib import Path
from random import Random
from typing import Any

import pytest

from components.annotations.config import DataConfig
from components.annotations.files.manifest import build_manifest
from components.annotations.readers.catalogue import READERS
from components.annotations.readers.class_names import load_class_names
from components.annotations.readers.detect import detect_format, read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Segment
from components.annotations.splits.config import SPLITS, SplitsConfig
from components.annotations.splits.splitting import assign_splits
from components.storage.local import LocalRoot
from foundation.messages.errors import UserError
from tests.components.annotations.splits.split_data import count_segments, splits_of_groups
from tests.shared_data import SHARED_DATA

ROOT = SHARED_DATA / "annotations"
FILES = sorted(path for path in ROOT.rglob("*") if path.is_file())
HMDB51_CLASSES = ("brush_hair", "cartwheel", "clap", "wave")
needs_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"the recordings are not at {SHARED_DATA}")


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# By file, or by folder for all files in it. Not named: the format cannot be told, as of lists of class names.
FORMATS = {
    "activitynet_json": "activitynet",
    "cvat_for_images_xml": "cvat_images",
    "cvat_for_video_xml": "cvat_video",
    "epic100_list": "lists",
    "epic_kitchens_csv": "csv",
    "epic_kitchens_csv/EPIC_train_action_labels.csv": "epic_kitchens",
    "hmdb51_flat_list": "lists",
    **{f"hmdb51_splits/{label}_test_split{fold}.txt": "hmdb51" for label in HMDB51_CLASSES for fold in (1, 2, 3)},
    "jester_list/vallist.txt": "lists",
    "kinetics_csv": "kinetics",
    "kinetics_processed": "csv",
    "mmaction2_ava/ava_excluded_timestamps_sample.csv": "ava",
    "mmaction2_ava/ava_sample.csv": "ava",
    "mmaction2_label_maps/gym__label_map.txt": "csv",
    "mmaction2_label_maps/skeleton__label_map_gym99.txt": "csv",
    "mmaction2_lists/action_test_anno.json": "activitynet",
    "mmaction2_lists/audio_feature_test_list.txt": "lists",
    "mmaction2_lists/audio_test_list.txt": "lists",
    "mmaction2_lists/gt.csv": "ava",
    "mmaction2_lists/gt.json": "activitynet",
    "mmaction2_lists/multisports_sample.csv": "ava",
    "mmaction2_lists/pred.csv": "ava",
    "mmaction2_lists/rawframe_test_list.txt": "lists",
    "mmaction2_lists/rawframe_test_list_multi_label.txt": "lists",
    "mmaction2_lists/rawframe_test_list_with_offset.txt": "lists",
    "mmaction2_lists/rawvideo_test_anno.txt": "lists",
    "mmaction2_lists/result.json": "activitynet",
    "mmaction2_lists/v_test1.csv": "csv",
    "mmaction2_lists/v_test2.csv": "csv",
    "mmaction2_lists/video_test_list.txt": "lists",
    "mmaction2_lists/video_test_list_multi_label.txt": "lists",
    "mmaction2_lists/video_text_test_list.json": "jsonl",
    "mot_gt/gt.txt": "mot",
    "paddle_lists/example_feat.list": "jsonl",
    "paddle_lists/k400__val_small_frames.list": "lists",
    "paddle_lists/k400__val_small_videos.list": "lists",
    "rawframes_list": "lists",
    "ssv2_processed_list": "lists",
    "ucf101_frames_list/testlist01.txt": "ucf101",
    **{f"ucf101_trainTestlist/{part}list0{fold}.txt": "ucf101" for part in ("train", "test") for fold in (1, 2, 3)},
    "ucf101_trainTestlist/tsn_trainlist01.txt": "lists",
    "via_csv_json": "via",
}

# Options, segments, labels among them, and rejects; counted with the command above each (n? tells two of one file apart).
COUNTS: dict[str, tuple[dict[str, Any], int, int, dict[Reason, int]]] = {
    # cat *_test_split1.txt | grep -c ' [12] *$'; ls *_test_split1.txt | wc -l; cat *_test_split1.txt | grep -c ' 0 *$'
    "hmdb51_splits": ({"fold": 1}, 400, 4, {Reason.ROW_EXCLUDED: 48}),
    # grep -c ' [12] *$'; grep -c ' 0 *$'
    "hmdb51_splits/clap_test_split2.txt": ({}, 100, 1, {Reason.ROW_EXCLUDED: 30}),
    # grep -c .; awk '{print $2}' | sort -u | wc -l
    "hmdb51_flat_list/hmdb51_vid_val_split_1.txt": ({}, 1530, 51, {}),
    "jester_list/vallist.txt": ({"label_map": "jester_list/classInd.txt"}, 14787, 27, {}),
    "paddle_lists/k400__val_small_videos.list": ({}, 128, 2, {}),
    "ucf101_trainTestlist/tsn_trainlist01.txt": ({}, 9537, 101, {}),
    "mmaction2_lists/video_test_list.txt": ({}, 2, 1, {}),
    # awk '{print NF - 1}' | paste -sd+ | bc; awk '{for (i = 2; i <= NF; i++) print $i}' | sort -u | wc -l
    "mmaction2_lists/video_test_list_multi_label.txt": ({}, 5, 4, {}),
    # awk '{print NF - 2}' | paste -sd+ | bc; awk '{for (i = 3; i <= NF; i++) print $i}' | sort -u | wc -l
    "mmaction2_lists/rawframe_test_list.txt": ({}, 2, 1, {}),
    "mmaction2_lists/rawframe_test_list_multi_label.txt": ({}, 3, 3, {}),
    "mmaction2_lists/audio_feature_test_list.txt": ({}, 2, 1, {}),
    # grep -c .; awk '{print $NF}' | sort -u | wc -l
    "paddle_lists/k400__val_small_frames.list": ({"label_field": "last"}, 200, 2, {}),
    "ssv2_processed_list/something-something-v2-validation-processed.txt": ({"label_field": "last"}, 3000, 173, {}),
    "epic100_list/EPIC_100_validation_new.txt": ({"label_field": "last"}, 2000, 122, {}),
    "rawframes_list/annotations.txt": ({"label_field": "last"}, 4, 2, {}),
    # awk 'NR > 1' | grep -c .; awk -F, 'NR > 1 {print $1}' | sort -u | wc -l
    "kinetics_csv/kinetics-400_val.csv": ({}, 1999, 41, {}),
    "kinetics_csv/kinetics-400_test.csv": ({}, 0, 0, {Reason.LABEL_MISSING: 499}),
    # grep -c '"segment"'; grep '"label"' | sort -u | wc -l
    "mmaction2_lists/gt.json": ({}, 4, 2, {}),
    "mmaction2_lists/action_test_anno.json": ({}, 2, 2, {}),
    # awk -F, 'NR == FNR {x[$1 $2]; next} !($1 $2 in x)' excluded.csv sample.csv | wc -l
    "mmaction2_ava/ava_sample.csv": ({}, 3, 3, {Reason.ROW_EXCLUDED: 5}),
    # grep -c .; cut -d, -f7 | sort -u | wc -l
    "mmaction2_lists/gt.csv": ({"label_map": "mmaction2_lists/action_list.txt"}, 12, 3, {}),
    "mmaction2_lists/pred.csv": ({}, 0, 0, {Reason.ROW_MALFORMED: 30}),
    "mmaction2_lists/multisports_sample.csv": ({}, 0, 0, {Reason.ROW_MALFORMED: 9}),
    # python -c "rows = list(csv.DictReader(open(...))); print(len(rows), len({row[column] for row in rows}))"
    "epic_kitchens_csv/EPIC_train_action_labels.csv": ({}, 1499, 58, {}),
    "epic_kitchens_csv/EPIC_train_action_labels.csv?verb_class": (
        {"label_map": "epic_kitchens_csv/EPIC_verb_classes.csv"},
        1499,
        41,
        {},
    ),
    "epic_kitchens_csv/EPIC_train_action_labels.csv?noun_class": (
        {"label_map": "epic_kitchens_csv/EPIC_noun_classes.csv", "label_field": "noun"},
        1499,
        78,
        {},
    ),
    "epic_kitchens_csv/EPIC_train_action_labels.csv?narration": ({"label_field": "narration"}, 1499, 585, {}),
    # grep -c '<track '; grep -o '<track.*label="[^"]*"' | cut -d'"' -f4 | sort -u | wc -l
    "cvat_for_video_xml/annotations.xml": ({}, 3, 2, {}),
    # tracks that have the attribute, and the others: grep -c "<points .*outside=.0"; grep -c "<track"
    "cvat_for_video_xml/annotations.xml?hgl": ({"label_field": "hgl"}, 1, 1, {Reason.LABEL_MISSING: 2}),
}

REFUSED = {
    # grep '<mode>': annotation; grep -c '<source>': 0
    "cvat_for_images_xml/train.xml": "it names no video: .*a task made of images has no video",
    # cat: 1,-1,0,4,4,8,1,3,1.0
    "mot_gt/gt.txt": r"no line belongs to a track \(all have the id -1\)",
    # head -1; grep -c shape_attributes
    "via_csv_json/sherlock_ep01_tracks_FRCNN.csv": "VIA 1 and 2 annotate single images",
    "via_csv_json/unit_test_annotation1.csv": "VIA 1 and 2 annotate single images",
    "via_csv_json/unit_test_annotation2.json": "VIA 1 and 2 annotate single images",
    "activitynet_json/sample_detection_prediction.json": "these are a model's predictions",
    "mmaction2_lists/result.json": "these are a model's predictions",
    "mmaction2_lists/audio_test_list.txt": r"'test\.wav 100 127' may count frames\. Set data\.label_field to 'last'",
    "mmaction2_lists/rawframe_test_list_with_offset.txt": "'imgs 2 5 127' may count frames",
    "mmaction2_lists/rawvideo_test_anno.txt": "'rawvideo_dataset 1 2 0' may count frames",
    "paddle_lists/k400__val_small_frames.list": "_000044_000054.mp4 300 0' may count frames",
    "ssv2_processed_list/something-something-v2-validation-processed.txt": "'74225 0 57 140' may count frames",
    "epic100_list/EPIC_100_validation_new.txt": "'P01/rgb_frames/P01_11 1 113 0 2' may count frames",
    "rawframes_list/annotations.txt": "'jumping/0001 1 17 0' may count frames",
    "ucf101_frames_list/testlist01.txt": r"come in pairs and .*trainlist01\.txt is missing",
    "kinetics_processed/labels_to_id.csv": "no column 'path' and no column 'label'; found id, name",
    "kinetics_label_map/label_map.txt": r"Names of classes belong into data\.label_map",
}

# How many classes (grep -c ., grep -c name: for .pbtxt, less one for a header), and one of them.
CLASSES = {
    "ava/ava_action_list_v2.1_for_activitynet_2018.pbtxt.txt": (60, 80, "watch (a person)"),
    "epic_kitchens_csv/EPIC_noun_classes.csv": (352, 1, "pan"),
    "epic_kitchens_csv/EPIC_verb_classes.csv": (125, 1, "put"),
    "hmdb51_splits/class_list.txt": (51, 0, "brush_hair"),
    "jester_list/categories.txt": (27, 1, "Doing_other_things"),
    "jester_list/classInd.txt": (27, 27, "Zooming_Out_With_Two_Fingers"),
    "kinetics_label_map/label_map.txt": (400, 399, "zumba"),
    "kinetics_processed/labels_to_id.csv": (400, 0, "abseiling"),
    "mmaction2_ava/action_list.txt": (4, 12, "action1"),
    "mmaction2_label_maps/activitynet__label_map.txt": (200, 0, "Applying sunscreen"),
    "mmaction2_label_maps/ava__label_map.txt": (60, 1, "bend/bow (at the waist)"),
    "mmaction2_label_maps/diving48__label_map.txt": (48, 0, "Back+15som+05Twis+FREE"),
    "mmaction2_label_maps/gym__label_map.txt": (
        99,
        1,
        "(VT) round-off, flic-flac on, stretched salto backward with 2 turn off",
    ),
    "mmaction2_label_maps/hmdb51__label_map.txt": (51, 50, "wave"),
    "mmaction2_label_maps/kinetics__label_map_k700.txt": (700, 0, "abseiling"),
    "mmaction2_label_maps/multisports__label_map.txt": (66, 0, "aerobic_push_up"),
    "mmaction2_label_maps/sthv2__label_map.txt": (174, 1, "Attaching something to something"),
    "mmaction2_lists/action_list.txt": (3, 1, "action1"),
    "paddle_lists/k400__Kinetics-400_label_list.txt": (400, 5, "archery"),
    "ucf101_trainTestlist/classInd.txt": (101, 101, "YoYo"),
}


@needs_data
def test_clips_cut_from_the_same_recording_are_split_together() -> None:
    root = SHARED_DATA / "fights"
    records = read_annotations(DataConfig(annotations=str(root / "annotations.csv"), videos=str(root))).records
    manifest = build_manifest(records, LocalRoot(root))
    assert (manifest.num_rows, manifest.num_videos) == (193, 193)
    splits = assign_splits(manifest.segments_by_video, manifest.ties, SplitsConfig())
    assert all(len(found) == 1 for found in splits_of_groups(manifest.segments_by_video, splits).values())
    counts = count_segments(manifest.segments_by_video, splits)
    assert counts.total() + sum(reject.source is not None for reject in manifest.rejects) == 193
    assert set(counts) == {(split, label) for split in SPLITS for label in ("fight", "noFight")}


@needs_data
@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_the_format_is_told_and_no_other_takes_it(path: Path) -> None:
    expected = FORMATS.get(name_of(path), FORMATS.get(path.parent.name))
    if expected is None:
        with pytest.raises(UserError, match="the format could not be told from the first line"):
            detect_format(path)
    else:
        assert detect_format(path) == expected


@needs_data
@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_are_read_or_refused_in_words(path: Path, tmp_path: Path) -> None:
    try:
        records = read_annotations(DataConfig(annotations=str(path), videos=str(tmp_path))).records
    except UserError as error:
        assert path.name in str(error)
        return
    assert all(isinstance(record, Segment) or record.message for record in records)


@needs_data
@pytest.mark.parametrize("name", COUNTS)
def test_each_row_is_a_segment_or_a_reject(name: str, tmp_path: Path) -> None:
    options, num_segments, num_labels, num_rejects = COUNTS[name]
    segments, rejects = read_real(name.partition("?")[0], tmp_path, **options)
    assert len(segments) == num_segments
    assert len({segment.label for segment in segments}) == num_labels
    assert Counter(reject.reason for reject in rejects) == num_rejects


@needs_data
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_as_a_whole_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=REFUSED[name]):
        read_real(name, tmp_path)


@needs_data
@pytest.mark.parametrize(
    ("name", "label_map"),
    [
        ("ucf101_trainTestlist/tsn_trainlist01.txt", "ucf101_trainTestlist/classInd.txt"),
        ("paddle_lists/k400__val_small_videos.list", "paddle_lists/k400__Kinetics-400_label_list.txt"),
    ],
)
def test_named_classes_are_those_of_the_folders_in_the_paths(name: str, label_map: str, tmp_path: Path) -> None:
    segments, rejects = read_real(name, tmp_path, label_map=label_map)
    assert not rejects
    # UCF101 itself writes both HandStandPushups and HandstandPushups.
    assert all(segment.video.lower().startswith(f"{segment.label.lower()}/") for segment in segments)


@needs_data
def test_a_list_and_names_that_do_not_count_from_the_same_number(tmp_path: Path) -> None:
    with pytest.raises(
        UserError, match="has classes 1 to 27, and .* has 0 to 26: one counts from 0 and the other from 1"
    ):
        read_real("jester_list/vallist.txt", tmp_path, label_map="mmaction2_label_maps/jester__label_map.txt")


@needs_data
@pytest.mark.parametrize("name", CLASSES)
def test_all_forms_of_class_names(name: str) -> None:
    names = load_class_names(DataConfig(annotations="", videos="", label_map=str(ROOT / name)))
    assert names is not None
    num_classes, some_number, its_name = CLASSES[name]
    assert len(names.by_id) == num_classes
    assert names.by_id[some_number] == its_name


@needs_data
def test_clips_of_one_film_are_in_one_official_split_of_hmdb51(tmp_path: Path) -> None:
    for fold in (1, 2, 3):
        segments, _ = read_real("hmdb51_splits", tmp_path, fold=fold)
        splits = defaultdict(set)
        for segment in segments:
            splits[segment.group].add(segment.split)
        assert None not in splits
        assert all(len(found) == 1 for found in splits.values())


def read_real(name: str, videos: Path, **options: Any) -> tuple[list[Segment], list[Reject]]:
    if "label_map" in options:
        options["label_map"] = str(ROOT / options["label_map"])
    records = read_annotations(DataConfig(annotations=str(ROOT / name), videos=str(videos), **options)).records
    segments = [record for record in records if isinstance(record, Segment)]
    return segments, [record for record in records if isinstance(record, Reject)]


@needs_data
@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_damaged_files_are_read_or_refused_in_words(path: Path, tmp_path: Path) -> None:
    random = Random(path.name)
    content = path.read_bytes()
    for _ in range(4):
        (tmp_path / path.name).write_bytes(damaged(content, random))
        for name in ("auto", random.choice(sorted(READERS))):
            try:
                records = read_annotations(
                    DataConfig(annotations=str(tmp_path / path.name), videos=str(tmp_path), format=name)
                ).records
            except UserError as error:
                assert path.name in str(error)
            else:
                assert all(isinstance(record, Segment) or record.message for record in records)


def damaged(content: bytes, random: Random) -> bytes:
    """`content` with a few bits flipped, and a stretch of it deleted, repeated elsewhere or cut off at the end."""
    changed = bytearray(content)
    for _ in range(random.randint(1, 20)):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    start, stop = sorted(random.choices(range(len(changed)), k=2))
    stretch = changed[start : min(stop, start + 1000)]
    place = random.randrange(len(changed))
    kind = random.choice(["flip", "delete", "repeat", "cut"])
    if kind == "delete":
        del changed[start : start + len(stretch)]
    elif kind == "repeat":
        changed[place:place] = stretch
    elif kind == "cut":
        del changed[place:]
    return bytes(changed)
