"""Videos become sharded files of Examples: what Beam spreads over machines, and decoders over the cores of one."""

import json
import math
import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import apache_beam as beam
import tensorflow as tf
from apache_beam.options.pipeline_options import PipelineOptions

from components.annotations.config import NegativesConfig
from components.annotations.files.manifest import Manifest
from components.storage.opening import open_root
from components.video.config import SamplingConfig
from components.video.decoder_pool import DecoderPool
from components.video_example_gen.ingest import IngestedClip, Result, VideoIngest, VideoTask
from components.video_example_gen.metadata import MetadataFeatures
from components.video_example_gen.work_folder import Attempt, Shard
from foundation.messages.progress import Progress

_VIDEOS_PER_SHARD = 8
_MOST_SHARDS = 256


class DecoderOptions(PipelineOptions):
    """An option of Beam's own kind, because what does not change the Examples must not be part of their cache's key."""

    @classmethod
    def _add_argparse_args(cls, parser: Any) -> None:
        parser.add_argument(
            "--decoders", type=int, default=None, help="videos decoded side by side; default: CPU cores"
        )


@dataclass(frozen=True)
class IngestSettings:
    """What all shards have in common: the parameters of VideoExampleGen.

    `min_cover` and `classes_of_fields`: see `VideoIngest`; `decoders`: None for one a CPU core.
    """

    videos: str
    beam_args: tuple[str, ...]
    sampling: SamplingConfig
    negatives: NegativesConfig | None
    metadata: MetadataFeatures | None
    num_videos: int
    decoders: int | None
    min_cover: float | None = None
    classes_of_fields: tuple[str, ...] = ()


class WriteShards(beam.DoFn):
    """Carries out orders, several at a time: each in a thread that waits for a decoding process of its own."""

    def __init__(self, settings: IngestSettings) -> None:
        super().__init__()
        self._settings = settings

    def setup(self) -> None:
        settings = self._settings
        self._tally = _Tally(settings.num_videos)
        self._root = open_root(settings.videos, "data.videos", settings.beam_args)
        self._decoders = DecoderPool(settings.decoders)
        self._pool = ThreadPoolExecutor(len(self._decoders))
        self._is_stopped = threading.Event()

    def start_bundle(self) -> None:
        self._running: list[Future[None]] = []

    def process(self, order: str) -> None:
        self._running.append(self._pool.submit(self._carry_out, order))

    def finish_bundle(self) -> None:
        try:
            for shard in as_completed(self._running):
                shard.result()
        except BaseException:
            # Otherwise Ctrl-C, or the failure of one, would wait for all others.
            self._is_stopped.set()
            self._pool.shutdown(wait=False, cancel_futures=True)
            raise

    def teardown(self) -> None:
        self._pool.shutdown()
        self._decoders.close()

    def _carry_out(self, order: str) -> None:
        attempt = Attempt(order)
        if attempt.is_complete:
            self._tally.add_videos(attempt.num_videos)
            return
        # TFX's readers expect gzip. JPEG does not shrink any further, and trying costs 5 ms a clip: it is stored as it is.
        options = tf.io.TFRecordOptions(compression_type="GZIP", compression_level=0)
        with (
            tf.io.TFRecordWriter(attempt.shard_path, options) as writer,
            tf.io.gfile.GFile(attempt.account_path, "w") as account,
        ):
            for task in attempt.tasks():
                if self._is_stopped.is_set():
                    return
                for result in self._ingest(task):
                    if isinstance(result, IngestedClip):
                        writer.write(result.example)
                        self._tally.add_clip()
                    else:
                        account.write(json.dumps(result.as_ledger_entry()) + "\n")
                self._tally.add_videos(1)
        attempt.complete()

    def _ingest(self, task: VideoTask) -> Iterator[Result]:
        settings = self._settings
        with self._decoders.lend() as decoder:
            ingest = VideoIngest(
                self._root,
                settings.sampling,
                settings.negatives,
                decoder,
                settings.metadata,
                settings.min_cover,
                settings.classes_of_fields,
            )
            yield from ingest.ingest(task)


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

    def add_videos(self, num_videos: int) -> None:
        with self._lock:
            rate = self._num_clips / max(1e-3, time.monotonic() - self._started)
            self._progress.advance(num_videos, detail=f"{self._num_clips} clips, {rate:.1f} clips/s")


def make_shards(manifest: Manifest, split_of: dict[str, str], examples_uri: str) -> list[Shard]:
    """Videos in the order of their names, cut into files of equal numbers of videos; the same input, the same files."""
    videos_by_split: dict[str, list[str]] = defaultdict(list)
    for video in sorted(manifest.segments_by_video):
        videos_by_split[split_of[video]].append(video)
    shards = []
    for split, videos in sorted(videos_by_split.items()):
        num_shards = min(_MOST_SHARDS, math.ceil(len(videos) / _VIDEOS_PER_SHARD))
        for index in range(num_shards):
            names = videos[index * len(videos) // num_shards : (index + 1) * len(videos) // num_shards]
            path = f"{examples_uri}/Split-{split}/data_tfrecord-{index:05d}-of-{num_shards:05d}.gz"
            shards.append(Shard(path, _Tasks(manifest, split, names)))
    return shards


@dataclass(frozen=True)
class _Tasks(Collection[VideoTask]):
    """The tasks of a shard, made when they are asked for."""

    manifest: Manifest
    split: str
    videos: Sequence[str]

    def __len__(self) -> int:
        return len(self.videos)

    def __iter__(self) -> Iterator[VideoTask]:
        segments, groups, versions = self.manifest.segments_by_video, self.manifest.groups, self.manifest.versions
        return (
            VideoTask(video, segments[video], self.split, groups.get(video), versions.get(video, ""))
            for video in self.videos
        )

    def __contains__(self, task: object) -> bool:
        return any(each == task for each in self)
