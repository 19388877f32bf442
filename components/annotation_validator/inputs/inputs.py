"""All that checks may look at, and how it is made from a manifest and the videos' headers."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby

from components.annotation_validator.inputs.embeddings import Embedding, are_enough, embed, standardized
from components.annotation_validator.inputs.measures import (
    KINDS_OF_LOOKS,
    LabelScores,
    SegmentMeasures,
    Vector,
    VideoMeasures,
)
from components.annotation_validator.inputs.origins import Origin
from components.annotation_validator.inputs.segments import CHECKED, CheckedSegment, VideoFacts
from components.annotation_validator.inspection import Inspection
from components.annotations.files.manifest import Manifest, segment_id
from components.annotations.records.record import Assumption, Reject, Segment, TimeUnit
from components.annotations.splits.config import SplitsConfig
from components.annotations.splits.grouping import find_clusters
from foundation.large import grouped, kept

# Share of each class that neighbours by motion recognise, beyond which looks would cost more than they tell.
_ENOUGH_BY_MOTION = 0.9


@dataclass(frozen=True)
class CheckInputs:
    """All that checks may look at.

    Attributes:
      segments: those that a run would make clips of, sorted by video; negatives among them.
      rejects: rows and videos that a run would leave out.
      assumptions: what was taken for granted to read the annotations.
      videos: what the header says, by path below the root; a video whose header could not be read is absent.
      ties: sets of videos with the same bytes.
      splits: the split of each video, as far as a run would make it from the configuration.
      background_label: the label of clips that show none of the actions; empty if there is no section `negatives`.
      takes_background: whether a run takes such clips from unannotated time.
      uses_given_splits: whether a run follows the splits that the rows name.
      split_shares: the share of the segments that each split should get, by split.
      inspection: what a run would do, and what its gates ask for.
      measures: what was measured on the frames, by video; empty if no video was decoded.
      production: a sample of the videos that the model is to work on, each a segment; None if there is none.
      previous: the span of annotated data before this one; None if there is none.
      looks: what segments look like to an encoder of pictures, float32 [768] by segment id: their mean, their drift from the
        first picture to the last, and how abruptly it comes; empty if it did not look.
      features: what a trained network makes of segments, float32 [width] by segment id; empty without a network.
      scores: what a trained model takes the windows of segments for, by segment id; empty without a model.
      settled: segment ids that another check has named, to which the present one leaves the word.
    """

    segments: Collection[CheckedSegment]
    rejects: tuple[Reject, ...] = ()
    assumptions: tuple[Assumption, ...] = ()
    videos: Mapping[str, VideoFacts] = field(default_factory=dict)
    ties: tuple[tuple[str, ...], ...] = ()
    splits: Mapping[str, str] = field(default_factory=dict)
    background_label: str = ""
    takes_background: bool = False
    uses_given_splits: bool = True
    split_shares: Mapping[str, float] = field(default_factory=dict)
    inspection: Inspection = Inspection()
    measures: Mapping[str, VideoMeasures] = field(default_factory=dict)
    production: "CheckInputs | None" = None
    previous: "CheckInputs | None" = None
    looks: Mapping[str, Vector] = field(default_factory=dict)
    features: Mapping[str, Vector] = field(default_factory=dict)
    scores: Mapping[str, LabelScores] = field(default_factory=dict)
    settled: frozenset[str] = frozenset()

    @cached_property
    def by_label(self) -> Mapping[str, Collection[CheckedSegment]]:
        """Segments of each label, labels sorted; like all `segments`, many of them lie in a file."""
        return grouped(self.segments, lambda segment: segment.label, CHECKED)

    @cached_property
    def actions(self) -> Mapping[str, Collection[CheckedSegment]]:
        """The same without the background."""
        return {label: segments for label, segments in self.by_label.items() if not self.is_background(label)}

    @cached_property
    def saying_more(self) -> Collection[CheckedSegment]:
        """Those whose records say more than most do (`CheckedSegment.says_more`), in the order of `segments`."""
        return kept((segment for segment in self.segments if segment.says_more), CHECKED)

    @cached_property
    def boxed_actions(self) -> Mapping[str, Collection[CheckedSegment]]:
        """Those of the actions' segments that have boxes or masks, by label, labels sorted."""
        boxed = (each for each in self.saying_more if each.is_boxed and not self.is_background(each.label))
        return grouped(boxed, lambda segment: segment.label, CHECKED)

    @cached_property
    def by_video(self) -> Mapping[str, Collection[CheckedSegment]]:
        """Segments of each video, videos sorted."""
        return grouped(self.segments, lambda segment: segment.video, CHECKED)

    @cached_property
    def cluster_of(self) -> dict[str, str]:
        """What decides a video's split: one name for all videos that belong together, by group or by their bytes."""
        groups_of = {
            video: sorted({segment.group or "" for segment in segments})
            for video, segments in groupby(self.segments, lambda segment: segment.video)
        }
        ties = [[video for video in tie if video in groups_of] for tie in self.ties]
        clusters = find_clusters(groups_of, [tie for tie in ties if len(tie) > 1])
        return {node.name: str(nodes[0]) for nodes in clusters for node in nodes if node.is_video}

    @property
    def num_videos(self) -> int:
        """How many videos have segments."""
        return len(self.cluster_of)

    @cached_property
    def origins(self) -> Mapping[str, Counter[Origin]]:
        """How many segments of each label come from where, labels sorted, origins in the order of `segments`."""
        counts: dict[str, Counter[Origin]] = {label: Counter() for label in self.by_label}
        known: dict[Origin, Origin] = {}
        for segment in self.segments:
            cluster, split = self.cluster_of[segment.video], self.split_of(segment)
            origin = Origin(cluster, segment.group, segment.split, split)
            counts[segment.label][known.setdefault(origin, origin)] += 1
        return counts

    @cached_property
    def all_origins(self) -> Counter[Origin]:
        """The same of all labels together."""
        counts: Counter[Origin] = Counter()
        for origins in self.origins.values():
            counts.update(origins)
        return counts

    @cached_property
    def embedding(self) -> Embedding | None:
        """Segments as vectors; None if they are too few.

        By what a trained network makes of them; else by their motion, by their looks, or by one kind of these, whichever tells
        the classes best.
        """
        if self.features:
            return self._embedding(self.features, "look")
        moving = {
            segment.id: measures.descriptor
            for segment, measures in self.measured(self.segments)
            if measures.descriptor.any()
        }
        looks = standardized(self.looks)
        candidates = [
            self._embedding(moving, "move"),
            self._embedding(looks, "look"),
            *(self._embedding({id_: all_[kind] for id_, all_ in looks.items()}, "look") for kind in KINDS_OF_LOOKS),
        ]
        possible = [embedding for embedding in candidates if embedding]
        return max(possible, key=lambda embedding: embedding.accuracy * len(embedding.segments), default=None)

    @property
    def lacks_looks(self) -> bool:
        """Whether motion leaves something to tell to an encoder of pictures."""
        segments = [segment for segment, _ in self.measured(self.segments)]
        labels, groups = [each.label for each in segments], [self.cluster_of[each.video] for each in segments]
        if self.features or not are_enough(labels, groups):
            return False
        embedding = self.embedding
        known = embedding.accuracy * len(embedding.segments) / len(segments) if embedding else 0.0
        return known < _ENOUGH_BY_MOTION

    def _embedding(self, vectors: Mapping[str, Vector], verb: str) -> Embedding | None:
        segments = [segment for segment in self.segments if segment.id in vectors]
        groups = [self.cluster_of[segment.video] for segment in segments]
        return embed(segments, [vectors[segment.id] for segment in segments], groups, verb)

    def measures_of(self, segment: CheckedSegment) -> SegmentMeasures | None:
        """What was measured between its bounds."""
        video = self.measures.get(segment.video)
        return video.segments.get(segment.id) if video else None

    def measured(self, segments: Iterable[CheckedSegment]) -> Iterator[tuple[CheckedSegment, SegmentMeasures]]:
        """Those of the segments whose frames were measured, with what was."""
        for segment in segments:
            measures = self.measures_of(segment)
            if measures:
                yield segment, measures

    def video_seconds(self, segment: CheckedSegment) -> float:
        """How long the segment's video is, by its header; 0 where that is unknown."""
        facts = self.videos.get(segment.video)
        return facts.duration_seconds if facts else 0.0

    def split_of(self, segment: CheckedSegment) -> str | None:
        """The split in which a run would have it; None where that cannot be said."""
        return segment.split if self.uses_given_splits else self.splits.get(segment.video)

    def is_background(self, label: str) -> bool:
        """Whether the label is that of clips that show none of the actions."""
        return bool(label) and label == self.background_label

    def one_of_each_group(self, segments: Iterable[CheckedSegment]) -> list[CheckedSegment]:
        """The first segment of each group."""
        first: dict[str, CheckedSegment] = {}
        for segment in segments:
            first.setdefault(self.cluster_of[segment.video], segment)
        return list(first.values())


