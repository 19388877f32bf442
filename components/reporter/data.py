"""What the report says, computed from parsed inputs. Pure: no files, no TensorFlow."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from components.annotation_validator.checks.finding import Finding as DataFinding
from components.annotations.records.reasons import Reason
from components.annotations.splits.config import SPLITS
from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.verdict import Verdict
from components.reporter.quality import Quality
from components.serving_validator.rules import ServingVerdict

if TYPE_CHECKING:  # importing it for real would bring TFMA along
    from components.evaluator.results import SliceMetrics

NUM_SAMPLES_PER_REASON = 10
NUM_WORST_GROUPS = 10
_LONGEST_TEXT = 300  # characters; a hostile annotation file may hold megabytes in one cell


@dataclass(frozen=True)
class Push:
    """Where the Pusher put the model."""

    version: str
    destination: str


@dataclass(frozen=True)
class History:
    """One value an epoch, of each."""

    train_loss: tuple[float, ...]
    eval_loss: tuple[float, ...]
    train_accuracy: tuple[float, ...]
    eval_accuracy: tuple[float, ...]

    @property
    def restored_epoch(self) -> int | None:
        """The epoch (from 1) whose weights were kept: the first with the lowest eval loss; None if none is finite."""
        finite = [(loss, epoch) for epoch, loss in enumerate(self.eval_loss, 1) if math.isfinite(loss)]
        return min(finite)[1] if finite else None


@dataclass(frozen=True)
class Frame:
    """A thumbnail: JPEG bytes, and its time in the video."""

    jpeg: bytes
    seconds: float


@dataclass(frozen=True)
class Strip:
    """Frames of one clip, in order of time."""

    label: str
    video: str
    start_seconds: float
    end_seconds: float
    frames: tuple[Frame, ...]


@dataclass(frozen=True)
class MissedClip:
    """A test clip that was taken for another class.

    Attributes:
      strip: its frames.
      taken_for: the class that the model chose.
      probability, own: of that class, and of the clip's own one.
      is_confident: whether the model is as sure as it usually is of clips that carry that label: then the label may be wrong.
    """

    strip: Strip
    taken_for: str
    probability: float
    own: float
    is_confident: bool


@dataclass(frozen=True)
class SplitTable:
    """Counts per split, in the order of SPLITS; `clips_by_label` has an entry for every class."""

    clips_by_label: Mapping[str, tuple[int, ...]]
    clips: tuple[int, ...]
    groups: tuple[int, ...]
    videos: tuple[int, ...]

    @property
    def num_test_groups(self) -> int:
        return self.groups[SPLITS.index("test")]


@dataclass(frozen=True)
class RejectedInput:
    """One entry of the ledger; `file` and `row` are empty when the video itself was rejected."""

    file: str
    row: int | None
    video: str
    value: str
    message: str


@dataclass(frozen=True)
class ReasonRow:
    """What was rejected for one reason, and what to do about it."""

    code: str
    remedy: str
    num_rows: int
    num_videos: int
    samples: tuple[RejectedInput, ...]


@dataclass(frozen=True)
class Account:
    """The ledger in short: what was found is what was used plus what was rejected."""

    rows_found: int
    rows_accepted: int
    rows_rejected: int
    videos_found: int
    videos_used: int
    videos_rejected: int
    reasons: tuple[ReasonRow, ...]


@dataclass(frozen=True)
class Anomaly:
    """Where a split's data depart from the schema. `feature` is empty when the data set as a whole does."""

    split: str
    feature: str
    severity: str
    problem: str
    description: str


@dataclass(frozen=True)
class GroupRow:
    group: str
    num_clips: int
    accuracy: float


@dataclass(frozen=True)
class Inspected:
    """What the AnnotationValidator found, the worst first, and where its own page lies, which has all of it."""

    findings: tuple[DataFinding, ...] = ()
    page: str = ""


