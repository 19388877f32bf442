"""A small run to report on: two classes, two epochs, nothing unusual."""

from dataclasses import replace
from typing import Any

from components.evaluator.confusion import ConfusionMatrix
from components.model_gate.config import GatesConfig
from components.model_gate.measurements import Measurements
from components.model_gate.rules import judge
from components.reporter.data import Account, Frame, GroupRow, History, Push, ReportData, SplitTable, Strip

CLASSES = ("sit", "stand")


def make_report(
    counts: tuple[tuple[int, ...], ...] = ((3, 1), (0, 4)),
    classes: tuple[str, ...] = CLASSES,
    baseline: tuple[tuple[int, ...], ...] | None = None,
    gates: GatesConfig | None = None,
    **changes: Any,
) -> ReportData:
    """The small run with some fields changed; `counts` and `classes` stand for matrix and verdict."""
    matrix = ConfusionMatrix(classes, counts)
    before = ConfusionMatrix(classes, baseline) if baseline else None
    strips = {
        label: Strip(label, f"{label}.mp4", 0.5, 1.25, (Frame(b"first", 0.5), Frame(b"second", 1.0)))
        for label, row in zip(classes, counts, strict=True)
        if sum(row)
    }
    report = ReportData(
        name="small run",
        push=Push("17", "/models/17"),
        verdict=judge(gates or GatesConfig(), Measurements(matrix, before)),
        matrix=matrix,
        has_baseline=before is not None,
        history=History((1.0, 0.5), (1.1, 0.9), (0.5, 0.7), (0.4, 0.6)),
        strips=strips,
        splits=SplitTable(dict.fromkeys(classes, (9, 4, 4)), clips=(18, 8, 8), groups=(6, 2, 3), videos=(9, 4, 5)),
        account=Account(34, 34, 0, 18, 18, 0, reasons=()),
        validated_splits=("train", "eval", "test"),
        anomalies=(),
        groups=(GroupRow("ann", 5, 0.8), GroupRow("bob", 3, 1.0)),
    )
    return replace(report, **changes)
