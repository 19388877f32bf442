"""What other tools write, and what is no text at all: it is named, with what to do instead."""

import gzip
import json
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from components.annotations.config import DataConfig
from components.annotations.readers.binary import refuse_binary
from components.annotations.readers.detect import detect_format, read_annotations
from foundation.messages.errors import UserError
from tests.components.annotations.readers.samples import CVAT_META
from tests.components.video.videos import write_video


def message_of(path: Path, **config: Any) -> str:
    with pytest.raises(UserError) as failure:
        read_annotations(DataConfig(annotations=str(path), videos=str(path.parent), **config))
    return str(failure.value)


LABELBOX = {
    "data_row": {"id": "x", "external_id": "a.mp4"},
    "media_attributes": {"frame_rate": 25},
    "projects": {"p": {"labels": [{"annotations": {"frames": {"13": {"classifications": [{"name": "action"}]}}}}]}},
}
DARWIN = {
    "version": "2.0",
    "item": {"name": "a.mp4", "slots": [{"type": "video", "slot_name": "0"}]},
    "annotations": [{"id": "a", "name": "wave", "ranges": [[12, 50]], "frames": {"12": {"instance_id": {"value": 1}}}}],
}
SUPERVISELY = {
    "description": "", "key": "1", "tags": [{"name": "wave", "frameRange": [12, 50]}], "objects": [], "frames": [],
    "size": {"height": 120, "width": 160}, "framesCount": 100,
}  # fmt: skip
SUPERANNOTATE = {
    "metadata": {"name": "a.mp4", "duration": 4000000},
    "instances": [{"meta": {"type": "event", "className": "wave", "start": 500000, "end": 2000000}, "parameters": []}],
}
DATALOOP = {
    "id": "1", "datasetId": "2", "filename": "/a.mp4",
    "annotations": [{"label": "wave", "type": "class", "metadata": {"system": {"frame": 12, "endFrame": 50}}}],
}  # fmt: skip
ENCORD = [{"label_hash": "1", "data_title": "a.mp4", "data_units": {"d": {"labels": {}}}, "object_answers": {}}]
SAGEMAKER = {"source-ref": "s3://bucket/a.mp4", "action": 0, "action-metadata": {"class-name": "wave"}}
GOOGLE = {"annotation_results": [{"input_uri": "/bucket/a.mp4", "segment_label_annotations": []}]}
ANVIL = (
    '<?xml version="1.0" encoding="UTF-16"?>\n<annotation>\n<head><specification src="x.xml"/><video src="a.mp4"/></head>'
    '<body><track name="action" type="primary"><el index="0" start="0.5" end="2.0"/></track></body></annotation>'
)


@pytest.mark.parametrize("indent", [None, 4])
@pytest.mark.parametrize(
    ("tool", "content"),
    [
        ("Labelbox", LABELBOX),
        ("Labelbox", [{"ID": "1", "DataRow ID": "2", "Labeled Data": "https://x/a.mp4", "Label": {}}]),
        ("V7 Darwin", DARWIN),
        (
            "V7 Darwin",
            {"schema_ref": "https://darwin-public.s3/darwin_json_2_0.schema.json", "item": {}, "annotations": []},
        ),
        (
            "V7 Darwin",
            {"dataset": "d", "image": {"filename": "a.mp4"}, "annotations": [{"name": "wave", "segments": [[0, 9]]}]},
        ),
        ("Supervisely", SUPERVISELY),
        ("SuperAnnotate", SUPERANNOTATE),
        ("Dataloop", DATALOOP),
        ("Encord", ENCORD),
        ("SageMaker Ground Truth", SAGEMAKER),
        ("Video Intelligence", GOOGLE),
        ("Video Intelligence", {"annotationResults": []}),
    ],
)
def test_a_json_of_another_tool_is_named_with_what_to_do(
    tmp_path: Path, tool: str, content: Any, indent: int | None
) -> None:
    (tmp_path / "export.json").write_text(json.dumps(content, indent=indent))
    message = message_of(tmp_path / "export.json")
    assert message.startswith(f"data.annotations: {tmp_path / 'export.json'} is ")
    assert tool in message and "which is not read" in message and "write a table of it" in message


