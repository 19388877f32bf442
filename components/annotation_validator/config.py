"""The `checks` section of the configuration: a bar for each check, and what follows when something was found."""

from enum import Enum
from typing import Literal

from pydantic import Field, model_validator

from foundation.section import Section


class Severity(str, Enum):
    """How bad a finding is: an error spoils the training or its evaluation, a warning may, a note is worth knowing."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)

    def reaches(self, other: "Severity") -> bool:
        """Whether this is at least as bad as `other`."""
        return self.rank <= other.rank


class ChecksConfig(Section):
    """The bar of each check, under the check's id; null switches the check off."""

    fail_on: Severity = Field(Severity.ERROR, description="a finding of this severity, or a worse one, fails the check")
    on_failure: Literal["stop", "warn"] = Field("warn", description="what a run does then, before it trains")
    frames: bool = Field(False, description="also look into the videos: each is decoded once more than for ingest")
    previous_annotations: str | None = Field(
        None,
        min_length=1,
        description="those of the span before this one, to compare with; read as data.annotations are",
    )
    previous_videos: str | None = Field(None, min_length=1, description="where their videos lie; default: data.videos")
    unusable_rows: float | None = Field(
        0.1, ge=0, le=1, description="share of the rows that would be left out, from which on it is an error"
    )
    identical_videos: float | None = Field(0, ge=0, description="further videos with the bytes of another")
    split_leakage: float | None = Field(0, ge=0, description="groups in more than one of the given splits")
    spelling_variants: float | None = Field(
        0.1,
        ge=0,
        le=1,
        description="a label that is one letter off is a typing error up to this share of the other's rows",
    )
    few_groups: float | None = Field(6, ge=1, description="groups that each class should come from")
    dominant_group: float | None = Field(0.5, gt=0, lt=1, description="share of a class's segments from one group")
    ungrouped: float | None = Field(0, ge=0, le=1, description="share of the segments without a group")
    too_few_to_evaluate: float | None = Field(
        1, gt=0, description="expected test clips of a class, in multiples of gates.min_examples"
    )
    no_background: float | None = Field(0.02, ge=0, le=1, description="share of the segments that show no action")
    no_look_alikes: float | None = Field(
        0.1, ge=0, le=1, description="share of a class's segments whose group shows another class as well"
    )
    seams: float | None = Field(
        0.8, gt=0.5, le=1, description="balanced accuracy with which a property of the file tells a class"
    )
    duration_outliers: float | None = Field(
        5, gt=0, description="deviations of a segment's log duration from its class's median"
    )
    past_video_end: float | None = Field(0.1, ge=0, description="seconds that a segment ends after its video")
    cut_by_video_end: float | None = Field(
        0.5, gt=0, le=1, description="length of a segment that ends with its video, in medians of its class"
    )
    whole_video_labels: float | None = Field(60, gt=0, description="seconds of a video that is one segment")
    nearly_touching: float | None = Field(0.25, ge=0, description="seconds between two segments of one label")
    overlapping_labels: float | None = Field(
        0.1, ge=0, lt=1, description="share of a segment in which the video has another label"
    )
    box_jumps: float | None = Field(10, gt=0, description="a box's speed, in its diagonals a second")
    boxes_of_whole_frame: float | None = Field(0.98, gt=0, le=1, description="share of the frame that a box covers")
    tiny_boxes: float | None = Field(0.0005, gt=0, lt=1, description="share of the frame that a box covers")
    frames_without_box: float | None = Field(0.25, ge=0, lt=1, description="share of a segment's time without a box")
    production_shift: float | None = Field(
        0.3, gt=0, le=1, description="distance of a sample of production from the annotated videos, 1 for no overlap"
    )
    span_shift: float | None = Field(
        0.1,
        gt=0,
        le=1,
        description="distance from the previous span: of a property of the videos, 1 for no overlap, or of a class's share",
    )
    undecodable: float | None = Field(0, ge=0, le=1, description="share of the videos that cannot be decoded")
    loose_bounds: float | None = Field(
        0.4, gt=0, description="seconds between a segment's bound and the motion of its action"
    )
    doubtful_bounds: float | None = Field(
        0.5, gt=0, description="seconds from a segment's bound to the first window that a model takes for its label"
    )
    action_outside_boxes: float | None = Field(
        0.35, ge=0, le=1, description="share of a segment's motion that its boxes hold"
    )
    near_duplicates: float | None = Field(
        0.9, gt=0, le=1, description="similarity of two videos of different groups, 1 for equal ones"
    )
    doubtful_labels: float | None = Field(
        0.55, gt=0.5, le=1, description="share of a segment's nearest neighbours that have one other label"
    )
    confident_disagreement: float | None = Field(
        0.9, gt=0, description="probability of another class, in multiples of its mean over clips that carry its label"
    )
    split_shift: float | None = Field(
        0.3, gt=0, le=1, description="distance of a split from train in light, motion or length, 1 for no overlap"
    )
    outliers: float | None = Field(
        8, gt=0, description="deviations of a segment's distance to its neighbours from the median"
    )
    confusable_classes: float | None = Field(
        0.25, gt=0, le=1, description="share of two classes' segments that look like the other one"
    )
    sub_clusters: float | None = Field(
        0.5,
        gt=0,
        le=1,
        description="separation of two kinds of clips within a class, as a silhouette, 1 for the clearest",
    )

    @model_validator(mode="after")
    def _previous_videos_are_annotated(self) -> "ChecksConfig":
        if self.previous_videos and not self.previous_annotations:
            raise ValueError(
                f"previous_videos is {self.previous_videos}, and there are no previous_annotations of them; name these too"
            )
        return self

    def is_on(self, check: str) -> bool:
        """Whether the check with this id is to run."""
        return getattr(self, check) is not None