@dataclass(frozen=True)
class ReportData:
    """Everything on the page. `push` None: not pushed. `groups`: of the test split, the worst first.

    `misses`: test clips that were taken for another class, by their own. `mean_ious`: of a tracker's boxes by class, and in all
    classes as ""; empty of other networks.
    """

    name: str
    push: Push | None
    verdict: Verdict
    matrix: ConfusionMatrix
    has_baseline: bool
    history: History
    strips: Mapping[str, Strip]
    splits: SplitTable
    account: Account
    validated_splits: tuple[str, ...]
    anomalies: tuple[Anomaly, ...]
    groups: tuple[GroupRow, ...]
    mean_ious: Mapping[str, float] = field(default_factory=dict)
    quality: Quality = Quality()
    serving: ServingVerdict = ServingVerdict()
    inspected: Inspected = Inspected()
    misses: Mapping[str, tuple[MissedClip, ...]] = field(default_factory=dict)


def make_history(values: Mapping[str, Sequence[float]]) -> History:
    """From the trainer's history: metric name to one value an epoch."""
    names = ("loss", "val_loss", "accuracy", "val_accuracy")
    return History(*(tuple(values[name]) for name in names))


def make_split_table(summary: Mapping[str, Any], classes: Sequence[str]) -> SplitTable:
    """From the ledger's summary; a split or class that it does not name counts as zero."""
    splits = [summary["splits"].get(split, {}) for split in SPLITS]
    found = sorted({label for split in splits for label in split.get("clips_by_label", {})} - set(classes))
    return SplitTable(
        clips_by_label={
            label: tuple(split.get("clips_by_label", {}).get(label, 0) for split in splits)
            for label in (*classes, *found)
        },
        clips=tuple(split.get("clips", 0) for split in splits),
        groups=tuple(split.get("groups", 0) for split in splits),
        videos=tuple(split.get("videos", 0) for split in splits),
    )


def make_account(summary: Mapping[str, Any], rejected: Iterable[Mapping[str, Any]]) -> Account:
    """From the ledger's summary and its rejects; the most frequent reason comes first."""
    samples: dict[str, list[RejectedInput]] = defaultdict(list)
    for entry in rejected:
        if len(samples[entry["reason"]]) < NUM_SAMPLES_PER_REASON:
            samples[entry["reason"]].append(_rejected_input(entry))
    by_reason = summary["rejected_by_reason"]
    reasons = [
        ReasonRow(
            code,
            Reason(code).remedy,
            num_rows=by_reason["row"].get(code, 0),
            num_videos=by_reason["video"].get(code, 0),
            samples=tuple(samples[code]),
        )
        for code in sorted({*by_reason["row"], *by_reason["video"]})
    ]
    totals = ("rows_found", "rows_accepted", "rows_rejected", "videos_found", "videos_used", "videos_rejected")
    return Account(
        **{name: summary[name] for name in totals},
        reasons=tuple(sorted(reasons, key=lambda reason: -(reason.num_rows + reason.num_videos))),
    )


def rank_groups(slices: Iterable["SliceMetrics"]) -> tuple[GroupRow, ...]:
    """The groups among `slices`: lowest accuracy first, and of equal ones that with more clips."""
    groups = [GroupRow(s.value, s.num_clips, s.accuracy) for s in slices if s.feature == "group"]
    return tuple(sorted(groups, key=lambda row: (row.accuracy, -row.num_clips, row.group)))


def evenly_spread(num_items: int, num_wanted: int) -> tuple[int, ...]:
    """Indices of up to `num_wanted` items, first and last included; each item at most once."""
    if num_items <= num_wanted:
        return tuple(range(num_items))
    return tuple(round(i * (num_items - 1) / (num_wanted - 1)) for i in range(num_wanted))


def _rejected_input(entry: Mapping[str, Any]) -> RejectedInput:
    is_video = entry["kind"] == "video"
    return RejectedInput(
        file="" if is_video else _shortened(entry["file"]),
        row=None if is_video else entry["row"],
        video=_shortened(entry["video"]),
        value="" if entry["value"] == entry["video"] else _shortened(entry["value"]),
        message=_shortened(entry["message"]),
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
