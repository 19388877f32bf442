"""One video becomes Examples and rejects, one for each of its segments."""

import os
import re
import signal
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import tensorflow as tf

from components.annotations.config import NegativesConfig
from components.annotations.files.manifest import segment_id
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Box, Reject, Segment, Source, SpaceUnit, TimeUnit
from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import Accepted, IngestedClip, Result, VideoIngest, VideoTask
from foundation.messages.errors import MachineError
from models import features
from tests.components.video.killing import killed_as_they_read, pid_of
from tests.components.video.videos import HEIGHT, WIDTH, read_index, record, write_video

SAMPLING = SamplingConfig(num_frames=4, short_side=32)
DECODER = Decoder()


def teardown_module() -> None:
    DECODER.close()


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `d/a.mp4`: five seconds, ten frames each."""
    root = tmp_path_factory.mktemp("videos")
    write_video(root / "d" / "a.mp4", 50)
    return root


def segment(start: float = 0.0, end: float | None = None, label: str = "wave", **fields: Any) -> Segment:
    return Segment("d/a.mp4", label, Source("labels.csv", fields.pop("row", 2)), start, end, **fields)


def ingest(
    root: Path,
    *segments: Segment,
    video: str = "d/a.mp4",
    negatives: NegativesConfig | None = None,
    min_cover: float | None = None,
    classes_of_fields: Sequence[str] = (),
    **sampling: Any,
) -> list[Result]:
    config = SamplingConfig(**{**SAMPLING.model_dump(), **sampling})
    ingest = VideoIngest(LocalRoot(root), config, negatives, DECODER, None, min_cover, classes_of_fields)
    return list(ingest.ingest(VideoTask(video, segments, "train")))


def values_of(clip: IngestedClip) -> dict[str, list[Any]]:
    example = tf.train.Example.FromString(clip.example)
    return {
        name: list(feature.bytes_list.value or feature.float_list.value)
        for name, feature in example.features.feature.items()
    }


def ingest_one(root: Path, one: Segment, **sampling: Any) -> dict[str, list[Any]]:
    """The values of the only Example."""
    clip, accepted = ingest(root, one, **sampling)
    assert isinstance(clip, IngestedClip), clip
    assert isinstance(accepted, Accepted), accepted
    assert (accepted.segment, accepted.num_clips) == (one, 1)
    return values_of(clip)


def reasons(results: list[Result]) -> list[tuple[int | None, Reason]]:
    """(row, reason) of the rejects; no row for the video's own."""
    rejects = [result for result in results if isinstance(result, Reject)]
    return [(reject.source.row if reject.source else None, reject.reason) for reject in rejects]


def test_an_example_holds_all_features(root: Path) -> None:
    one = segment(1.0, 3.0, group="ann", split="test")
    values = ingest_one(root, one)
    assert {name: len(value) for name, value in values.items()} == features.feature_lengths(4)
    assert values[features.VIDEO_ID] == [b"d/a.mp4"]
    assert values[features.SEGMENT_ID] == [segment_id("d/a.mp4", one).encode()]
    assert values[features.GROUP] == [b"ann"]
    assert values[features.LABEL] == [b"wave"]
    assert values[features.SPLIT_ORIGIN] == [b"test"]
    assert values[features.FRAME_SECONDS] == pytest.approx([1.2, 1.7, 2.2, 2.7])
    assert (values[features.START_SECONDS], values[features.END_SECONDS]) == ([1.0], [3.0])
    assert (values[features.FPS], values[features.WIDTH], values[features.HEIGHT]) == ([10.0], [WIDTH], [HEIGHT])
    assert 0 < values[features.MOTION][0] < 1
    assert 0 < values[features.BRIGHTNESS][0] < 1


def test_frames_are_jpegs_of_the_segment(root: Path) -> None:
    jpegs = ingest_one(root, segment(1.0, 3.0))[features.FRAMES]
    frames = [cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR) for jpeg in jpegs]
    assert [read_index(frame) for frame in frames] == [12, 17, 22, 27]
    assert {frame.shape for frame in frames} == {(32, 64, 3)}


def test_an_open_end_is_where_the_last_frame_ends(root: Path) -> None:
    values = ingest_one(root, segment(4.0))
    assert values[features.END_SECONDS] == pytest.approx([5.0])
    assert values[features.SPLIT_ORIGIN] == [b"assigned"]
    assert values[features.GROUP] == [b"d/a.mp4"]


