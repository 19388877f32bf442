"""From files to what checks look at: annotations are read, videos are listed, and their headers are asked."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from components.annotation_validator.checks.finding import CheckInputs, VideoFacts
from components.annotation_validator.checks.inputs import make_inputs
from components.annotations.config import NegativesConfig
from components.annotations.files.manifest import Manifest, build_manifest, manifest_without_videos
from components.annotations.files.video_finder import VideoFinder
from components.annotations.records.reasons import Reason
from components.annotations.records.record import Record, Reject, Segment, Source
from components.annotations.splits.config import SplitsConfig
from components.annotations.splits.splitting import split_manifest
from components.storage.root import Root
from components.video.config import SamplingConfig
from foundation.messages.errors import UserError
from foundation.section import Section

if TYPE_CHECKING:
    # OpenCV is loaded by what looks into videos.
    from components.video.decoder import Decoder
    from components.video.decoder_pool import DecoderPool

_MOST_OF_PRODUCTION = 500


class Inspection(Section):
    """What an inspection needs to know besides the records.

    Attributes:
      classes: labels other than these are rejected; None: all labels are fine.
      negatives, splits, sampling: sections of the configuration; `splits` None: the splits that rows name are meant.
      min_examples: how many test clips the gates ask for, by label; of other labels `default_min_examples`.
    """

    classes: tuple[str, ...] | None = None
    negatives: NegativesConfig | None = None
    splits: SplitsConfig | None = None
    sampling: SamplingConfig = SamplingConfig()
    min_examples: dict[str, int] = {}
    default_min_examples: int = 1

    def inputs(
        self,
        records: Sequence[Record],
        root: Root | None,
        decoders: "DecoderPool | None",
        on_video: Callable[[int, int], None] = lambda done, total: None,
    ) -> CheckInputs:
        """What checks look at.

        Args:
          records: of all annotation files.
          root, decoders: where the videos lie, and what opens them; None: they are not at hand, and nothing is known of
            them.
          on_video: is called with the number of headers read, and of those to read.

        Raises:
          UserError: the root cannot be listed.
        """
        facts: dict[str, VideoFacts] = {}
        if root is None or decoders is None:
            manifest = manifest_without_videos(records, self.classes, self.negatives)
        else:
            manifest = build_manifest(records, root, self.classes, self.negatives)
            facts, problems = self._read_headers(manifest, root, decoders, on_video)
            manifest = _without(manifest, problems)
        return make_inputs(
            manifest,
            facts,
            self.negatives,
            self.splits,
            self.min_examples,
            self.default_min_examples,
            self._assign_splits(manifest),
        )

    def _assign_splits(self, manifest: Manifest) -> dict[str, str]:
        """The split of each video; none where they cannot be assigned, of which other checks and the run say why."""
        if self.splits and self.splits.mode != "official" and manifest.segments_by_video:
            with suppress(UserError):
                return split_manifest(manifest, self.splits, self.negatives)[0]
        return {}

    def _read_headers(
        self, manifest: Manifest, root: Root, decoders: "DecoderPool", on_video: Callable[[int, int], None]
    ) -> tuple[dict[str, VideoFacts], dict[str, Reject]]:
        """What the headers say, and why some of them say nothing, by video."""
        from components.video.reader import VideoError

        def read(decoder: "Decoder", video: str) -> VideoFacts | Reject:
            try:
                with root.local_copy(video) as path:
                    info = decoder.probe(path, self.sampling)
                return VideoFacts(info.width, info.height, info.fps, info.duration_seconds, info.codec)
            except VideoError as error:
                return Reject(Reason(error.code), str(error), video=video)
            except OSError as error:
                return Reject(Reason.VIDEO_UNREADABLE, f"cannot be read: {error.strerror}", video=video)

        facts: dict[str, VideoFacts] = {}
        problems: dict[str, Reject] = {}
        videos = manifest.segments_by_video
        for number, (video, found) in enumerate(zip(videos, decoders.map(read, videos), strict=True)):
            if isinstance(found, VideoFacts):
                facts[video] = found
            else:
                problems[video] = found
            on_video(number + 1, len(videos))
        return facts, problems


def look_at_production(
    root: Root, decoders: "DecoderPool", on_video: Callable[[int, int], None] = lambda done, total: None
) -> CheckInputs:
    """The videos below a root, each as one segment without a meaning; 500 of them, evenly spread, if there are more.

    Raises:
      UserError: the root cannot be listed, or holds no video.
    """
    videos = sorted(VideoFinder(root).videos())
    if not videos:
        raise UserError(f"{root.uri} holds no video; expected a sample of those that the model is to work on")
    step = max(1.0, len(videos) / _MOST_OF_PRODUCTION)
    sample = [videos[int(number * step)] for number in range(min(len(videos), _MOST_OF_PRODUCTION))]
    records = [Segment(video, "production", Source(video, 1)) for video in sample]
    return Inspection().inputs(records, root, decoders, on_video)


def _without(manifest: Manifest, problems: Mapping[str, Reject]) -> Manifest:
    """The manifest without videos that cannot be read; each of their rows is rejected."""
    rejects = []
    for video, problem in problems.items():
        rejects.append(problem)
        rejects += [
            replace(problem, source=segment.source, video=segment.video, label=segment.label)
            for segment in manifest.segments_by_video[video]
        ]
    return replace(
        manifest,
        segments_by_video={v: each for v, each in manifest.segments_by_video.items() if v not in problems},
        rejects=(*manifest.rejects, *rejects),
    )