@pytest.mark.parametrize("content", [LABELBOX, SAGEMAKER])
def test_a_line_each_is_the_same(tmp_path: Path, content: Any) -> None:
    (tmp_path / "export.ndjson").write_text(f"{json.dumps(content)}\n" * 2)
    assert "which is not read" in message_of(tmp_path / "export.ndjson")


@pytest.mark.parametrize(
    ("what", "content"),
    [
        ("a file of Anvil", ANVIL),
        ("a TextGrid of Praat", 'File type = "ooTextFile"\nObject class = "TextGrid"\n'),
        ("a file of subtitles (WebVTT)", "WEBVTT\n\n00:00.500 --> 00:02.000\nwave\n"),
        (
            "a file of subtitles (SRT)",
            "1\n00:00:00,500 --> 00:00:02,000\nwave\n\n2\n00:00:03,000 --> 00:00:04,000\nclap\n",
        ),
    ],
)
def test_so_are_texts(tmp_path: Path, what: str, content: str) -> None:
    (tmp_path / "export.txt").write_text(content)
    assert f"is {what}, which is not read" in message_of(tmp_path / "export.txt")


def test_cvat_without_tracks_says_where_tags_are(tmp_path: Path) -> None:
    (tmp_path / "annotations.xml").write_bytes(CVAT_META + b"</annotations>\n")
    message = message_of(tmp_path / "annotations.xml")
    assert "CVAT's export for video has no track" in message
    assert "export the task as CVAT for images 1.1" in message


def write_zip(path: Path, *names: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (["[Content_Types].xml", "xl/worksheets/sheet1.xml"], "an Excel workbook: save it as CSV UTF-8"),
        (["mimetype", "content.xml"], "an OpenDocument spreadsheet: save it as CSV UTF-8"),
        (["db", "project"], "a project of Datavyu, which is not read: export it as text from Datavyu"),
        (["annotations.xml"], "a zip archive: unpack it, and name the file or folder that was in it"),
    ],
)
def test_zips_are_named_by_what_is_in_them(tmp_path: Path, names: list[str], what: str) -> None:
    write_zip(tmp_path / "labels.csv", *names)
    assert f"labels.csv is {what}" in message_of(tmp_path / "labels.csv")


def test_other_binaries_are_named_too(tmp_path: Path) -> None:
    (tmp_path / "old.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000))
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04" + bytes(range(256)))
    (tmp_path / "labels.csv.gz").write_bytes(gzip.compress(b"path,label\n"))
    with tarfile.open(tmp_path / "labels.tar", "w") as archive:
        archive.add(tmp_path / "old.xls", "old.xls")
    write_video(tmp_path / "a.mp4", 5)
    (tmp_path / "a.tfrecord").write_bytes(bytes(range(256)) * 4)
    for name, what in {
        "old.xls": "an Excel workbook",
        "broken.xlsx": "an Excel workbook",
        "labels.csv.gz": "a gzip archive",
        "labels.tar": "a tar archive",
        "a.mp4": "a video",
        "a.tfrecord": "a binary file",
    }.items():
        assert f"{name} is {what}: " in message_of(tmp_path / name)


@pytest.mark.parametrize("chosen", ["csv", "label_studio"])
def test_no_named_format_makes_a_text_of_a_workbook(tmp_path: Path, chosen: str) -> None:
    write_zip(tmp_path / "labels.xlsx", "xl/workbook.xml")
    assert "is an Excel workbook" in message_of(tmp_path / "labels.xlsx", format=chosen)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
def test_utf_16_is_no_binary(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "labels.csv").write_text("path,label\na.mp4,gehen\n", encoding)
    head = (tmp_path / "labels.csv").read_bytes()
    refuse_binary(tmp_path / "labels.csv", head)


@pytest.mark.parametrize("content", ["abcdfree.mp4,walk\n", "the free,path,label\n", "path,label\na.mp4,\0walk\n"])
def test_a_text_is_a_text_whatever_its_words(tmp_path: Path, content: str) -> None:
    (tmp_path / "labels.csv").write_text(content)
    assert detect_format(tmp_path / "labels.csv") == "csv"
