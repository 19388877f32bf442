"""From files to what checks look at: annotations are read, videos are listed, and their headers are asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from components.annotations.checks.finding import CheckInputs, VideoFacts
from components.annotations.checks.inputs import make_inputs
from components.annotations.config import NegativesConfig, SplitsConfig
from components.annotations.manifest import Manifest, build_manifest, manifest_without_videos
from components.annotations.reasons import Reason
from components.annotations.records import Record, Reject
from components.storage.root import Root
from components.video.config import SamplingConfig
from models.section import Section


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
        on_video: Callable[[int, int], None] = lambda done, total: None,
    ) -> CheckInputs:
        """What checks look at.

        Args:
          records: of all annotation files.
          root: where the videos lie; None: they are not at hand, and nothing is known of them.
          on_video: is called with the number of headers read, and of those to read.

        Raises:
          UserError: the root cannot be listed.
        """
        facts: dict[str, VideoFacts] = {}
        if root is None:
            manifest = manifest_without_videos(records, self.classes, self.negatives)
        else:
            manifest = build_manifest(records, root, self.classes, self.negatives)
            facts, problems = self._read_headers(manifest, root, on_video)
            manifest = _without(manifest, problems)
        return make_inputs(manifest, facts, self.negatives, self.splits, self.min_examples, self.default_min_examples)

    def _read_headers(
        self, manifest: Manifest, root: Root, on_video: Callable[[int, int], None]
    ) -> tuple[dict[str, VideoFacts], dict[str, Reject]]:
        """What the headers say, and why some of them say nothing, by video."""
        # OpenCV is loaded by what looks into videos.
        from components.video.decoder import Decoder
        from components.video.reader import VideoError

        facts: dict[str, VideoFacts] = {}
        problems: dict[str, Reject] = {}
        with Decoder() as decoder:
            for number, video in enumerate(manifest.segments_by_video):
                try:
                    with root.local_copy(video) as path:
                        info = decoder.probe(path, self.sampling)
                    facts[video] = VideoFacts(info.width, info.height, info.fps, info.duration_seconds, info.codec)
                except VideoError as error:
                    problems[video] = Reject(Reason(error.code), str(error), video=video)
                except OSError as error:
                    message = f"cannot be read: {error.strerror}"
                    problems[video] = Reject(Reason.VIDEO_UNREADABLE, message, video=video)
                on_video(number + 1, len(manifest.segments_by_video))
        return facts, problems


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