def test_frames_and_pixels_become_seconds_and_shares(root: Path) -> None:
    boxes = (Box(12, 0, 0, WIDTH / 2, HEIGHT / 2), Box(22, WIDTH / 2, HEIGHT / 2, WIDTH + 9, HEIGHT))
    one = segment(10, 30, boxes=boxes, time_unit=TimeUnit.FRAMES, space_unit=SpaceUnit.PIXELS)
    values = ingest_one(root, one)
    assert (values[features.START_SECONDS], values[features.END_SECONDS]) == (
        pytest.approx([1.0]),
        pytest.approx([3.0]),
    )
    assert values[features.BOX_VALID] == [1.0, 0.5, 1.0, 0.0]
    assert values[features.BOXES][:4] == pytest.approx([0, 0, 0.5, 0.5])
    assert values[features.BOXES][8:12] == pytest.approx([0.5, 0.5, 1, 1])


def test_an_actor_who_left_has_no_box(root: Path) -> None:
    boxes = (Box(1.0, 0, 0, 1, 1), Box(2.0, 0, 0, 1, 1, is_end=True), Box(2.7, 0, 0, 1, 1, is_imputed=True))
    assert ingest_one(root, segment(1.0, 3.0, boxes=boxes))[features.BOX_VALID] == [0.5, 0.5, 0.0, 0.5]


def test_windows_are_clips_of_one_row(root: Path) -> None:
    *clips, accepted = ingest(root, segment(0.0, 4.5), window_seconds=1.0)
    assert isinstance(accepted, Accepted)
    assert accepted.num_clips == len(clips) == 5
    values = [values_of(clip) for clip in clips if isinstance(clip, IngestedClip)]
    assert [value[features.START_SECONDS][0] for value in values] == pytest.approx([0, 1, 2, 3, 3.5])
    assert len({value[features.SEGMENT_ID][0] for value in values}) == 5


def test_unannotated_time_gives_clips_of_the_background(root: Path) -> None:
    negatives = NegativesConfig(clips_per_video=1, clip_seconds=1.0, margin_seconds=0.5)
    results = ingest(root, segment(0.0, 2.0), negatives=negatives)
    row, background = (result for result in results if isinstance(result, Accepted))
    assert (row.is_background, background.is_background) == (False, True)
    assert (background.segment.label, background.as_ledger_entry()["kind"]) == ("background", "background")
    assert background.segment.start >= 2.5


def test_a_video_for_the_background_alone_is_used(root: Path) -> None:
    negatives = NegativesConfig(clips_per_video=1, clip_seconds=1.0)
    assert [type(result) for result in ingest(root, negatives=negatives)] == [IngestedClip, Accepted]


def test_background_of_a_video_that_no_row_names_is_of_the_group_that_its_path_says(root: Path) -> None:
    negatives = NegativesConfig(clips_per_video=1, clip_seconds=1.0)
    task = VideoTask("d/a.mp4", (), "train", "P03")
    (accepted,) = (
        result
        for result in VideoIngest(LocalRoot(root), SamplingConfig(), negatives, DECODER).ingest(task)
        if isinstance(result, Accepted)
    )
    assert accepted.group == "P03"


def test_too_few_frames_are_rejected_where_repeats_are_not_wanted(root: Path) -> None:
    assert reasons(ingest(root, segment(0.0, 0.6), num_frames=8, short="error"))[0] == (2, Reason.SEGMENT_TOO_SHORT)
    assert reasons(ingest(root, segment(0.0, 0.6), num_frames=8)) == []


def test_what_was_complete_when_a_video_broke_counts(root: Path) -> None:
    results = ingest(root, segment(0.0, 1.0, row=2), segment(3.0, 4.0, row=3), max_frames=20)
    assert [type(result) for result in results] == [IngestedClip, Accepted, Reject]
    assert reasons(results) == [(3, Reason.VIDEO_TOO_LARGE)]


def test_boxes_are_those_of_the_frames(root: Path) -> None:
    boxes = (Box(1.2, 0.0, 0.0, 0.5, 0.5), Box(2.2, 0.5, 0.5, 1.0, 1.0))
    values = ingest_one(root, segment(1.0, 3.0, boxes=boxes))
    assert values[features.BOX_VALID] == [1.0, 0.5, 1.0, 0.0]
    assert values[features.BOXES] == pytest.approx([0, 0, 0.5, 0.5, 0.25, 0.25, 0.75, 0.75, 0.5, 0.5, 1, 1, 0, 0, 0, 0])


