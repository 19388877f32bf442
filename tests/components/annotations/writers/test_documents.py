"""What the files hold for their tools, beside what our readers take from them."""

import json
from itertools import pairwise
from xml.etree.ElementTree import Element, fromstring

import pytest

from components.annotations.writers.catalogue import WRITERS
from components.annotations.writers.content import Content
from components.annotations.writers.xml_text import allowed
from foundation.messages.errors import UserError
from tests.components.annotations.writers.making import FRAMES, content_of, segment

SCORED = segment(metadata={"score": 0.75})


def xml(name: str, content: Content) -> Element:
    return fromstring(WRITERS[name].write(content))


def test_cvat_is_told_of_the_task_and_its_labels() -> None:
    root = xml("cvat_video", content_of(segment("wave"), segment("<sit>", 4, 5), segment("wave", 6, 7)))
    task = root.find("meta/task")
    assert task is not None
    texts = {name: task.findtext(name) for name in ("name", "size", "mode", "stop_frame", "source")}
    assert texts == {"name": "a", "size": "500", "mode": "interpolation", "stop_frame": "499", "source": "a.mp4"}
    assert [label.findtext("name") for label in task.iterfind("labels/label")] == ["<sit>", "wave"]
    assert (task.findtext("original_size/width"), task.findtext("original_size/height")) == ("640", "360")
    for track in root.iterfind("track"):
        assert [shape.get("outside") for shape in track] == ["0", "1"]


def test_no_shape_of_cvat_is_on_a_frame_that_the_video_does_not_have() -> None:
    track = xml("cvat_video", content_of(segment(end=None))).find("track")
    assert track is not None
    assert [(shape.get("frame"), shape.get("outside")) for shape in track] == [("20", "0"), ("499", "0")]


def test_what_begins_in_the_last_frame_has_that_frame_in_cvat() -> None:
    track = xml("cvat_video", content_of(segment(start=20.19, end=None))).find("track")
    assert track is not None
    assert [(shape.get("frame"), shape.get("outside")) for shape in track] == [("499", "0")]


def test_what_a_model_predicted_is_marked_in_cvat() -> None:
    assert [track.get("source") for track in xml("cvat_video", content_of(SCORED, model="action/7")).iter("track")] == [
        "auto"
    ]


def test_label_studio_gets_predictions_with_the_model_and_its_scores() -> None:
    sure = segment("sit", 5, 6, metadata={"score": 0.25})
    quiet = segment("", 0.0, None, "quiet.mp4", is_negative=True)
    tasks = json.loads(WRITERS["label_studio"].write(content_of(SCORED, sure, quiet, model="action/7")))
    assert ["annotations" in task for task in tasks] == [False, False]
    (prediction,) = tasks[0]["predictions"]
    assert (prediction["model_version"], prediction["score"]) == ("action/7", 0.5)
    assert [result["score"] for result in prediction["result"]] == [0.75, 0.25]
    assert prediction["result"][0] == {
        "id": "segment1",
        "from_name": "actions",
        "to_name": "video",
        "type": "timelinelabels",
        "score": 0.75,
        "value": {"ranges": [{"start": 25, "end": 72}], "timelinelabels": ["wave"]},
    }
    assert tasks[1] == {"data": {"video": "quiet.mp4"}, "predictions": [{"model_version": "action/7", "result": []}]}


def test_fiftyone_gets_scores_and_videos_by_their_path_without_suffix() -> None:
    document = json.loads(WRITERS["fiftyone"].write(content_of(SCORED, segment("sit", 2, 4, "day 1/b.mov"))))
    assert document == {
        "classes": ["sit", "wave"],
        "labels": {
            "a": [{"label": 1, "timestamps": [1.0, 3.0], "confidence": 0.75}],
            "day 1/b": [{"label": 0, "timestamps": [2, 4]}],
        },
    }


def test_videos_that_fiftyone_could_not_tell_apart_are_refused() -> None:
    with pytest.raises(
        UserError, match="a.mp4 and a.mov would be one video: FiftyOne knows videos without their suffix"
    ):
        WRITERS["fiftyone"].write(content_of(segment(), segment(video="a.mov")))


def test_activitynet_names_videos_of_one_stem_by_their_paths_and_always_has_a_subset() -> None:
    content = content_of(segment(), segment(video="day1/b.mp4"), segment(video="day2/b.mp4"))
    database = json.loads(WRITERS["activitynet"].write(content))["database"]
    assert list(database) == ["a", "day1/b.mp4", "day2/b.mp4"]
    assert {entry["subset"] for entry in database.values()} == {""}
    assert {entry["duration"] for entry in database.values()} == {FRAMES.times.end_seconds}


def test_annotations_of_an_elan_tier_do_not_overlap_and_slots_rise() -> None:
    spans = [(1, 3), (2, 4), (3, 5), (1, 3), (0.2, 9)]
    root = xml("elan", content_of(*(segment("wave", *span) for span in spans), segment("sit", 1, 2, group="ann")))
    time_of = {slot.get("TIME_SLOT_ID"): int(slot.get("TIME_VALUE", "")) for slot in root.iter("TIME_SLOT")}
    assert list(time_of.values()) == sorted(time_of.values())
    tiers = {tier.get("TIER_ID"): list(tier.iter("ALIGNABLE_ANNOTATION")) for tier in root.iter("TIER")}
    assert list(tiers) == ["actions", "actions (2)", "actions (3)", "actions (4)", "actions ann"]
    for annotations in tiers.values():
        for one, other in pairwise(annotations):
            assert time_of[one.get("TIME_SLOT_REF2")] <= time_of[other.get("TIME_SLOT_REF1")]
    ids = [each.get("ANNOTATION_ID") for each in root.iter("ALIGNABLE_ANNOTATION")]
    assert len(set(ids)) == len(ids) == 6


def test_elan_finds_the_video_where_it_lies_or_beside_the_file() -> None:
    content = content_of(segment(video="day 1/b#.mp4"), folder="file:///data")
    media = xml("elan", content).find("HEADER/MEDIA_DESCRIPTOR")
    assert media is not None
    assert media.get("MEDIA_URL") == "file:///data/day%201/b%23.mp4"
    assert media.get("RELATIVE_MEDIA_URL") == "./b#.mp4"


@pytest.mark.parametrize("name", WRITERS)
def test_a_line_break_in_a_label_stays_where_the_format_can_hold_it(name: str) -> None:
    """No reader lets one in; a class of a model may have one all the same."""
    text = WRITERS[name].write(content_of(segment("one\ntwo")))
    if name in ("cvat_video", "elan"):
        root = fromstring(text)
        labels = [track.get("label") for track in root.iter("track")] + [e.text for e in root.iter("ANNOTATION_VALUE")]
        assert labels == ["one\ntwo"]
    else:
        assert "one\ntwo" in text or "one\\ntwo" in text


@pytest.mark.parametrize("name", ["cvat_video", "elan"])
def test_what_xml_cannot_hold_is_refused(name: str) -> None:
    with pytest.raises(UserError, match=r"has the character U\+0001, which XML cannot hold; write it otherwise"):
        WRITERS[name].write(content_of(segment("a\x01b")))
    assert allowed("👍🏽") == "👍🏽"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("csv", "path,start_seconds,end_seconds,label,group,split\n"),
        ("jsonl", ""),
        ("label_studio", "[]\n"),
        ("fiftyone", '{\n  "classes": [],\n  "labels": {}\n}\n'),
    ],
)
def test_no_segments_are_a_file_without_any(name: str, text: str) -> None:
    assert WRITERS[name].write(content_of()) == text
