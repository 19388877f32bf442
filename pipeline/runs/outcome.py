"""What came of a run that did not fail: whether its model was pushed, and why not."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

from components.model_gate.measurements import GATE_FILE, Measurements
from components.model_gate.verdict import Verdict
from components.serving_validator.rules import SERVING_FILE, ServingVerdict
from foundation.evidence import State
from pipeline.runs.record import ClassFigures, Figures


class Outcome(NamedTuple):
    """The end of a run; `measured`: on the test split; `reasons`: sentences, why the model was not pushed."""

    verdict: Literal["pushed", "rejected", "open"]
    measured: Measurements
    reasons: tuple[str, ...]


def read_outcome(result: Mapping[str, Any]) -> Outcome:
    """From what `pipeline.lineage.run_summary` gives; raises what reading files does."""
    gate = json.loads((Path(result["uris"]["ModelGate.gate_report"]) / GATE_FILE).read_text())
    verdict, measured = Verdict.from_json(gate), Measurements.from_json(gate)
    if result["pushed_version"]:
        return Outcome("pushed", measured, ())
    serving = json.loads((Path(result["uris"]["ServingValidator.serving_report"]) / SERVING_FILE).read_text())
    faults = [finding.sentence() for finding in ServingVerdict.from_json(serving).failures]
    refusals = [*faults, *filter(None, [result["not_pushed_reason"]])]
    reasons = [finding.sentence() for finding in verdict.failures] + refusals
    is_open = verdict.state is State.OPEN and not refusals
    return Outcome("open" if is_open else "rejected", measured, tuple(reasons))


def figures_of(measured: Measurements) -> Figures:
    """What a record keeps of the measurements."""
    matrix = measured.candidate
    return Figures(
        clips=matrix.num_clips,
        accuracy=matrix.accuracy,
        mean_average_precision=measured.mean_average_precision,
        classes={
            label: ClassFigures(
                clips=matrix.examples(label),
                recall=matrix.recall(label),
                precision=matrix.precision(label),
                average_precision=measured.average_precisions.get(label),
            )
            for label in matrix.classes
        },
    )
