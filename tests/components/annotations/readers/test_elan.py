"""ELAN: annotations in tiers, with times, with references, and without either."""

from pathlib import Path
from typing import Any

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.detect import detect_format, read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import FindBy, Record, Segment, Source
from foundation.messages.errors import UserError
from tests.components.annotations.readers import reading

VIDEO = '<MEDIA_DESCRIPTOR MEDIA_URL="file:///D:/my%20data/street.mp4" MIME_TYPE="video/mp4"/>'
SOUND = '<MEDIA_DESCRIPTOR MEDIA_URL="file:///D:/data/street.wav" MIME_TYPE="audio/x-wav"/>'
TIMES = {"t1": 1500, "t2": 4250, "t3": None, "t4": 9000}


def aligned(name: str, begin: str, end: str, value: str) -> str:
    return (
        f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="{name}" TIME_SLOT_REF1="{begin}" TIME_SLOT_REF2="{end}">'
        f"<ANNOTATION_VALUE>{value}</ANNOTATION_VALUE></ALIGNABLE_ANNOTATION></ANNOTATION>"
    )


def referring(name: str, other: str, value: str) -> str:
    return (
        f'<ANNOTATION><REF_ANNOTATION ANNOTATION_ID="{name}" ANNOTATION_REF="{other}">'
        f"<ANNOTATION_VALUE>{value}</ANNOTATION_VALUE></REF_ANNOTATION></ANNOTATION>"
    )


def tier(name: str, *annotations: str, participant: str = "") -> str:
    person = f'PARTICIPANT="{participant}"' if participant else ""
    return f'<TIER TIER_ID="{name}" LINGUISTIC_TYPE_REF="x" {person}>{"".join(annotations)}</TIER>'


def document(
    *tiers: str, media: str = VIDEO, times: dict[str, Any] = TIMES, header: str = 'TIME_UNITS="milliseconds"'
) -> str:
    slots = "".join(
        f'<TIME_SLOT TIME_SLOT_ID="{name}"' + ("/>" if value is None else f' TIME_VALUE="{value}"/>')
        for name, value in times.items()
    )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ANNOTATION_DOCUMENT AUTHOR=""><HEADER MEDIA_FILE="" {header}>{media}'
        f"</HEADER><TIME_ORDER>{slots}</TIME_ORDER>{''.join(tiers)}</ANNOTATION_DOCUMENT>"
    )


def read(folder: Path, content: str, **config: Any) -> list[Record]:
    return reading.read(folder, content, "street.eaf", format="elan", **config)


def read_segment(folder: Path, content: str) -> Segment:
    (record,) = read(folder, content)
    assert isinstance(record, Segment), record
    return record


WALK = aligned("a1", "t1", "t2", " walk\n")


def test_an_aligned_annotation_is_a_segment_in_seconds(tmp_path: Path) -> None:
    expected = Segment("street.mp4", "walk", Source("street.eaf", 1), 1.5, 4.25, group="ann", find_by=FindBy.NAME)
    assert read(tmp_path, document(tier("action", WALK, participant="ann"))) == [expected]


def test_all_aligned_tiers_are_read_or_the_named_one(tmp_path: Path) -> None:
    tiers = [
        tier("action", WALK),
        tier("gloss", referring("b1", "a1", "gehen")),
        tier("place", aligned("c1", "t2", "t4", "yard")),
    ]
    assert reading.outline(read(tmp_path, document(*tiers))) == [(1, "walk"), (3, "yard")]
    assert reading.outline(read(tmp_path, document(*tiers), label_field="place")) == [(3, "yard")]
    with pytest.raises(
        UserError, match=r"data\.label_field: .* has no annotation in a tier 'mood'; found: action, gloss, place"
    ):
        read(tmp_path, document(*tiers), label_field="mood")


def test_an_annotation_has_the_time_of_what_it_refers_to(tmp_path: Path) -> None:
    tiers = [
        tier("note", referring("c1", "b1", "slow")),
        tier("gloss", referring("b1", "a1", "gehen")),
        tier("action", WALK),
    ]
    (record,) = read(tmp_path, document(*tiers), label_field="note")
    assert isinstance(record, Segment)
    assert (record.label, record.start, record.end, record.source.row) == ("slow", 1.5, 4.25, 1)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (referring("b1", "b1", "x"), Reason.TIME_INVALID),
        (referring("b1", "b2", "x"), Reason.TIME_INVALID),
        (referring("b1", "nowhere", "x"), Reason.TIME_INVALID),
        (referring("b1", "a1", " "), Reason.LABEL_MISSING),
        (aligned("b1", "t1", "t3", "x"), Reason.TIME_INVALID),
        (aligned("b1", "t3", "t4", "x"), Reason.TIME_INVALID),
        (aligned("b1", "t1", "t9", "x"), Reason.TIME_INVALID),
        (aligned("b1", "t2", "t1", "x"), Reason.END_BEFORE_START),
        (aligned("b1", "t1", "t1", "x"), Reason.END_BEFORE_START),
        (aligned("b1", "t1", "t5", "x"), Reason.TIME_INVALID),
        (aligned("b1", "t6", "t2", "x"), Reason.TIME_INVALID),
        (aligned("b1", "t1", "t2", ""), Reason.LABEL_MISSING),
    ],
)
def test_each_bad_annotation_is_accounted_for(tmp_path: Path, bad: str, reason: Reason) -> None:
    circle = referring("b2", "b1", "y")
    times = {**TIMES, "t5": "late", "t6": -1}
    records = read(tmp_path, document(tier("action", WALK, bad, circle), times=times), label_field="action")
    assert reading.outline(records)[:2] == [(1, "walk"), (2, reason)]


