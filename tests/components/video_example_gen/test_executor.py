"""How the executor shares out the work, and what it says when there is none."""

from pathlib import Path

import pytest
from tfx.dsl.components.base.base_beam_executor import BaseBeamExecutor

from components.annotations.files.manifest import Manifest
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Reject, Segment, Source
from components.video.config import SamplingConfig
from components.video_example_gen import executor
from components.video_example_gen.ingest import VideoTask
from components.video_example_gen.shards import IngestSettings, make_shards
from components.video_example_gen.work_folder import Shard, WorkFolder
from foundation.messages.errors import MachineError, UserError
from pipeline.beam.options import ingest_beam_args


def make_manifest(num_videos: int) -> Manifest:
    names = [f"{index:03d}.mp4" for index in range(num_videos)]
    segments: dict[str, tuple[Segment, ...]] = {
        name: (Segment(name, "wave", Source("labels.csv", row)),) for row, name in enumerate(names, start=2)
    }
    return Manifest(segments, (), (), num_videos, num_videos)


def shards_of(num_videos: int) -> list[Shard]:
    """Shards when every fifth video is in test."""
    manifest = make_manifest(num_videos)
    split_of = {video: "train" if index % 5 else "test" for index, video in enumerate(manifest.segments_by_video)}
    return make_shards(manifest, split_of, "/examples")


def test_each_video_is_in_one_shard_of_its_split() -> None:
    shards = shards_of(100)
    assert sorted(task.video for shard in shards for task in shard.tasks) == [
        f"{index:03d}.mp4" for index in range(100)
    ]
    assert all({task.split for task in shard.tasks} == {Path(shard.path).parent.name[6:]} for shard in shards)
    assert [Path(shard.path).name for shard in shards] == [
        *(f"data_tfrecord-{index:05d}-of-00003.gz" for index in range(3)),
        *(f"data_tfrecord-{index:05d}-of-00010.gz" for index in range(10)),
    ]


@pytest.mark.parametrize("num_videos", [5, 37, 400])
def test_shards_of_a_split_differ_by_one_video_at_most_and_none_is_empty(num_videos: int) -> None:
    sizes = [len(shard.tasks) for shard in shards_of(num_videos) if "train" in shard.path]
    assert min(sizes) >= 1
    assert max(sizes) - min(sizes) <= 1


def test_when_no_row_can_be_used_all_reasons_are_counted_and_the_first_row_is_named() -> None:
    reject = Reject(Reason.TIME_INVALID, "start_seconds is not a number", Source("labels.csv", 3), "caf\udce9.mp4")
    missing = Reject(Reason.VIDEO_MISSING, "there is no such file", Source("labels.csv", 4), "b.mp4")
    unnamed = Reject(Reason.VIDEO_UNANNOTATED, "no usable annotation row names this video", video="c.mp4")
    message = Manifest({}, (unnamed, reject, reject, missing), (), 3, 1).why_empty()
    assert message == (
        r"none of the 3 annotation rows can be used (time_invalid 2, video_missing 1); the first is labels.csv, "
        r"row 3, caf\udce9.mp4: time_invalid, start_seconds is not a number. "
        "Write times in the format's own unit: finite numbers, not negative."
    )


def test_a_split_that_lost_all_of_its_clips_is_an_error_with_the_reasons() -> None:
    summary = {"splits": {"train": {}, "test": {}}, "rejected_by_reason": {"row": {"video_unreadable": 3}}}
    with pytest.raises(
        UserError, match=r"no clip is left in the eval split: .*'video_unreadable': 3.* Mend the inputs"
    ):
        executor._require_clips(summary)


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="needs Linux's /proc for a file that cannot be read")
def test_an_error_of_the_disk_is_said_without_beams_words(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to("/proc/self/mem")
    task = VideoTask("a.mp4", (Segment("a.mp4", "wave", Source("labels.csv", 2)),), "train")
    settings = IngestSettings(str(tmp_path), (), SamplingConfig(), None, None, 1, 1)
    context = BaseBeamExecutor.Context(beam_pipeline_args=ingest_beam_args(1))
    shards = [Shard(f"{tmp_path}/a.gz", (task,))]
    with pytest.raises(MachineError, match=r"a\.mp4 cannot be read: Input/output error.* and run again$"):
        executor.VideoExampleGenExecutor(context)._run(shards, settings, WorkFolder(f"{tmp_path}/work"))
