"""Runs that are compared, made of their test clips."""

from dataclasses import dataclass, field

from components.evaluator.by_group import GroupAnswers
from components.evaluator.confusion import ConfusionMatrix, Entry
from components.model_gate.measurements import Measurements
from components.model_gate.verdict import Verdict
from pipeline.runs.measured import MeasuredRun, Segment


@dataclass
class Run:
    """Test clips: each segment has its label, its person, its number of clips, and those of them that were missed."""

    classes: tuple[str, str] = ("sit", "wave")
    segments: dict[str, Segment] = field(default_factory=dict)
    misses: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.misses = {label: {} for label in self.classes}

    def add(self, name: str, label: str, person: str, num_clips: int = 1, missed: tuple[str, ...] = ()) -> "Run":
        self.segments[name] = Segment((label,), person, f"{person}.mp4", 0.0, 1.0, num_clips)
        other = self.classes[1 - self.classes.index(label)]
        self.misses[label] |= dict.fromkeys(missed, (other,))
        return self

    def tested(self) -> MeasuredRun:
        entries: dict[str, list[Entry]] = {}
        for name, segment in self.segments.items():
            (own,) = segment.labels
            label = self.classes.index(own)
            wrong = sum(clip.partition("-")[0] == name for clip in self.misses[own])
            entries.setdefault(segment.group, []).extend(
                [Entry((label,), (label,), segment.num_clips - wrong), Entry((label,), (1 - label,), wrong)]
            )
        of_all = [entry for each in entries.values() for entry in each]
        matrix = ConfusionMatrix.of(of_all, self.classes, has_several_labels=False)
        measured = Measurements(matrix, groups=GroupAnswers.of(entries, self.classes, has_several_labels=False))
        return MeasuredRun(measured, Verdict(()), 0.95, self.segments, self.misses)