@pytest.mark.parametrize("label", ["走る", "x" * 256, "<script>", "a,b;c"])
def test_labels_of_any_kind(root: Path, label: str) -> None:
    assert ingest_one(root, segment(label=label))[features.LABEL] == [label.encode()]


def test_the_same_input_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    segments = (segment(0, 2), segment(1.0, 3.0, group="ann"), segment(boxes=(Box(1.0, 0, 0, 1, 1),)))
    write_video(tmp_path / "d" / "a.mp4", 50)
    first, second, elsewhere = ingest(root, *segments), ingest(root, *segments), ingest(tmp_path, *segments)
    assert first == second == elsewhere
    assert [type(result) for result in first].count(IngestedClip) == 3


@pytest.mark.parametrize(
    ("start", "end", "reason", "message"),
    [
        (7.0, 8.0, Reason.SEGMENT_PAST_END, "starts at 7 s; the video ends at 5.00 s"),
        (7.0, None, Reason.SEGMENT_PAST_END, "starts at 7 s; the video ends at 5.00 s"),
        (1e308, None, Reason.SEGMENT_PAST_END, "starts at 1e+308 s; the video ends at 5.00 s"),
        (4.0, 5.6, Reason.SEGMENT_PAST_END, "ends 0.60 s after the video, which ends at 5.00 s"),
        (1.0, 1.15, Reason.SEGMENT_TOO_SHORT, "2 distinct frames; at least 4 are needed"),
        (4.95, None, Reason.SEGMENT_TOO_SHORT, "0 distinct frames; at least 4 are needed"),
    ],
)
def test_a_segment_that_cannot_be_used(
    root: Path, start: float, end: float | None, reason: Reason, message: str
) -> None:
    rejected, of_video = ingest(root, segment(start, end))
    assert isinstance(rejected, Reject)
    assert (rejected.reason, rejected.message) == (reason, message)
    assert rejected.value == f"{start:g} to {'end' if end is None else f'{end:g}'}"
    assert isinstance(of_video, Reject)
    assert (of_video.reason, of_video.source) == (Reason.VIDEO_UNANNOTATED, None)


def test_an_end_a_little_beyond_the_last_frame_is_tolerated(root: Path) -> None:
    assert ingest_one(root, segment(1.0, 5.4))[features.FRAME_SECONDS][-1] == pytest.approx(4.8)


def test_one_bad_segment_costs_no_other(root: Path) -> None:
    results = ingest(root, segment(7.0, 8.0, row=2), segment(0.0, 2.0, row=3), segment(1.0, 1.1, row=4))
    assert sorted(reasons(results)) == [(2, Reason.SEGMENT_PAST_END), (4, Reason.SEGMENT_TOO_SHORT)]
    assert [type(result) for result in results].count(IngestedClip) == 1


