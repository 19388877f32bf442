"""The executor: reads annotations, assigns splits, and lets Beam turn videos into sharded TFRecord files."""

import json
import math
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apache_beam as beam
import tensorflow as tf
from apache_beam.utils.shared import Shared
from pydantic import TypeAdapter
from tfx.dsl.components.base import base_beam_executor
from tfx.types import artifact_utils

from components.annotations.assignment import ASSIGNMENT_FILE
from components.annotations.config import SPLITS, DataConfig, NegativesConfig, SplitsConfig
from components.annotations.fetch import load_annotations
from components.annotations.manifest import Manifest, build_manifest
from components.annotations.splits import split_manifest
from components.storage.root import open_root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video_example_gen.ingest import IngestedClip, VideoIngest, VideoTask
from components.video_example_gen.ledger import Ledger, read_entries
from components.video_example_gen.metadata import MetadataFeatures
from models.errors import UserError
from models.progress import Progress, say

_VIDEOS_PER_SHARD = 16
_MOST_SHARDS = 256


@dataclass(frozen=True)
class Shard:
    """What one worker writes into one file: all Examples of some videos of one split, in order."""

    path: str
    tasks: tuple[VideoTask, ...]


class VideoExampleGenExecutor(base_beam_executor.BaseBeamExecutor):
    """Writes `examples` (splits train, eval, test) and `ledger`."""

    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        """See the component's specification for the parameters."""
        data = DataConfig.model_validate_json(exec_properties["data"])
        splits = SplitsConfig.model_validate_json(exec_properties["splits"])
        sampling = SamplingConfig.model_validate_json(exec_properties["sampling"])
        negatives = TypeAdapter(NegativesConfig | None).validate_json(exec_properties["negatives"])
        classes = tuple(json.loads(exec_properties["classes"]))
        examples = artifact_utils.get_single_instance(output_dict["examples"])
        ledger_artifact = artifact_utils.get_single_instance(output_dict["ledger"])

        beam_args = self._beam_pipeline_args or []
        root = open_root(data.videos, "data.videos", beam_args)
        manifest = build_manifest(load_annotations(data, beam_args), root, classes, negatives)
        if not manifest.segments_by_video:
            raise UserError(_nothing_usable(manifest))
        split_of, assignment = split_manifest(manifest, splits, negatives, beam_args)
        shards = make_shards(manifest, split_of, Path(examples.uri))
        num_videos = sum(len(shard.tasks) for shard in shards)
        metadata = MetadataFeatures(data.metadata_config, _train_rows(manifest, split_of)) if data.metadata else None
        write_shard = WriteShard(data.videos, beam_args, sampling, negatives, metadata, num_videos)
        events = self._run(shards, write_shard, Path(ledger_artifact.uri))

        ledger = Ledger(
            accepted=tuple(event for event in events if event["reason"] is None),
            rejected=tuple(reject.as_ledger_entry() for reject in manifest.rejects)
            + tuple(event for event in events if event["reason"] is not None),
            num_rows=manifest.num_rows,
            num_videos=manifest.num_videos,
        )
        ledger.write(Path(ledger_artifact.uri))
        Path(ledger_artifact.uri, ASSIGNMENT_FILE).write_text(assignment.to_csv())
        summary = ledger.summary()
        _require_clips(summary)
        examples.split_names = artifact_utils.encode_split_names(list(SPLITS))
        examples.set_string_custom_property("file_format", "tfrecords_gzip")
        examples.set_string_custom_property("payload_format", "FORMAT_TF_EXAMPLE")
        clips = ", ".join(f"{split} {summary['splits'][split]['clips']}" for split in SPLITS)
        say(
            f"{summary['rows_accepted']} of {summary['rows_found']} annotation rows became clips ({clips}); "
            f"{summary['rows_rejected']} rows and {summary['videos_rejected']} videos are in the ledger"
        )

    def _run(self, shards: list[Shard], write_shard: "WriteShard", folder: Path) -> list[dict[str, Any]]:
        folder.mkdir(parents=True, exist_ok=True)
        events = folder / "events"
        with self._make_beam_pipeline() as pipeline:
            _ = (
                pipeline
                | "Shards" >> beam.Create(shards)
                | "Spread" >> beam.Reshuffle()
                | "WriteShard" >> beam.ParDo(write_shard)
                | "Events" >> beam.io.WriteToText(str(events), num_shards=1, shard_name_template="")
            )
        read = read_entries(events)
        events.unlink()
        return read


