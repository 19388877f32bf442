"""Artifact types of clipgate's own."""

from tfx.v1.dsl import Artifact


class IngestLedger(Artifact):
    """`accepted.jsonl`, `rejected.jsonl` and `summary.json`: what became of every annotation row and every video."""

    TYPE_NAME = "IngestLedger"


class GateReport(Artifact):
    """`gate.json`: each rule with its value, its bar and its verdict."""

    TYPE_NAME = "GateReport"


class RunReport(Artifact):
    """`report.html`: one self-contained page about a run."""

    TYPE_NAME = "RunReport"
