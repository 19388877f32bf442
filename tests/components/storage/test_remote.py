"""Videos and annotations on S3: a real client against a real server of this machine."""

import hashlib
import pickle
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from components.annotations.config import DataConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.files.fingerprint import fingerprint_inputs
from components.annotations.files.manifest import build_manifest
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Segment, Source
from components.annotations.splits.config import SplitsConfig
from components.storage.local import LocalRoot
from components.storage.opening import local_file, open_root
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import IngestedClip, VideoIngest, VideoTask
from foundation.messages.errors import UserError
from tests.components.video.videos import write_video

VIDEO = b"\0\0\0\x18ftypisom"
HOSTILE = ["../up.mp4", "/top.mp4", "d//b.mp4", "./c.mp4", "a.mp4/inside.mp4", "~/d.mp4", "C:\\e.mp4", "[1]*?.mp4"]


def put(bucket: Any, files: Mapping[str, bytes], folder: str = "videos") -> Root:
    """A root that holds `files`."""
    for name, content in files.items():
        bucket.put_object(Key=f"{folder}/{name}", Body=content)
    return open_root(f"s3://{bucket.name}/{folder}", "data.videos")


def row(video: str, number: int = 2) -> Segment:
    return Segment(video, "wave", Source("labels.csv", number))


def test_files_are_listed_with_sizes_and_times_and_nothing_else_is(bucket: Any) -> None:
    root = put(bucket, {"a.mp4": b"12345", "d/b.mp4": b"1", "d/": b""})
    put(bucket, {"c.mp4": b""}, folder="videos2")
    entries = {entry.name: entry for entry in root.entries()}
    assert {name: entry.size for name, entry in entries.items()} == {"a.mp4": 5, "d/b.mp4": 1}
    changed = bucket.Object("videos/a.mp4").last_modified.timestamp()
    assert entries["a.mp4"].modified_seconds == pytest.approx(changed, abs=1)


def test_a_folder_with_wildcards_in_its_name_is_that_folder(bucket: Any) -> None:
    put(bucket, {"a.mp4": b""}, folder="videos1")
    root = put(bucket, {"b.mp4": b"", "[x]*.mp4": b""}, folder="videos[12]*")
    assert sorted(entry.name for entry in root.entries()) == ["[x]*.mp4", "b.mp4"]


def test_heads_come_in_the_order_of_the_names(bucket: Any) -> None:
    root = put(bucket, {f"{index}.mp4": bytes([index]) * 2000 for index in range(40)})
    heads = list(root.read_heads(["none.mp4", *(f"{index}.mp4" for index in range(40))], 100))
    assert isinstance(heads[0], FileNotFoundError)
    assert heads[1:] == [bytes([index]) * 100 for index in range(40)]


def test_a_digest_is_that_of_the_content(bucket: Any) -> None:
    content = bytes(range(256)) * 30_000
    assert put(bucket, {"a.mp4": content}).digest("a.mp4") == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("fails", [False, True])
