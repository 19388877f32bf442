"""COCO for videos: TAO's and CocoVID's tracks, masks and verified absences."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.annotations.readers.detect import detect_format
from components.annotations.records.masks import decode_mask
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, FindBy, Mask, Record, Segment, Source, SpaceUnit, TimeUnit
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading

Item = dict[str, Any]
VIDEOS = [{"id": 0, "name": "train/YFCC/v_street"}, {"id": 1, "name": "yard.mp4", "height": 3, "width": 4}]
CATEGORIES = [{"id": 1, "name": "person", "merged": [{"id": 9, "name": "man"}]}, {"id": 2, "name": "dog"}]
# Images 10, 11, ... are the frames 0, 1, ... of the first video; 20, 21, ... those of the second.
IMAGES = [
    {"id": 10 * (1 + video) + frame, "video_id": video, "frame_index": frame, "file_name": "x", "height": 3, "width": 4}
    for video in (0, 1)
    for frame in range(6)
]
TRACKS = [{"id": 5, "category_id": 1, "video_id": 0}, {"id": 0, "category_id": 2, "video_id": 1}]


def annotation(image: Any, track: Any = 5, bbox: Any = (1, 2, 3, 4), **more: Any) -> Item:
    return {"id": 1, "image_id": image, "track_id": track, "category_id": 1, "bbox": bbox and list(bbox), **more}


def dataset(*annotations: Any, **parts: Any) -> str:
    document = {"info": {}, "videos": VIDEOS, "images": IMAGES, "tracks": TRACKS, "categories": CATEGORIES}
    return json.dumps({**document, "annotations": annotations, **parts})


def read(folder: Path, content: str, **config: Any) -> list[Record]:
    return reading.read(folder, content, "train.json", format="coco_video", **config)


def read_track(folder: Path, *annotations: Any, **parts: Any) -> Segment:
    record = read(folder, dataset(*annotations, **{"tracks": TRACKS[:1], **parts}))[0]
    assert isinstance(record, Segment), record
    return record


def read_reject(folder: Path, *annotations: Any, **parts: Any) -> tuple[Reason, str]:
    content = dataset(*annotations, **{"tracks": TRACKS[:1], **parts})
    reject = reading.read_reject(folder, content, "train.json", format="coco_video")
    return reject.reason, reject.message


def test_a_track_is_a_segment_in_frames_and_pixels(tmp_path: Path) -> None:
    assert read_track(tmp_path, annotation(12, bbox=(2, 2, 3, 4.5)), annotation(11)) == Segment(
        video="v_street",
        label="person",
        source=Source("train.json", 1),
        start=1.0,
        end=3.0,
        time_unit=TimeUnit.FRAMES,
        boxes=(Box(1.0, 1, 2, 4, 6), Box(2.0, 2, 2, 5, 6.5)),
        space_unit=SpaceUnit.PIXELS,
        find_by=FindBy.NAME,
    )


def test_tracks_come_in_their_order_each_with_its_video(tmp_path: Path) -> None:
    records = read(tmp_path, dataset(annotation(21, track=0), annotation(13)))
    found = [(each.source.row, each.video, each.label, each.start) for each in records if isinstance(each, Segment)]
    assert found == [(1, "v_street", "person", 3.0), (2, "yard.mp4", "dog", 1.0)]


def test_an_object_is_gone_in_a_frame_that_is_annotated_without_it(tmp_path: Path) -> None:
    tracks = [*TRACKS[:1], {"id": 6, "category_id": 2, "video_id": 0}]
    segment = read_track(tmp_path, annotation(10), annotation(15), annotation(12, track=6), tracks=tracks)
    assert [(box.time, box.is_end) for box in segment.boxes] == [(0, False), (2, True), (5, False)]
    # A frame in which nothing is annotated says nothing.
    assert len(read_track(tmp_path, annotation(10), annotation(15)).boxes) == 2


def test_merged_categories_have_one_name(tmp_path: Path) -> None:
    assert read_track(tmp_path, annotation(10), tracks=[{"id": 5, "category_id": 9, "video_id": 0}]).label == "person"


def test_without_tracks_ids_of_instances_make_them(tmp_path: Path) -> None:
    images = [{**image, "frame_id": image["frame_index"]} for image in IMAGES]
    for image in images:
        del image["frame_index"]
    annotations = [annotation(image, category_id=2) for image in (11, 12, 21)]
    for each in annotations:
        each["instance_id"] = each.pop("track_id")
    records = read(tmp_path, dataset(*annotations, tracks=[], images=images))
    found = [
        (each.source.row, each.video, each.label, each.start, each.end) for each in records if isinstance(each, Segment)
    ]
    assert found == [(1, "v_street", "dog", 1.0, 3.0), (3, "yard.mp4", "dog", 1.0, 2.0)]


PIXELS = np.array([[0, 0, 0, 0], [0, 0, 1, 0], [0, 0, 1, 0]], bool)


@pytest.mark.parametrize(
    "segmentation",
    [
        {"size": [3, 4], "counts": "723"},
        {"size": [3, 4], "counts": [7, 2, 3]},
        [[2, 1, 3, 1, 3, 3, 2, 3]],
        [[2, 1, 3, 1, 3, 2, 2, 2], [2, 2, 3, 2, 3, 3, 2, 3]],
    ],
)
def test_a_segmentation_is_a_mask(tmp_path: Path, segmentation: Any) -> None:
    segment = read_track(tmp_path, annotation(12, segmentation=segmentation))
    assert segment.masks == (Mask(2.0, rle=b"723", height=3, width=4),)
    assert np.array_equal(decode_mask(segment.masks[0].rle, 3, 4), PIXELS)
    assert segment.boxes == (Box(2.0, 1, 2, 4, 6),)


@pytest.mark.parametrize("bbox", [None, ()])
def test_a_box_is_derived_where_only_a_mask_is_given(tmp_path: Path, bbox: Any) -> None:
    segment = read_track(tmp_path, annotation(12, bbox=bbox, segmentation={"size": [3, 4], "counts": "723"}))
    assert segment.boxes == (Box(2.0, 2, 1, 3, 3),)


@pytest.mark.parametrize("segmentation", [None, [], ""])
def test_no_segmentation_is_no_mask(tmp_path: Path, segmentation: Any) -> None:
    assert read_track(tmp_path, annotation(12, segmentation=segmentation)).masks == ()


@pytest.mark.parametrize(
    "segmentation",
    [
        {"size": [3, 4], "counts": "72"},
        {"size": [4, 4], "counts": "723"},
        {"size": [3, 4], "counts": [7, 2]},
        {"size": [3, 4], "counts": [[7], [2, 3]]},
        {"size": [3, 4], "counts": [10**30]},
        {"size": [3, 4], "counts": {}},
        {"size": 3, "counts": "723"},
        {"size": [70_000, 1], "counts": [70_000]},
        {"counts": "723"},
        [[1, 1, 2, 2]],
        [["a"] * 6],
        [[1, 1, 3, 1, 3, float("nan")]],
        "723",
        7,
    ],
)
def test_what_is_no_segmentation_rejects_its_track(tmp_path: Path, segmentation: Any) -> None:
    assert read_reject(tmp_path, annotation(11), annotation(12, segmentation=segmentation))[0] is Reason.MASK_INVALID


def test_an_empty_mask_has_no_box(tmp_path: Path) -> None:
    empty = annotation(12, bbox=None, segmentation={"size": [3, 4], "counts": [12]})
    assert read_reject(tmp_path, empty) == (Reason.MASK_INVALID, "the mask of frame 2 is empty")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (annotation(12, bbox=(1, 2, 0, 4)), Reason.BOX_INVALID),
        (annotation(12, bbox=(1, 2, -3, 4)), Reason.BOX_INVALID),
        (annotation(12, bbox=(1, 2, 3)), Reason.BOX_INVALID),
        (annotation(12, bbox="x" * 4), Reason.BOX_INVALID),
        (annotation(12, bbox=(1, 2, "x", 4)), Reason.BOX_INVALID),
        (annotation(12, bbox=(1, 2, float("inf"), 4)), Reason.BOX_INVALID),
        (annotation(12, bbox=None), Reason.BOX_INVALID),
        (annotation(11, bbox=(5, 5, 5, 5)), Reason.BOX_INVALID),  # twice in one frame
        (annotation(99), Reason.ROW_MALFORMED),
        (annotation(21), Reason.ROW_MALFORMED),
        (annotation(30), Reason.TIME_INVALID),
        (annotation(31), Reason.TIME_INVALID),
    ],
)
def test_one_bad_annotation_rejects_its_track(tmp_path: Path, bad: Item, reason: Reason) -> None:
    images = [*IMAGES, {"id": 30, "video_id": 0}, {"id": 31, "video_id": 0, "frame_index": -1}]
    records = read(tmp_path, dataset(annotation(11), bad, annotation(21, track=0), images=images))
    assert reading.outline(records) == [(1, reason), (2, "dog")]


@pytest.mark.parametrize(
    "bad", [7, annotation(11, track=77), annotation(11, track=None), annotation(11, track=[]), annotation({})]
)
def test_an_annotation_of_no_track_is_a_reject_of_its_own(tmp_path: Path, bad: Any) -> None:
    records = read(tmp_path, dataset(annotation(11), bad, tracks=TRACKS[:1]))
    assert reading.outline(records) == [(2, Reason.ROW_MALFORMED), (1, "person")]


@pytest.mark.parametrize(
    ("track", "reason"),
    [
        (7, Reason.ROW_MALFORMED),
        ({"category_id": 1, "video_id": 0}, Reason.ROW_MALFORMED),
        ({"id": 6, "category_id": 1}, Reason.ROW_MALFORMED),
        ({"id": 6, "category_id": 1, "video_id": 7}, Reason.ROW_MALFORMED),
        ({"id": 6, "category_id": 7, "video_id": 0}, Reason.LABEL_UNKNOWN),
        ({"id": 6, "category_id": [], "video_id": 0}, Reason.ROW_MALFORMED),
        ({"id": 6, "category_id": 1, "video_id": 0}, Reason.BOX_INVALID),  # without an annotation
        ({"id": 5, "category_id": 1, "video_id": 0}, Reason.DUPLICATE_ROW),
    ],
)
def test_each_track_is_accounted_for(tmp_path: Path, track: Any, reason: Reason) -> None:
    records = read(tmp_path, dataset(annotation(11), tracks=[*TRACKS[:1], track]))
    assert sorted(reading.outline(records)) == [(1, "person"), (2, reason)]


def test_a_video_without_any_of_the_categories_is_a_negative(tmp_path: Path) -> None:
    videos = [{**VIDEOS[0], "neg_category_ids": [1, 2]}, {**VIDEOS[1], "neg_category_ids": [2, 9]}]
    records = read(tmp_path, dataset(annotation(11), tracks=TRACKS[:1], videos=videos))
    assert records[1:] == [Segment("yard.mp4", "", Source("train.json", 2), is_negative=True, find_by=FindBy.NAME)]


def test_the_absence_of_some_categories_says_nothing_of_the_others(tmp_path: Path) -> None:
    videos = [VIDEOS[0], {**VIDEOS[1], "neg_category_ids": [2]}]
    assert len(read(tmp_path, dataset(annotation(11), tracks=TRACKS[:1], videos=videos))) == 1


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (dataset(annotation(11), videos=[]), "it has no videos: it annotates single images"),
        (dataset({"video_id": 0, "bboxes": [], "segmentations": []}), "YouTube-VIS"),
        (dataset(images=7), "images is no list"),
        ("[]", "the file is no object"),
        ("{", "not JSON"),
    ],
)
def test_what_is_refused_as_a_whole_says_why(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(UserError, match=rf"train\.json, row 1 \(read as coco_video\): .*{problem}"):
        read(tmp_path, content)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "order", [("videos", "images"), ("annotations", "categories"), ("images", "info"), ("tracks", "images")]
)
def test_the_format_is_told_from_its_keys(tmp_path: Path, indent: int | None, order: tuple[str, str]) -> None:
    document = json.loads(dataset(*[annotation(11)] * 2000))
    path = tmp_path / "labels.jsonl"
    path.write_text(json.dumps({name: document[name] for name in (*order, *document)}, indent=indent))
    assert detect_format(path) == "coco_video"


def test_that_frames_are_those_of_the_video_is_assumed_unless_a_rate_is_given(tmp_path: Path) -> None:
    content = dataset(annotation(12), annotation(13))
    (said,) = reading.read_assumptions(tmp_path, content, "train.json")
    assert said.startswith("train.json numbers frames, which were taken for all frames of the video")
    assert reading.read_assumptions(tmp_path, content, "train.json", frame_rate=5) == []


def test_what_was_looked_for_is_what_is_absent_and_what_was_annotated_exhaustively(tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    names = [f"thing {number}" for number in range(12)]
    videos = [{"id": number, "name": f"{number}.mp4"} for number in range(9)]
    tracks = [
        {"id": number, "video_id": int(draw.integers(9)), "category_id": int(draw.integers(12))} for number in range(60)
    ]
    for video in videos[:-1]:
        shown = {track["category_id"] for track in tracks if track["video_id"] == video["id"]}
        video["neg_category_ids"] = sorted({*map(int, draw.integers(12, size=3))} - shown)
        video["not_exhaustive_category_ids"] = sorted(shown)[:2]
    images = [{"id": number, "video_id": number, "frame_index": 0, "file_name": "x"} for number in range(9)]
    content = dataset(
        *(annotation(track["video_id"], track["id"]) for track in tracks),
        videos=videos,
        tracks=tracks,
        images=images,
        categories=[{"id": number, "name": name} for number, name in enumerate(names)],
    )
    records = [each for each in read(tmp_path, content) if isinstance(each, Segment) and not each.is_negative]
    assert len(records) == len(tracks)
    # By hand: of each track's video, class by class.
    for track, record in zip(tracks, records, strict=True):
        video = videos[int(track["video_id"])]
        if "neg_category_ids" not in video:
            assert record.looked_for is None
            continue
        expected = set()
        for number, name in enumerate(names):
            is_shown = any(each["video_id"] == video["id"] and each["category_id"] == number for each in tracks)
            is_complete = is_shown and number not in video["not_exhaustive_category_ids"]
            if is_complete or number in video["neg_category_ids"]:
                expected.add(name)
        assert record.looked_for is not None and set(record.looked_for) == expected
    assert {len(record.looked_for or ()) for record in records} > {0}


def test_a_category_of_which_a_track_cannot_be_read_is_not_known_elsewhere_in_the_video(tmp_path: Path) -> None:
    tracks = [*TRACKS[:1], {"id": 6, "category_id": 2, "video_id": 0}]
    videos = [{**VIDEOS[0], "neg_category_ids": []}, VIDEOS[1]]
    whole = dataset(annotation(11), annotation(12, track=6), tracks=tracks, videos=videos)
    broken = dataset(annotation(11), annotation(12, track=6, bbox=(1, 2)), tracks=tracks, videos=videos)
    assert [each.looked_for for each in read(tmp_path, whole) if isinstance(each, Segment)] == [("dog", "person")] * 2
    assert [each.looked_for for each in read(tmp_path, broken) if isinstance(each, Segment)] == [("person",)]


@pytest.mark.parametrize("value", [None, 7, {}, "1"])
def test_a_key_that_is_no_list_says_nothing_of_what_was_looked_for(tmp_path: Path, value: Any) -> None:
    videos = [{**VIDEOS[0], "neg_category_ids": value}, VIDEOS[1]]
    assert read_track(tmp_path, annotation(11), videos=videos).looked_for is None
