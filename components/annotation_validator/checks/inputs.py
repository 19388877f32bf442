"""From a manifest and the videos' headers to what checks look at."""

from collections.abc import Mapping

from components.annotation_validator.checks.finding import CheckedSegment, CheckInputs, VideoFacts
from components.annotations.config import NegativesConfig
from components.annotations.files.manifest import Manifest, segment_id
from components.annotations.records.record import Segment, TimeUnit
from components.annotations.splits.config import SplitsConfig


def make_inputs(
    manifest: Manifest,
    videos: Mapping[str, VideoFacts],
    negatives: NegativesConfig | None = None,
    splits: SplitsConfig | None = None,
    min_examples: Mapping[str, int] | None = None,
    default_min_examples: int = 1,
    split_of_video: Mapping[str, str] | None = None,
) -> CheckInputs:
    """The inputs of all checks.

    Args:
      manifest: what a run would make clips of, and what it would leave out.
      videos: what the headers say, by path below the root, as far as they could be read.
      negatives: the section of the configuration, with which the manifest was built.
      splits: likewise; None: the splits that rows name are meant.
      min_examples: how many test clips the gates ask for, by label; of other labels `default_min_examples`.
      split_of_video: as a run would assign it by `splits`.
    """
    shares = (splits or SplitsConfig()).shares
    return CheckInputs(
        segments=tuple(
            _checked(video, segment, videos.get(video))
            for video, segments in manifest.segments_by_video.items()
            for segment in segments
        ),
        rejects=manifest.rejects,
        videos=videos,
        ties=manifest.ties,
        splits=split_of_video or {},
        background_label=negatives.label if negatives else "",
        takes_background=bool(negatives and negatives.clips_per_video),
        uses_given_splits=splits is None or splits.mode == "official",
        split_shares=shares,
        min_examples=min_examples or {},
        default_min_examples=default_min_examples,
    )


def _checked(video: str, segment: Segment, facts: VideoFacts | None) -> CheckedSegment:
    duration = facts.duration_seconds if facts else 0.0
    scale = 1.0
    if segment.time_unit is TimeUnit.FRAMES:
        scale = facts.frame_seconds if facts else 0.0
    start = segment.start * scale
    end = segment.end * scale if segment.end is not None else duration
    return CheckedSegment(
        id=segment_id(video, segment),
        record=segment,
        video=video,
        label=segment.label,
        start_seconds=start,
        end_seconds=end if end > start else None,
    )