def test_a_copy_is_there_for_the_work_and_gone_after_it(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    root = put(bucket, {"d/a.mp4": b"content"})

    def work() -> None:
        with root.local_copy("d/a.mp4") as path:
            assert path.read_bytes() == b"content"
            assert path.suffix == ".mp4"
            if fails:
                raise ZeroDivisionError

    if fails:
        with pytest.raises(ZeroDivisionError):
            work()
    else:
        work()
    assert list(tmp_path.iterdir()) == []


def test_a_copy_of_what_is_not_there_is_an_error_that_says_so(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    root = put(bucket, {})
    with pytest.raises(FileNotFoundError, match="there is no such file"), root.local_copy("none.mp4"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leads_a_copy_out_of_its_folder(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    root = put(bucket, {name: b"content"})
    with root.local_copy(name) as path:
        assert path.read_bytes() == b"content"
        assert path.resolve().is_relative_to(tmp_path)
        assert path.name == "file.mp4"


def test_a_worker_gets_the_address_and_not_the_connection(bucket: Any) -> None:
    root = put(bucket, {"a.mp4": b"content"})
    root.digest("a.mp4")
    assert pickle.loads(pickle.dumps(root)).digest("a.mp4") == root.digest("a.mp4")


def test_the_server_may_be_named_in_the_options_of_beam(bucket: Any, s3_endpoint: str) -> None:
    put(bucket, {"a.mp4": b"content"})
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("AWS_ENDPOINT_URL_S3")
        options = [f"--s3_endpoint_url={s3_endpoint}", "--runner=FnApiRunner"]
        root = open_root(f"s3://{bucket.name}/videos", "data.videos", options)
        assert [entry.name for entry in root.entries()] == ["a.mp4"]


def test_a_bucket_that_does_not_exist_is_named_with_its_key(s3_endpoint: str) -> None:
    with pytest.raises(
        UserError, match=r"data\.videos: s3://no-such-bucket/v cannot be listed: .*NoSuchBucket.* check"
    ):
        list(open_root("s3://no-such-bucket/v", "data.videos").entries())


def test_missing_credentials_are_an_error_at_once(bucket: Any, tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as environment:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            environment.delenv(name)
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        with pytest.raises(UserError, match="Unable to locate credentials; check address and credentials"):
            list(open_root(f"s3://{bucket.name}", "data.videos").entries())


@pytest.mark.parametrize("uri", ["ftp://host/videos", "file:///videos", "S3://bucket/videos"])
def test_an_address_that_nothing_reads_is_an_error_with_those_that_something_does(uri: str) -> None:
    with pytest.raises(UserError, match=rf"data\.videos: {uri}: no file system for .* Beam has .*gs://.*s3://"):
        open_root(uri, "data.videos")


def test_a_manifest_is_the_same_as_that_of_the_same_files_here(bucket: Any, tmp_path: Path) -> None:
    files = {
        "a.mp4": VIDEO,
        "copy.mp4": VIDEO,
        "d/b.mp4": VIDEO + b"b",
        "d/c.avi": VIDEO + b"c",
        ".hidden.mp4": VIDEO,
        "text.mp4": b"text",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    names = ["a.mp4", "./a.mp4", "copy.mp4", "d/b.mp4", "none.mp4", "../a.mp4", "text.mp4", "d", "/etc/passwd"]
    rows = [row(name, number) for number, name in enumerate(names, start=2)]
    remote = build_manifest(rows, put(bucket, files))
    local = build_manifest(rows, LocalRoot(tmp_path))
    assert remote.segments_by_video == local.segments_by_video
    assert (remote.ties, remote.num_rows, remote.num_videos) == (local.ties, local.num_rows, local.num_videos)
    outline = [(reject.reason, reject.source, reject.video) for reject in remote.rejects]
    assert outline == [(reject.reason, reject.source, reject.video) for reject in local.rejects]


def test_hostile_names_of_objects_are_accounted_for(bucket: Any) -> None:
    root = put(bucket, dict.fromkeys(HOSTILE, VIDEO))
    manifest = build_manifest([row(name) for name in HOSTILE], root)
    assert set(manifest.segments_by_video) | {reject.video for reject in manifest.rejects if not reject.source} == set(
        HOSTILE
    )
    assert manifest.num_videos == len(HOSTILE)


def test_clips_are_the_same_as_those_of_the_same_video_here_and_no_copy_stays(
    bucket: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    video = write_video(tmp_path / "videos" / "d" / "a.mp4", 20)
    root = put(bucket, {"d/a.mp4": video.read_bytes()})
    (tmp_path / "copies").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "copies"))
    task = VideoTask("d/a.mp4", (row("d/a.mp4"),), "train")
    with Decoder() as decoder:
        sampling = SamplingConfig(num_frames=4, short_side=32)
        here = list(VideoIngest(LocalRoot(tmp_path / "videos"), sampling, None, decoder).ingest(task))
        there = list(VideoIngest(root, sampling, None, decoder).ingest(task))
        assert there == here
        assert isinstance(there[0], IngestedClip)
        bucket.Object("videos/d/a.mp4").delete()
        gone = list(VideoIngest(root, sampling, None, decoder).ingest(task))
    assert [(reject.reason, reject.source) for reject in gone if isinstance(reject, Reject)] == [
        (Reason.VIDEO_UNREADABLE, None),
        (Reason.VIDEO_UNREADABLE, Source("labels.csv", 2)),
    ]
    assert list((tmp_path / "copies").iterdir()) == []


def config_of(bucket: Any, annotations: str, **fields: Any) -> DataConfig:
    folder = f"s3://{bucket.name}"
    return DataConfig(annotations=f"{folder}/{annotations}", videos=f"{folder}/videos", **fields)


def test_an_annotation_file_is_read_from_its_address(bucket: Any) -> None:
    bucket.put_object(Key="labels.csv", Body=b"path,label\na.mp4,wave\n")
    (record,) = load_annotations(config_of(bucket, "labels.csv")).records
    assert record == Segment("a.mp4", "wave", Source("labels.csv", 2))


@pytest.mark.parametrize("annotations", ["lists", "lists/trainlist01.txt"])
def test_lists_that_come_in_pairs_are_read_from_a_folder_or_by_one_of_them(bucket: Any, annotations: str) -> None:
    bucket.put_object(Key="lists/trainlist01.txt", Body=b"Sit/a_g01_c01.avi 1\n")
    bucket.put_object(Key="lists/testlist01.txt", Body=b"Sit/b_g02_c01.avi\n")
    records = load_annotations(config_of(bucket, annotations)).records
    assert [(record.video, record.source.file) for record in records if record.source] == [
        ("Sit/a_g01_c01.avi", "trainlist01.txt"),
        ("Sit/b_g02_c01.avi", "testlist01.txt"),
    ]


@pytest.mark.parametrize("annotations", ["videos", "videos/train"])
def test_a_folder_per_class_is_read_from_the_names(bucket: Any, annotations: str) -> None:
    folder = annotations.removeprefix("videos").strip("/")
    names = [f"{folder}/{name}".lstrip("/") for name in ("sit/ann/1.mp4", "wave/2.mp4")]
    put(bucket, dict.fromkeys([*names, *HOSTILE[:3]], VIDEO))
    records = load_annotations(config_of(bucket, annotations, format="folders")).records
    assert [(record.video, record.label) for record in records] == list(zip(names, ["sit", "wave"], strict=True))


def test_readers_that_look_at_the_names_of_the_videos_see_them(bucket: Any, tmp_path: Path) -> None:
    put(bucket, {"v_abc.mp4": VIDEO, "v_list.txt": b"text"})
    (tmp_path / "labels.json").write_text(
        '{"database": {"abc": {"subset": "training", "annotations": [{"segment": [0, 1], "label": "sit"}]}}}'
    )
    data = config_of(bucket, "").model_copy(update={"annotations": str(tmp_path / "labels.json")})
    (record,) = load_annotations(data).records
    assert isinstance(record, Segment)
    assert record.video == "v_abc"


def test_what_readers_say_of_annotations_names_their_address(bucket: Any) -> None:
    bucket.put_object(Key="labels.csv", Body=b"footage,class\na.mp4,wave\n")
    with pytest.raises(UserError, match=rf"s3://{bucket.name}/labels\.csv, row 1 .*no column 'path'"):
        load_annotations(config_of(bucket, "labels.csv"))
    bucket.put_object(Key="empty.csv", Body=b"")
    with pytest.raises(UserError, match=rf"data\.annotations: s3://{bucket.name}/empty\.csv is empty"):
        load_annotations(config_of(bucket, "empty.csv"))
    with pytest.raises(
        UserError, match=rf"data\.annotations: s3://{bucket.name}/none\.csv cannot be read: there is no"
    ):
        load_annotations(config_of(bucket, "none.csv"))


def test_a_single_file_may_lie_at_an_address(bucket: Any) -> None:
    bucket.put_object(Key="splits.csv", Body=b"content")
    with local_file(f"s3://{bucket.name}/splits.csv", "splits.assignment") as path:
        assert path.read_bytes() == b"content"


def fingerprint(data: DataConfig) -> str:
    return fingerprint_inputs(data, SplitsConfig(), load_annotations(data).records)


def test_the_fingerprint_changes_with_an_object(bucket: Any) -> None:
    bucket.put_object(Key="labels.csv", Body=b"path,label\na.mp4,wave\n")
    put(bucket, {"a.mp4": VIDEO})
    data = config_of(bucket, "labels.csv")
    before = fingerprint(data)
    assert fingerprint(data) == before
    put(bucket, {"a.mp4": VIDEO + b"more"})
    after = fingerprint(data)
    bucket.put_object(Key="labels.csv", Body=b"path,label\na.mp4,sit\n")
    assert len({before, after, fingerprint(data)}) == 3