def make_inputs(
    manifest: Manifest,
    videos: Mapping[str, VideoFacts],
    inspection: Inspection,
    splits: Mapping[str, str] | None = None,
) -> CheckInputs:
    """The inputs of all checks, without what was measured.

    Args:
      manifest: what a run would make clips of, and what it would leave out; made with the same `inspection`.
      videos: what the headers say, by path below the root, as far as they could be read.
      splits: of each video, as a run would assign it.
    """
    negatives = inspection.negatives
    return CheckInputs(
        segments=kept(
            (
                _checked(video, segment, videos.get(video))
                for video, segments in manifest.segments_by_video.items()
                for segment in segments
            ),
            CHECKED,
        ),
        rejects=tuple(manifest.rejects),
        videos=videos,
        ties=manifest.ties,
        splits=splits or {},
        background_label=negatives.label if negatives else "",
        takes_background=bool(negatives and negatives.clips_per_video),
        uses_given_splits=inspection.splits is None or inspection.splits.mode == "official",
        split_shares=(inspection.splits or SplitsConfig()).shares,
        inspection=inspection,
    )


def _checked(video: str, segment: Segment, facts: VideoFacts | None) -> CheckedSegment:
    def seconds_at(time: float) -> float:
        if segment.time_unit is TimeUnit.SECONDS:
            return time
        return facts.seconds_at(time) if facts else 0.0

    start = seconds_at(segment.start)
    end = seconds_at(segment.end) if segment.end is not None else facts.duration_seconds if facts else 0.0
    return CheckedSegment(
        id=segment_id(video, segment),
        record=segment,
        video=video,
        label=segment.label,
        start_seconds=start,
        end_seconds=end if end > start else None,
    )
