"""A store that is throttled, breaks off, refuses, or whose files change while they are read."""

from collections.abc import Iterator
from typing import Any

import pytest
from botocore import endpoint

from components.annotations.files.fingerprint import fingerprint_inputs
from components.annotations.files.manifest import build_manifest
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Segment, Source
from components.annotations.splits.config import SplitsConfig
from components.storage import s3
from components.storage.faults import FileChangedError
from components.storage.opening import open_root
from components.storage.remote import RemoteRoot
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import VideoIngest, VideoTask
from components.video_example_gen.shards import make_shards
from foundation.messages.errors import MachineError, UserError
from tests.components.storage.faulty_server import FaultyServer, cut, refuse, reset, serving
from tests.components.storage.test_remote import VIDEO, config_of, put, row

CONTENT = bytes(range(256)) * 20_000


@pytest.fixture
def server(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[FaultyServer]:
    with serving(s3_endpoint) as faulty:
        monkeypatch.setenv("AWS_ENDPOINT_URL_S3", faulty.address)
        yield faulty


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was waited before another try, in seconds, without waiting."""
    waited: list[float] = []
    monkeypatch.setattr(endpoint.time, "sleep", waited.append)
    return waited


@pytest.fixture
def root(bucket: Any, server: FaultyServer) -> Root:
    bucket.put_object(Key="videos/a.mp4", Body=CONTENT)
    return open_root(f"s3://{bucket.name}/videos", "data.videos")


def read(root: Root, version: str = "") -> bytes:
    with root.local_copy("a.mp4", version) as path:
        return path.read_bytes()


TRANSIENT = [refuse(503, "SlowDown"), refuse(500, "InternalError"), reset, cut(10), cut(0)]


@pytest.mark.parametrize("fault", TRANSIENT)
def test_what_passes_is_tried_again(root: Root, server: FaultyServer, fault: Any) -> None:
    server.faults += [fault] * 3
    assert read(root) == CONTENT
    server.faults += [fault] * 3
    assert list(root.read_heads(["a.mp4"], 64)) == [CONTENT[:64]]
    assert not server.faults


def test_waits_between_tries_are_random_and_their_bounds_double(
    root: Root, server: FaultyServer, waits: list[float]
) -> None:
    server.faults += [refuse(503, "SlowDown")] * 7
    assert read(root) == CONTENT
    assert all(0 < seconds < 2**number for number, seconds in enumerate(waits))
    assert len(set(waits)) == 7


def test_a_listing_that_is_throttled_goes_on(root: Root, server: FaultyServer) -> None:
    server.faults += [refuse(503, "SlowDown"), reset, refuse(500, "InternalError")]
    assert [entry.name for entry in root.entries()] == ["a.mp4"]


def test_what_does_not_pass_is_an_error_of_the_run_and_no_verdict_on_the_file(root: Root, server: FaultyServer) -> None:
    server.faults += [refuse(503, "SlowDown")] * 8
    with Decoder() as decoder, pytest.raises(MachineError, match=r"a\.mp4 cannot be read: .*SlowDown.* run again"):
        list(VideoIngest(root, SamplingConfig(), None, decoder).ingest(VideoTask("a.mp4", (row("a.mp4"),), "train")))
    assert server.num_requests == 8


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "AccessDenied", "AccessDenied: said so"),
        (403, "InvalidObjectState", "InvalidObjectState: said so"),
        (404, "NoSuchKey", "there is no such file"),
    ],
)
def test_what_does_not_pass_and_lies_with_the_file_is_asked_once_and_is_in_the_ledger(
    root: Root, server: FaultyServer, status: int, code: str, reason: str
) -> None:
    server.faults += [refuse(status, code)]
    with Decoder() as decoder:
        task = VideoTask("a.mp4", (row("a.mp4"),), "train")
        results = list(VideoIngest(root, SamplingConfig(), None, decoder).ingest(task))
    assert server.num_requests == 1
    expected = (Reason.VIDEO_UNREADABLE, f"it cannot be read: {reason}")
    assert [(each.reason, each.message) for each in results if isinstance(each, Reject)] == [expected] * 2


def test_wrong_credentials_lie_with_no_file(root: Root, server: FaultyServer) -> None:
    server.faults += [refuse(403, "InvalidAccessKeyId")]
    with Decoder() as decoder, pytest.raises(MachineError, match="InvalidAccessKeyId"):
        list(VideoIngest(root, SamplingConfig(), None, decoder).ingest(VideoTask("a.mp4", (), "train")))


def test_what_broke_off_goes_on_where_it_was(root: Root, server: FaultyServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "_BLOCK_BYTES", 1000)
    # More often than a read may break off without a byte that is new.
    server.faults += [cut(100_000)] * 10
    assert read(root) == CONTENT
    assert not server.faults


def test_a_file_is_never_half_the_old_and_half_the_new_one(bucket: Any, root: Root, server: FaultyServer) -> None:
    server.faults += [cut(100_000, meanwhile=lambda: bucket.put_object(Key="videos/a.mp4", Body=CONTENT[::-1]))]
    with pytest.raises(FileChangedError, match="has changed"):
        read(root)
    assert read(root) == CONTENT[::-1]


def test_a_server_that_does_not_heed_if_match_is_seen_through(bucket: Any, root: Root, server: FaultyServer) -> None:
    server.ignored_headers = ("If-Match",)
    server.faults += [cut(100_000, meanwhile=lambda: bucket.put_object(Key="videos/a.mp4", Body=CONTENT[::-1]))]
    with pytest.raises(FileChangedError, match="has changed"):
        read(root)


def test_a_video_that_changed_since_it_was_listed_is_in_the_ledger_with_what_to_do(bucket: Any) -> None:
    root = put(bucket, {"a.mp4": VIDEO, "b.mp4": VIDEO + b"b"})
    manifest = build_manifest([row("a.mp4"), row("b.mp4", 3)], root)
    (shard,) = make_shards(manifest, {"a.mp4": "train", "b.mp4": "train"}, "examples")
    put(bucket, {"a.mp4": VIDEO + b"other"})
    with Decoder() as decoder:
        ingest = VideoIngest(root, SamplingConfig(), None, decoder)
        results = [result for task in shard.tasks for result in ingest.ingest(task)]
    rejects = {each.video: each for each in results if isinstance(each, Reject) and each.source}
    assert rejects["a.mp4"].reason is Reason.VIDEO_CHANGED
    assert rejects["a.mp4"].as_ledger_entry()["remedy"].startswith("It was written while the run read the videos. Run")
    assert rejects["b.mp4"].reason is Reason.VIDEO_UNREADABLE  # it is only the head of one


def test_the_fingerprint_changes_with_the_version_of_a_file(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket.put_object(Key="labels.csv", Body=b"path,label\na.mp4,wave\n")
    put(bucket, {"a.mp4": VIDEO + b"1"})
    entries = RemoteRoot.entries
    # As if both had been written in the same second.
    monkeypatch.setattr(
        RemoteRoot, "entries", lambda self: (entry._replace(modified_seconds=0.0) for entry in entries(self))
    )
    records = [Segment("a.mp4", "wave", Source("labels.csv", 2))]
    before = fingerprint_inputs(config_of(bucket, "labels.csv"), SplitsConfig(), records)
    put(bucket, {"a.mp4": VIDEO + b"2"})
    assert fingerprint_inputs(config_of(bucket, "labels.csv"), SplitsConfig(), records) != before


def test_of_a_flat_listing_nothing_deeper_is_asked_for(bucket: Any, server: FaultyServer) -> None:
    put(bucket, {f"d/{number}.mp4": b"" for number in range(3)} | {"a.csv": b"", "b.csv": b""})
    root = open_root(f"s3://{bucket.name}/videos", "data.annotations")
    assert [entry.name for entry in root.entries(is_flat=True)] == ["a.csv", "b.csv"]


def test_a_store_that_is_away_is_named_with_its_key(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9")
    with pytest.raises(UserError, match=r"data\.videos: s3://.* cannot be listed: Could not connect"):
        list(open_root(f"s3://{bucket.name}/videos", "data.videos").entries())