def test_an_unaligned_time_is_not_guessed(tmp_path: Path) -> None:
    reject = reading.read_reject(tmp_path, document(tier("action", aligned("b1", "t2", "t3", "x"))), "street.eaf")
    assert (reject.message, reject.value) == ("its begin or end is not aligned with the video in ELAN", "t3")


def test_the_first_media_file_that_is_no_sound_is_the_video(tmp_path: Path) -> None:
    second = VIDEO.replace("street", "side")
    assert read_segment(tmp_path, document(tier("action", WALK), media=SOUND + VIDEO + second)).video == "street.mp4"
    relative = '<MEDIA_DESCRIPTOR MEDIA_URL="" RELATIVE_MEDIA_URL="..\\clips\\yard.mpg" MIME_TYPE="unknown"/>'
    assert read_segment(tmp_path, document(tier("action", WALK), media=relative)).video == "yard.mpg"


def test_the_origin_of_a_media_file_is_where_the_annotations_begin_in_it(tmp_path: Path) -> None:
    media = VIDEO.replace("/>", ' TIME_ORIGIN="2500"/>')
    segment = read_segment(tmp_path, document(tier("action", WALK), media=media))
    assert (segment.start, segment.end) == (4.0, 6.75)
    early = VIDEO.replace("/>", ' TIME_ORIGIN="-2500"/>')
    reject = reading.read_reject(tmp_path, document(tier("action", WALK), media=early), "street.eaf")
    assert (reject.reason, reject.message) == (Reason.TIME_INVALID, "the time is before the start of the video")


def test_the_first_versions_name_the_video_in_the_header(tmp_path: Path) -> None:
    content = document(tier("action", WALK), media="").replace('MEDIA_FILE=""', 'MEDIA_FILE="C:\\data\\street.mpg"')
    assert read_segment(tmp_path, content).video == "street.mpg"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (document(tier("action", WALK), media=SOUND), "it names no video: link one in ELAN"),
        (
            document(tier("action", WALK), media=VIDEO.replace("/>", ' TIME_ORIGIN="x"/>')),
            "TIME_ORIGIN is not a number",
        ),
        (document(tier("action", WALK), header='TIME_UNITS="PAL-frames"'), "its times are in PAL-frames"),
        ("<ANNOTATION_DOCUMENT/>", "no <HEADER>: not a file of ELAN"),
        ("<ANNOTATION_DOCUMENT><TIER/></ANNOTATION_DOCUMENT>", "no <HEADER> before the times"),
        (document()[:-5], "not well-formed XML"),
    ],
)
def test_what_is_refused_as_a_whole_says_why(tmp_path: Path, content: str, problem: str) -> None:
    with pytest.raises(UserError, match=rf"street\.eaf, row 1 \(read as elan\): .*{problem}"):
        read(tmp_path, content)


def test_what_was_read_before_a_break_stays(tmp_path: Path) -> None:
    content = document(tier("action", WALK), tier("place", WALK))[:-40]
    assert reading.outline(read(tmp_path, content)) == [(1, "walk"), (2, Reason.FILE_MALFORMED)]


def test_a_folder_of_files_is_read_as_one(tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / f"{name}.eaf").write_text(document(tier("action", WALK), media=VIDEO.replace("street", name)))
    assert detect_format(tmp_path) == "elan"
    records = read_annotations(DataConfig(annotations=str(tmp_path), videos=str(tmp_path))).records
    assert [(record.video, str(record.source)) for record in records] == [
        ("a.mp4", "a.eaf, row 1"),
        ("b.mp4", "b.eaf, row 1"),
    ]


def test_the_format_is_told_from_the_root(tmp_path: Path) -> None:
    path = tmp_path / "labels.xml"
    path.write_text(document(tier("action", WALK)))
    assert detect_format(path) == "elan"


def test_the_first_of_several_videos_is_taken_and_that_is_said(tmp_path: Path) -> None:
    annotated = tier("action", aligned("a", "t1", "t2", "walk"))
    second = '<MEDIA_DESCRIPTOR MEDIA_URL="file:///D:/data/side.mp4" MIME_TYPE="video/mp4"/>'
    (said,) = reading.read_assumptions(tmp_path, document(annotated, media=VIDEO + SOUND + second), "street.eaf")
    assert said.startswith("street.eaf shows street.mp4 and side.mp4; its annotations are taken to be of the first.")
    assert reading.read_assumptions(tmp_path, document(annotated, media=SOUND + VIDEO), "street.eaf") == []