def test_what_was_cut_off_costs_the_rows_that_it_touches(tmp_path: Path) -> None:
    times = [index / 25 for index in range(100)]
    content = record(tmp_path / "cut.mp4", times, options={"movflags": "faststart"}).read_bytes()
    (tmp_path / "cut.mp4").write_bytes(content[: len(content) // 2])
    bounds = [(0.0, 1.0), (0.0, None), (0.5, None), (1.0, 3.5), (3.0, 3.5), (6.0, 8.0)]
    rows = [segment(*each, row=number) for number, each in enumerate(bounds)]
    results = ingest(tmp_path, *rows, video="cut.mp4")
    incomplete = [(row, Reason.VIDEO_INCOMPLETE) for row in (1, 2, 3, 4)]
    assert sorted(reasons(results)) == [*incomplete, (5, Reason.SEGMENT_PAST_END)]
    messages = {result.message for result in results if isinstance(result, Reject) and result.reason in incomplete[0]}
    (message,) = messages
    assert re.fullmatch(r"its frames end at 1\.\d\d s; its header promises 4\.00 s", message)
    tolerant = ingest(tmp_path, *rows, video="cut.mp4", max_missing_share=0.9)
    assert sorted(reasons(tolerant)) == [(row, Reason.SEGMENT_PAST_END) for row in (3, 4, 5)]
    windows = ingest(tmp_path, segment(), video="cut.mp4", window_seconds=0.5)
    assert reasons(windows) == [(2, Reason.VIDEO_INCOMPLETE), (None, Reason.VIDEO_UNANNOTATED)]


@pytest.mark.parametrize(("stated", "is_used"), [(0.0, True), (5.0, True), (5.4, True), (10.0, False), (2.0, False)])
def test_a_clip_of_another_length_than_its_row_says_is_in_the_ledger(root: Path, stated: float, is_used: bool) -> None:
    for method in ("uniform", "dense"):
        results = ingest(root, replace(segment(), file_seconds=stated), method=method)
        expected = [] if is_used else [(2, Reason.LENGTH_DIFFERS), (None, Reason.VIDEO_UNANNOTATED)]
        assert reasons(results) == expected
    rejected = [result.message for result in results if isinstance(result, Reject)]
    assert rejected[:1] == [] if is_used else [f"the file lasts 5.00 s; its row says {stated:.2f} s"]


def test_a_browsers_recording_has_a_background_too(tmp_path: Path) -> None:
    record(tmp_path / "live.webm", [index / 25 for index in range(100)], "libvpx", options={"live": "1"})
    negatives = NegativesConfig(clips_per_video=1, clip_seconds=1.0, margin_seconds=0.5)
    results = ingest(tmp_path, segment(0.0, 2.0), video="live.webm", negatives=negatives)
    assert [result.is_background for result in results if isinstance(result, Accepted)] == [False, True]


@pytest.mark.parametrize("content", [b"", b"text", b"\0\0\0\x18ftypisom" + bytes(5000)])
def test_an_unreadable_video_costs_all_of_its_rows_and_itself(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.mp4").write_bytes(content)
    results = ingest(tmp_path, segment(row=2), segment(1, 2, row=3), video="bad.mp4")
    assert reasons(results) == [(row, Reason.VIDEO_UNREADABLE) for row in (None, 2, 3)]


@pytest.mark.parametrize("name", ["gone.mp4", "d", "caf\udce9.mp4"])
def test_a_video_that_is_gone_when_its_turn_comes(root: Path, name: str) -> None:
    assert reasons(ingest(root, segment(), video=name)) == [(row, Reason.VIDEO_UNREADABLE) for row in (None, 2)]


def test_the_limits_are_those_of_the_configuration(root: Path) -> None:
    for results in (ingest(root, segment(), max_frames=10), ingest(root, segment(), max_pixels=100)):
        assert reasons(results) == [(row, Reason.VIDEO_TOO_LARGE) for row in (None, 2)]


def test_a_video_without_segments_is_rejected_once(root: Path) -> None:
    assert reasons(ingest(root)) == [(None, Reason.VIDEO_UNANNOTATED)]


def test_nothing_is_written_beside_the_videos(root: Path) -> None:
    ingest(root, segment())
    assert [path.name for path in (root / "d").iterdir()] == ["a.mp4"]


def test_a_decoder_that_is_killed_while_a_video_is_read_costs_none_of_its_rows(root: Path) -> None:
    segments = [segment(number / 100, 1 + number / 100, row=2 + number) for number in range(300)]
    undisturbed = ingest(root, *segments)
    with Decoder() as decoder:
        results = VideoIngest(LocalRoot(root), SAMPLING, None, decoder).ingest(
            VideoTask("d/a.mp4", tuple(segments), "train")
        )
        first = [next(results) for _ in range(5)]
        os.kill(pid_of(decoder), signal.SIGKILL)
        assert first + list(results) == undisturbed
    assert not reasons(undisturbed)


def test_a_video_that_ends_two_decoders_is_left_out_with_the_reason(tmp_path: Path) -> None:
    with (
        Decoder() as decoder,
        killed_as_they_read(decoder, tmp_path / "deadly.mp4", signal.SIGKILL, signal.SIGKILL),
    ):
        task = VideoTask("deadly.mp4", (segment(),), "train")
        results = list(VideoIngest(LocalRoot(tmp_path), SAMPLING, None, decoder).ingest(task))
    assert reasons(results) == [(None, Reason.VIDEO_UNREADABLE), (2, Reason.VIDEO_UNREADABLE)]
    assert all("ended by SIGKILL twice" in result.message for result in results if isinstance(result, Reject))


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="needs Linux's /proc for a file that cannot be read")
def test_an_error_of_the_disk_is_one_of_the_run_and_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "video.mp4").symlink_to("/proc/self/mem")
    with pytest.raises(MachineError, match=r"video\.mp4 cannot be read: Input/output error\. That .* may pass"):
        ingest(tmp_path, segment(), video="video.mp4")


def test_rows_of_one_span_are_one_clip_with_all_labels_and_each_is_accounted_for(root: Path) -> None:
    rows = (segment(1, 2, "wave", row=2), segment(1, 2, "walk", row=3), segment(0, 4, "turn", row=4))
    results = ingest(root, *rows, min_cover=0.5)
    clips = [values_of(result) for result in results if isinstance(result, IngestedClip)]
    assert [clip[features.LABEL] for clip in clips] == [[b"turn", b"walk", b"wave"], [b"turn"]]
    accepted = [result.as_ledger_entry() for result in results if isinstance(result, Accepted)]
    assert [(entry["row"], entry["label"], entry.get("labels")) for entry in accepted] == [
        (2, "wave", ("turn", "walk", "wave")),
        (3, "walk", ("turn", "walk", "wave")),
        (4, "turn", None),
    ]
    assert accepted[0]["segment_id"] == accepted[1]["segment_id"] == clips[0][features.SEGMENT_ID][0].decode()


def test_every_row_of_a_span_that_cannot_be_used_is_rejected(root: Path) -> None:
    rows = (segment(40, 41, "wave", row=2), segment(40, 41, "walk", row=3), segment(0, 1, "turn", row=4))
    assert reasons(ingest(root, *rows, min_cover=0.5)) == [(2, Reason.SEGMENT_PAST_END), (3, Reason.SEGMENT_PAST_END)]


def test_where_a_clip_has_one_label_rows_of_one_span_are_clips_of_their_own(root: Path) -> None:
    results = ingest(root, segment(1, 2, "wave", row=2), segment(1, 2, "walk", row=3))
    clips = [values_of(result) for result in results if isinstance(result, IngestedClip)]
    assert sorted(clip[features.LABEL] for clip in clips) == [[b"walk"], [b"wave"]]


@pytest.mark.parametrize("min_cover", [None, 0.5])
def test_what_was_looked_for_is_kept_where_clips_may_have_several_labels(root: Path, min_cover: float | None) -> None:
    said, plain = (
        ingest(root, segment(1, 2, "wave", looked_for=looked_for), min_cover=min_cover)
        for looked_for in (("walk", "wave"), None)
    )
    (clip, row), (plain_clip, _) = said, plain
    assert isinstance(clip, IngestedClip) and isinstance(plain_clip, IngestedClip) and isinstance(row, Accepted)
    assert features.KNOWN_LABELS not in values_of(plain_clip)
    known = values_of(clip).pop(features.KNOWN_LABELS, None)
    if min_cover is None:
        assert clip == plain_clip
        assert "known_labels" not in row.as_ledger_entry()
    else:
        assert known == [b"walk", b"wave"]
        assert row.as_ledger_entry()["known_labels"] == ("walk", "wave")


def test_a_clip_that_shows_an_action_is_known_to_be_no_background(root: Path) -> None:
    results = ingest(
        root, segment(1, 2, "wave", looked_for=()), negatives=NegativesConfig(label="nothing"), min_cover=0.5
    )
    clips = [values_of(result) for result in results if isinstance(result, IngestedClip)]
    assert [clip[features.KNOWN_LABELS] for clip in clips] == [[b"nothing", b"wave"]]


def test_of_a_field_that_a_clip_lacks_nothing_is_known_in_background_neither(root: Path) -> None:
    results = ingest(
        root,
        segment(1, 2, "verb: take", row=2),
        segment(1, 2, "noun: cup", row=2),
        negatives=NegativesConfig(label="verb: nothing", clips_per_video=1, clip_seconds=1.0, margin_seconds=0.25),
        classes_of_fields=("noun: cup", "verb: nothing", "verb: take"),
    )
    clips = [values_of(result) for result in results if isinstance(result, IngestedClip)]
    known = {tuple(clip[features.LABEL]): clip.get(features.KNOWN_LABELS) for clip in clips}
    assert known == {
        (b"noun: cup", b"verb: take"): None,
        (b"verb: nothing",): [b"verb: nothing", b"verb: take"],
    }