class _Tally:
    """What all threads have done so far, said as progress."""

    def __init__(self, num_videos: int) -> None:
        self._progress = Progress(num_videos, "videos")
        self._lock = threading.Lock()
        self._started = time.monotonic()
        self._num_clips = 0

    def add_clip(self) -> None:
        with self._lock:
            self._num_clips += 1

    def add_video(self) -> None:
        with self._lock:
            rate = self._num_clips / max(1e-3, time.monotonic() - self._started)
            self._progress.advance(detail=f"{self._num_clips} clips, {rate:.1f} clips/s")


class WriteShard(beam.DoFn):
    """Writes a shard's file and yields one JSON line for each segment and each rejected video."""

    def __init__(
        self,
        videos: str,
        beam_args: Sequence[str],
        sampling: SamplingConfig,
        negatives: NegativesConfig | None,
        metadata: MetadataFeatures | None,
        num_videos: int,
    ) -> None:
        super().__init__()
        self._videos = videos
        self._beam_args = tuple(beam_args)
        self._sampling = sampling
        self._negatives = negatives
        self._metadata = metadata
        self._num_videos = num_videos
        self._shared = Shared()

    def setup(self) -> None:
        # The threads of a process count together.
        self._tally = self._shared.acquire(lambda: _Tally(self._num_videos))
        self._decoder = Decoder()
        root = open_root(self._videos, "data.videos", self._beam_args)
        self._ingest = VideoIngest(root, self._sampling, self._negatives, self._decoder, self._metadata)

    def teardown(self) -> None:
        self._decoder.close()

    def process(self, shard: Shard) -> Iterator[str]:
        # A retried bundle must not leave half a file behind: the name appears when the content is complete.
        partial = f"{shard.path}.partial"
        tf.io.gfile.makedirs(str(Path(shard.path).parent))
        # TFX's readers expect gzip. JPEG does not shrink any further, and trying costs 5 ms a clip: it is stored as it is.
        options = tf.io.TFRecordOptions(compression_type="GZIP", compression_level=0)
        with tf.io.TFRecordWriter(partial, options) as writer:
            for task in shard.tasks:
                for result in self._ingest.ingest(task):
                    if isinstance(result, IngestedClip):
                        writer.write(result.example)
                        self._tally.add_clip()
                    else:
                        yield json.dumps(result.as_ledger_entry())
                self._tally.add_video()
        tf.io.gfile.rename(partial, shard.path, overwrite=True)


def make_shards(manifest: Manifest, split_of: dict[str, str], examples_uri: Path) -> list[Shard]:
    """Videos in the order of their names, cut into files of equal numbers of videos; the same input, the same files."""
    videos_by_split: dict[str, list[str]] = defaultdict(list)
    for video in sorted(manifest.segments_by_video):
        videos_by_split[split_of[video]].append(video)
    shards = []
    for split, videos in sorted(videos_by_split.items()):
        num_shards = min(_MOST_SHARDS, math.ceil(len(videos) / _VIDEOS_PER_SHARD))
        for index in range(num_shards):
            names = videos[index * len(videos) // num_shards : (index + 1) * len(videos) // num_shards]
            path = examples_uri / f"Split-{split}" / f"data_tfrecord-{index:05d}-of-{num_shards:05d}.gz"
            tasks = tuple(VideoTask(name, manifest.segments_by_video[name], split) for name in names)
            shards.append(Shard(str(path), tasks))
    return shards


def _train_rows(manifest: Manifest, split_of: dict[str, str]) -> list[Mapping[str, float]]:
    """The metadata of the training split, in the order of the videos' names."""
    return [
        segment.metadata
        for video, segments in manifest.segments_by_video.items()
        if split_of[video] == "train"
        for segment in segments
    ]


def _nothing_usable(manifest: Manifest) -> str:
    first = manifest.rejects[0].as_ledger_entry()
    return (
        f"none of the {manifest.num_rows} annotation rows can be used; the first is {first['file']}, row {first['row']}, "
        f"{first['video']}: {first['reason']}, {first['message']}. {first['remedy']}"
    )


def _require_clips(summary: dict[str, Any]) -> None:
    for split in SPLITS:
        if split not in summary["splits"]:
            raise UserError(
                f"no clip is left in the {split} split: all of its rows were rejected "
                f"({summary['rejected_by_reason']['row']}). Mend the inputs named in the ledger, or change splits.seed"
            )
