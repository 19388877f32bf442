"""What a check is given and what it finds. Checks are pure: they open no file and change nothing."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from components.annotation_validator.config import ChecksConfig, Severity
from components.annotations.records.record import Reject, Segment, Source, printable
from components.annotations.splits.grouping import find_clusters

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from components.annotation_validator.checks.likeness import Embedding
    from components.annotation_validator.checks.measures import LabelScores, VideoMeasures


class Unit(str, Enum):
    """What a finding's value and bar count."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    RATIO = "ratio"

    def shown(self, value: float | None) -> str:
        """The value for people: shares as percentages, as long as these say something."""
        if value is None:
            return ""
        if self is Unit.SHARE and (value == 0 or value >= 0.01):
            return f"{value:.0%}"
        return f"{value:.3g}{' s' if self is Unit.SECONDS else ''}"


@dataclass(frozen=True)
class Suggestion:
    """What would mend a row; None leaves a field as it is. `delete`: another row stands for it."""

    start_seconds: float | None = None
    end_seconds: float | None = None
    label: str | None = None
    group: str | None = None
    delete: bool = False


@dataclass(frozen=True)
class Place:
    """A segment that a finding concerns, or (`source` None) a video as such.

    Attributes:
      segment_id: see `components.annotations.files.manifest.segment_id`; empty for a video.
      start_seconds, end_seconds: what the row says; None where that is the video's start or end, or unknown.
      suggestion: how to mend the row, where that can be said.
    """

    video: str
    label: str = ""
    source: Source | None = None
    segment_id: str = ""
    start_seconds: float | None = None
    end_seconds: float | None = None
    suggestion: Suggestion | None = None

    def __str__(self) -> str:
        where = f"{self.source}: {self.video}" if self.source else self.video
        span = ""
        if self.start_seconds or self.end_seconds:
            end = "the end" if self.end_seconds is None else f"{self.end_seconds:.6g} s"
            span = f", {self.start_seconds or 0:.6g} to {end}"
        return where + span + (f", {self.label!r}" if self.label else "")


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    Attributes:
      check: the check's id, which is its key in the configuration section `checks`. Ids are stable: scripts may rely on
        them.
      value, bar: what was measured, and beyond which value it is found; None where there is no number.
      unit: of both.
      message: what was found, with its class, group or video.
      remedy: what to do about it.
      places: the segments and videos concerned, the worst first.
    """

    check: str
    severity: Severity
    message: str
    remedy: str
    value: float | None = None
    bar: float | None = None
    unit: Unit = Unit.RATIO
    places: tuple[Place, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The finding as a JSON object."""
        return _printable(asdict(self))

    @staticmethod
    def from_json(value: Mapping[str, Any]) -> "Finding":
        """The inverse of `as_json`."""
        places = tuple(
            Place(
                **{
                    **place,
                    "source": place["source"] and Source(**place["source"]),
                    "suggestion": place["suggestion"] and Suggestion(**place["suggestion"]),
                }
            )
            for place in value["places"]
        )
        enums = {"severity": Severity(value["severity"]), "unit": Unit(value["unit"])}
        return Finding(**{**value, **enums, "places": places})


@dataclass(frozen=True)
class CheckedSegment:
    """A segment as checks see it: in seconds, with the video's path and the label that training would use.

    Attributes:
      record: as the reader gave it, in its format's units.
      video: path below the videos' root.
      label: that of the background where the record is a negative.
      start_seconds: exact where the format has seconds; else by the header's frame rate, 0 where that is unknown.
      end_seconds: likewise; the video's end where the record names none; None where that is unknown.
      group: None where the row names none.
    """

    id: str
    record: Segment
    video: str
    label: str
    start_seconds: float
    end_seconds: float | None

    @property
    def group(self) -> str | None:
        return self.record.group

    @property
    def split(self) -> str | None:
        return self.record.split

    @property
    def seconds(self) -> float | None:
        """How long it lasts; None where that is unknown."""
        return None if self.end_seconds is None else max(0.0, self.end_seconds - self.start_seconds)

    def place(self, suggestion: Suggestion | None = None) -> Place:
        """This segment in a finding."""
        return Place(
            self.video, self.label, self.record.source, self.id, self.start_seconds, self.end_seconds, suggestion
        )


@dataclass(frozen=True)
class VideoFacts:
    """What a video's header says, rotation applied; it may be wrong, and 0 or "" is unknown."""

    width: int
    height: int
    fps: float
    duration_seconds: float
    codec: str = ""

    @property
    def frame_seconds(self) -> float:
        """How long a frame is shown, nominally; 0 where the rate is unknown."""
        return 1 / self.fps if self.fps else 0.0


