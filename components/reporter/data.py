"""The content of the report, computed from parsed inputs. Pure: no files, no TensorFlow."""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from components.annotation_validator.findings import Finding as DataFinding
from components.annotations.records.reasons import Reason
from components.annotations.splits.config import FOLD_SPLITS, SPLITS
from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.verdict import Verdict
from components.reporter.quality import Quality
from components.serving_validator.rules import ServingVerdict
from models.worth import Worth

if TYPE_CHECKING:  # a real import would load TFMA
    from components.evaluator.results import SliceMetrics

NUM_SAMPLES_PER_REASON = 10
NUM_WORST_GROUPS = 10
_LONGEST_TEXT = 300  # characters; a hostile annotation file may hold megabytes in one cell


class Push(NamedTuple):
    version: str
    destination: str


class History(NamedTuple):
    """Losses and accuracies, one value for each epoch."""

    train_loss: tuple[float, ...]
    eval_loss: tuple[float, ...]
    train_accuracy: tuple[float, ...]
    eval_accuracy: tuple[float, ...]

    @property
    def restored_epoch(self) -> int | None:
        """The epoch, counted from 1, whose weights were kept: the first with the lowest eval loss; None if none is finite."""
        finite = [(loss, epoch) for epoch, loss in enumerate(self.eval_loss, 1) if math.isfinite(loss)]
        return min(finite)[1] if finite else None


class Frame(NamedTuple):
    """A thumbnail as JPEG, and its time in the video."""

    jpeg: bytes
    seconds: float


class Strip(NamedTuple):
    """Frames of one clip, in order of time."""

    label: str
    video: str
    start_seconds: float
    end_seconds: float
    frames: tuple[Frame, ...]


class MissedClip(NamedTuple):
    """A test clip that a class was not found in, or was found in by mistake where clips have several labels.

    Attributes:
      answer: the classes that were chosen; one where clips have one label.
      against, own: probability of the chosen class, or the class's threshold where clips have several labels; and of the class.
      is_confident: a model that is mostly right is as sure of its answer as it usually is where that is right, so the label may
        be wrong.
    """

    strip: Strip
    answer: tuple[str, ...]
    against: float
    own: float
    is_confident: bool
    is_false_alarm: bool = False


class SplitTable(NamedTuple):
    """Counts for each split, in the order of SPLITS; `clips_by_label` has an entry for every class."""

    clips_by_label: Mapping[str, tuple[int, ...]]
    clips: tuple[int, ...]
    groups: tuple[int, ...]
    videos: tuple[int, ...]

    @property
    def num_test_groups(self) -> int:
        return self.groups[SPLITS.index("test")]

    @property
    def num_asked_groups(self) -> int:
        """Of the splits that are asked about with folds, which have no group in common."""
        return sum(self.groups[SPLITS.index(split)] for split in FOLD_SPLITS)


class RejectedInput(NamedTuple):
    """An entry of the ledger; `file` and `row` are empty if the video itself was rejected."""

    file: str
    row: int | None
    video: str
    value: str
    message: str


class ReasonRow(NamedTuple):
    """Numbers and samples of what was rejected for one reason, and the remedy."""

    code: str
    remedy: str
    num_rows: int
    num_videos: int
    samples: tuple[RejectedInput, ...]


class Account(NamedTuple):
    """The ledger in short: every row and video that was found is either used or rejected."""

    rows_found: int
    rows_accepted: int
    rows_rejected: int
    videos_found: int
    videos_used: int
    videos_rejected: int
    reasons: tuple[ReasonRow, ...]


class Anomaly(NamedTuple):
    """A departure of a split's data from the schema; `feature` is empty if it concerns the split as a whole."""

    split: str
    feature: str
    severity: str
    problem: str
    description: str


class GroupRow(NamedTuple):
    group: str
    num_clips: int
    accuracy: float


class Inspected(NamedTuple):
    """The findings of the AnnotationValidator, the worst first, and the path of its own page, which shows more of each."""

    findings: tuple[DataFinding, ...] = ()
    page: str = ""


@dataclass(frozen=True)
class ReportData:
    """Everything on the page.

    Attributes:
      push: None if the model was not pushed.
      strips: a test clip of each class.
      groups: of the test split, the worst first.
      mean_ious: of a tracker's boxes by class, and of all clips under ""; empty for other networks.
      misses: test clips that the model is wrong about, by the class that they show this for.
      num_folds: how many models gave the answers, on all clips but those of eval; 0: the model itself, on the test split.
      not_compared: why nothing was compared with the last pushed model.
      worth: of the numbers that the network sees beside the frames; None if it sees none.
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
    num_folds: int = 0
    not_compared: str = ""
    worth: Worth | None = None

    @property
    def num_asked_groups(self) -> int:
        """Groups of which clips were asked about."""
        return self.splits.num_asked_groups if self.num_folds else self.splits.num_test_groups


def make_history(values: Mapping[str, Sequence[float]]) -> History:
    """Convert the trainer's history, which has one value for each epoch by the name of the metric."""
    return History(*(tuple(values[name]) for name in ("loss", "val_loss", "accuracy", "val_accuracy")))


def make_split_table(summary: Mapping[str, Any], classes: Sequence[str]) -> SplitTable:
    """Make the table from the ledger's summary; a split or class that is not in it counts as zero."""
    splits = [summary["splits"].get(split, {}) for split in SPLITS]
    by_label = [split.get("clips_by_label", {}) for split in splits]
    labels = [*classes, *sorted({label for clips in by_label for label in clips} - set(classes))]
    clips, groups, videos = (tuple(split.get(name, 0) for split in splits) for name in ("clips", "groups", "videos"))
    return SplitTable(
        {label: tuple(clips.get(label, 0) for clips in by_label) for label in labels}, clips, groups, videos
    )


def make_account(summary: Mapping[str, Any], rejected: Iterable[Mapping[str, Any]]) -> Account:
    """Make the account from the ledger's summary and its rejects; the most frequent reason comes first."""
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
    """Sort the groups among `slices`: the lowest accuracy first, and of equal ones that with more clips."""
    groups = [GroupRow(s.value, s.num_clips, s.accuracy) for s in slices if s.feature == "group"]
    return tuple(sorted(groups, key=lambda row: (row.accuracy, -row.num_clips, row.group)))


def evenly_spread(num_items: int, num_wanted: int) -> tuple[int, ...]:
    """Indices of up to `num_wanted` items, the first and the last among them; no index twice."""
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
