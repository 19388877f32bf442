"""Real recordings and odd files, where they are at hand: `shared/data` beside the checkout."""

from collections import Counter
from pathlib import Path

import pytest
import tensorflow as tf

from components.annotations.config import DataConfig
from components.annotations.manifest import build_manifest
from components.annotations.readers.detect import read_annotations
from components.annotations.records import Reject, Segment, Source
from components.video.config import SamplingConfig
from components.video_example_gen.ingest import IngestedClip, VideoTask, ingest_video
from models import features
from tests.shared_data import SHARED_DATA

ODD_FILES = sorted(path for path in (SHARED_DATA / "zoo").glob("*") if path.suffix != ".csv")
needs_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason=f"the recordings are not at {SHARED_DATA}")


@needs_data
def test_timed_segments_of_untrimmed_recordings_hold_their_own_frames_or_say_why_not() -> None:
    root = SHARED_DATA / "falls"
    records = read_annotations(DataConfig(annotations=str(root / "segments.csv"), videos=str(root)))
    manifest = build_manifest(records, root)
    assert (manifest.num_rows, manifest.num_videos, manifest.rejects) == (11, 6, ())
    results = [
        result
        for video, segments in manifest.segments_by_video.items()
        for result in ingest_video(root, VideoTask(video, segments, "train"), SamplingConfig())
    ]
    of_rows = [result for result in results if isinstance(result, IngestedClip) or result.source]
    assert len(of_rows) == 11
    for result in of_rows:
        if isinstance(result, Reject):
            assert result.message
            continue
        example = tf.train.Example.FromString(result.example)
        seconds = example.features.feature[features.FRAME_SECONDS].float_list.value
        assert len(seconds) == SamplingConfig().num_frames
        assert list(seconds) == sorted(seconds)
        assert result.segment.end is not None
        assert result.segment.start <= seconds[0]
        assert seconds[-1] < result.segment.end


@needs_data
@pytest.mark.parametrize("path", ODD_FILES, ids=lambda path: path.name)
def test_an_odd_file_is_a_clip_or_a_reject_and_the_same_one_twice(path: Path) -> None:
    task = VideoTask(path.name, (Segment(path.name, "odd", Source("zoo", 1)),), "train")
    first, second = (list(ingest_video(path.parent, task, SamplingConfig())) for _ in range(2))
    assert first == second
    kinds = Counter(
        "clip" if isinstance(result, IngestedClip) else "row" if result.source else "video" for result in first
    )
    assert kinds in ({"clip": 1}, {"row": 1, "video": 1})
