"""Real recordings and odd files, where they are at hand: `shared/data` beside the checkout."""

import csv
from collections import Counter
from pathlib import Path

import pytest
import tensorflow as tf

from components.annotations.config import DataConfig
from components.annotations.files.manifest import build_manifest
from components.annotations.readers.detect import read_annotations
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Segment, Source
from components.storage.local import LocalRoot
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import Accepted, IngestedClip, Result, VideoIngest, VideoTask
from models import features
from tests.shared_data import SHARED_DATA

ODD_FILES = sorted(path for path in (SHARED_DATA / "zoo").glob("*") if path.suffix != ".csv")
needs_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"the recordings are not at {SHARED_DATA}")

DECODER = Decoder()


def teardown_module() -> None:
    DECODER.close()


def ingest(root: Path, task: VideoTask) -> list[Result]:
    return list(VideoIngest(LocalRoot(root), SamplingConfig(), None, DECODER).ingest(task))


@needs_data
def test_timed_segments_of_untrimmed_recordings_hold_their_own_frames_or_say_why_not() -> None:
    root = SHARED_DATA / "falls"
    records = read_annotations(DataConfig(annotations=str(root / "segments.csv"), videos=str(root))).records
    manifest = build_manifest(records, LocalRoot(root))
    assert (manifest.num_rows, manifest.num_videos, list(manifest.rejects)) == (11, 6, [])
    results = [
        result
        for video, segments in manifest.segments_by_video.items()
        for result in ingest(root, VideoTask(video, segments, "train"))
    ]
    clips = [result for result in results if isinstance(result, IngestedClip)]
    rejects = [result for result in results if isinstance(result, Reject) and result.source]
    assert len(clips) + len(rejects) == 11
    assert all(reject.message for reject in rejects)
    for clip in clips:
        feature = tf.train.Example.FromString(clip.example).features.feature
        seconds = list(feature[features.FRAME_SECONDS].float_list.value)
        assert len(seconds) == SamplingConfig().num_frames
        assert seconds == sorted(seconds)
        (start,), (end,) = (feature[name].float_list.value for name in (features.START_SECONDS, features.END_SECONDS))
        assert start <= seconds[0]
        assert seconds[-1] < end


@needs_data
def test_of_the_data_sets_own_160_rows_the_154_without_a_video_are_in_the_ledger(tmp_path: Path) -> None:
    root = SHARED_DATA / "falls"
    rows = []
    for table in sorted((root / "original_csv").glob("*.csv")):
        subject, kind = table.stem.removeprefix("Subject").split("_")
        with table.open(newline="", encoding="utf-8-sig") as file:
            names = [row[0].strip() for row in csv.reader(file)][1:]
        rows += [[f"videos/Subject {subject}_{kind}_{name}", kind] for name in names if name]
    with (tmp_path / "rows.csv").open("w", newline="") as file:
        csv.writer(file).writerows([["path", "label"], *rows])
    records = read_annotations(DataConfig(annotations=str(tmp_path / "rows.csv"), videos=str(root))).records
    manifest = build_manifest(records, LocalRoot(root))
    assert (manifest.num_rows, manifest.num_videos) == (160, 6)
    assert Counter(reject.reason for reject in manifest.rejects) == {Reason.VIDEO_MISSING: 154}
    results = [
        result
        for video, segments in manifest.segments_by_video.items()
        for result in ingest(root, VideoTask(video, segments, "train"))
    ]
    of_rows = [
        result for result in results if isinstance(result, Accepted) or isinstance(result, Reject) and result.source
    ]
    assert len(of_rows) + len(manifest.rejects) == 160


@needs_data
@pytest.mark.parametrize("path", ODD_FILES, ids=lambda path: path.name)
def test_an_odd_file_is_a_clip_or_a_reject_and_the_same_one_twice(path: Path) -> None:
    task = VideoTask(path.name, (Segment(path.name, "odd", Source("zoo", 1)),), "train")
    first, second = (ingest(path.parent, task) for _ in range(2))
    assert first == second
    assert Counter(map(type, first)) in ({IngestedClip: 1, Accepted: 1}, {Reject: 2})