@dataclass(frozen=True)
class CheckInputs:
    """All that checks may look at.

    Attributes:
      segments: those that a run would make clips of, sorted by video; negatives among them.
      rejects: rows and videos that a run would leave out.
      videos: what the header says, by path below the root; a video whose header could not be read is absent.
      ties: sets of videos with the same bytes.
      splits: the split of each video, as far as a run would make it from the configuration.
      background_label: the label of clips that show none of the actions; empty if there is no section `negatives`.
      takes_background: whether a run takes such clips from unannotated time.
      uses_given_splits: whether a run follows the splits that the rows name.
      split_shares: the share of the segments that each split should get, by split.
      min_examples: how many test clips the gates ask for, by label; of a label that is absent `default_min_examples`.
      measures: what was measured on the pixels, by video; empty if no video was decoded.
      production: a sample of the videos that the model is to work on, each a segment; None if there is none.
      previous: the span of annotated data before this one; None if there is none.
      features: what a trained network makes of segments, float32 [width] by segment id; empty without a network.
      scores: what a trained model takes the windows of segments for, by segment id; empty without a model.
    """

    segments: tuple[CheckedSegment, ...]
    rejects: tuple[Reject, ...] = ()
    videos: Mapping[str, VideoFacts] = field(default_factory=dict)
    ties: tuple[tuple[str, ...], ...] = ()
    splits: Mapping[str, str] = field(default_factory=dict)
    background_label: str = ""
    takes_background: bool = False
    uses_given_splits: bool = True
    split_shares: Mapping[str, float] = field(default_factory=dict)
    min_examples: Mapping[str, int] = field(default_factory=dict)
    default_min_examples: int = 1
    measures: "Mapping[str, VideoMeasures]" = field(default_factory=dict)
    production: "CheckInputs | None" = None
    previous: "CheckInputs | None" = None
    features: "Mapping[str, npt.NDArray[np.float32]]" = field(default_factory=dict)
    scores: "Mapping[str, LabelScores]" = field(default_factory=dict)

    @cached_property
    def by_label(self) -> dict[str, list[CheckedSegment]]:
        """Segments of each label, labels sorted."""
        return _grouped(self.segments, lambda segment: segment.label)

    @cached_property
    def by_video(self) -> dict[str, list[CheckedSegment]]:
        """Segments of each video, videos sorted."""
        return _grouped(self.segments, lambda segment: segment.video)

    @cached_property
    def cluster_of(self) -> dict[str, str]:
        """What decides a video's split: one name for all videos that belong together, by group or by their bytes."""
        videos = {video: [segment.record for segment in segments] for video, segments in self.by_video.items()}
        ties = [[video for video in tie if video in videos] for tie in self.ties]
        clusters = find_clusters(videos, [tie for tie in ties if len(tie) > 1])
        return {node.name: str(nodes[0]) for nodes in clusters for node in nodes if node.is_video}

    @cached_property
    def embedding(self) -> "Embedding | None":
        """Segments among those that look like them; None if there are too few of them, or no frame was looked at."""
        # That module is built on this one.
        from components.annotation_validator.checks.likeness import embed

        return embed(self)

    def split_of(self, segment: CheckedSegment) -> str | None:
        """The split in which a run would have it; None where that cannot be said."""
        return segment.split if self.uses_given_splits else self.splits.get(segment.video)

    def is_background(self, label: str) -> bool:
        """Whether the label is that of clips that show none of the actions."""
        return bool(label) and label == self.background_label


# A check yields what it finds; it is not called when the configuration switches it off.
CheckFunction = Callable[[CheckInputs, ChecksConfig], Iterable[Finding]]


@dataclass(frozen=True)
class Check:
    """A check function and its id, which is also the name of its bar in ChecksConfig."""

    id: str
    run: CheckFunction


def run_checks(checks: Sequence[Check], inputs: CheckInputs, config: ChecksConfig) -> list[Finding]:
    """What the checks that are switched on find: errors first, in each severity in the order of the checks."""
    findings = [finding for check in checks if config.is_on(check.id) for finding in check.run(inputs, config)]
    return sorted(findings, key=lambda finding: finding.severity.rank)


def _grouped(
    segments: Iterable[CheckedSegment], key: Callable[[CheckedSegment], str]
) -> dict[str, list[CheckedSegment]]:
    grouped: dict[str, list[CheckedSegment]] = {}
    for segment in sorted(segments, key=key):
        grouped.setdefault(key(segment), []).append(segment)
    return grouped


def _printable(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        return {key: _printable(item) for key, item in value.items()}
    return [_printable(item) for item in value] if isinstance(value, (tuple, list)) else value
