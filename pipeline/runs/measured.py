"""What a run's model was measured at, and on which clips: read from the files that the run keeps."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from components.model_gate.measurements import GATE_FILE, MISSES_FILE, Measurements
from components.model_gate.verdict import Verdict
from components.pusher.card_files import MODEL_CARD_JSON
from components.video_example_gen.ledger import ACCEPTED_FILE, Entries
from foundation.messages.errors import UserError
from pipeline.runs.record import RunRecord

# Its clips with their frames, among a run's artifacts.
EXAMPLES = "VideoExampleGen.examples"


class Segment(NamedTuple):
    """An annotated segment that was asked about, in so many clips. Times are in the annotation's own unit.

    `labels`: by name; one where clips have one label.
    """

    labels: tuple[str, ...]
    group: str
    video: str
    start: float
    end: float | None
    num_clips: int

    def __str__(self) -> str:
        return f"{self.video} {self.start:g} to {'its end' if self.end is None else f'{self.end:g}'}"


class MeasuredRun(NamedTuple):
    """Measurements, what the gate made of them, and the test clips of which they are.

    Attributes:
      segments: by their ids; None where the run does not tell.
      misses: for each class, the clips that it was not found in, and where they have several labels those that it was found in
        by mistake, with the labels that each was given, by name; None where the run does not tell. A clip's id begins with that
        of its segment.
    """

    measured: Measurements
    verdict: Verdict
    confidence: float
    segments: Mapping[str, Segment] | None
    misses: Mapping[str, Mapping[str, tuple[str, ...]]] | None


def read_measured(output_dir: Path, record: RunRecord) -> MeasuredRun:
    """What a run has measured. A pushed version's card still has it when the run's own files were removed.

    Raises:
      UserError: the run came to no measurement, or nothing is left of it, or a file is damaged.
    """
    if record.figures is None:
        raise UserError(
            f"run {record.number} ({record.verdict}) came to no measurement; clipgate runs lists those that did"
        )
    report = kept(output_dir, record, "ModelGate.gate_report")
    try:
        gate = json.loads((report / GATE_FILE).read_text()) if report else _of_card(output_dir, record)
        if gate is None:
            raise UserError(
                f"what run {record.number} has measured was removed with its artifacts; clipgate runs still has its figures"
            )
        misses = _misses(report / MISSES_FILE) if report and (report / MISSES_FILE).is_file() else None
        segments = _segments(output_dir, record)
        return MeasuredRun(Measurements.from_json(gate), Verdict.from_json(gate), gate["confidence"], segments, misses)
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise UserError(
            f"run {record.number}: what it has measured cannot be read ({type(error).__name__}: {error}); a file in "
            f"{report or record.version} is damaged, or of another release of clipgate"
        ) from error


def _misses(path: Path) -> dict[str, dict[str, tuple[str, ...]]]:
    return {
        label: {clip: (given,) if isinstance(given, str) else tuple(sorted(given)) for clip, given in of_class.items()}
        for label, of_class in json.loads(path.read_text()).items()
    }


def read_ledger(output_dir: Path, record: RunRecord) -> Entries | None:
    """The accepted segments of a run's ledger; None if it has none any more. Reading them raises OSError and ValueError."""
    ledger = kept(output_dir, record, "VideoExampleGen.ledger")
    return Entries(ledger / ACCEPTED_FILE) if ledger else None


def has_examples(output_dir: Path, record: RunRecord) -> bool:
    """Whether the clips of a run, with their frames, are still there."""
    return kept(output_dir, record, EXAMPLES) is not None


def kept(output_dir: Path, record: RunRecord, output: str) -> Path | None:
    """The folder of a run's artifact, `component.output`; None if it was removed."""
    path = output_dir / record.artifacts[output] if output in record.artifacts else None
    return path if path and path.is_dir() else None


def _of_card(output_dir: Path, record: RunRecord) -> dict[str, Any] | None:
    """The gate's report as the card of the pushed version on this machine holds it."""
    path = output_dir / (record.version or "") / MODEL_CARD_JSON
    if record.version is None or not path.is_file():
        return None
    card = json.loads(path.read_text())
    matrix = card["evaluation"]["confusion_matrix"]
    return {**card["gates"], "classes": card["classes"], "confusion_matrix": matrix}


def _segments(output_dir: Path, record: RunRecord) -> dict[str, Segment] | None:
    entries = read_ledger(output_dir, record)
    if entries is None or any("segment_id" not in entry for entry in entries):
        return None
    # The windows of a segment may count as one clip.
    is_one = record.config.get("evaluation", {}).get("average_windows", False)
    return {
        entry["segment_id"]: Segment(
            # Rows of one span are one clip, and each of them has all of its labels.
            tuple(entry.get("labels") or [entry["label"]]),
            entry["group"],
            entry["video"],
            entry["start"],
            entry["end"],
            1 if is_one else entry["clips"],
        )
        for entry in entries
        if entry["split"] in record.asked_splits
    }
