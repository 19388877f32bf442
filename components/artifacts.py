"""Artifact types of clipgate's own. Type names must resolve on Kubeflow: see `components.__getattr__`."""

from tfx.types import Artifact

# On the model that Baseline gives: 1 where nothing was pushed before, and the candidate stands in.
IS_FIRST_PUSH = "is_first_push"


class IngestLedger(Artifact):
    """`accepted.jsonl`, `rejected.jsonl` and `summary.json`: what became of every annotation row and every video."""

    TYPE_NAME = "components.IngestLedger"


class AnnotationReport(Artifact):
    """`findings.json` and `report.html`: what is wrong with the annotations and videos, and the verdict on them."""

    TYPE_NAME = "components.AnnotationReport"


class FoldAnswers(Artifact):
    """`folds.json` and a file of answers for each fold: what models said of clips of groups that they had never seen."""

    TYPE_NAME = "components.FoldAnswers"


class GateReport(Artifact):
    """`gate.json`: each rule with its value, its bar and its verdict."""

    TYPE_NAME = "components.GateReport"


class ServingReport(Artifact):
    """`serving.json`: what was tried on the exported model, each with its value, its bar and its verdict."""

    TYPE_NAME = "components.ServingReport"


class RunReport(Artifact):
    """`report.html`: one self-contained page about a run."""

    TYPE_NAME = "components.RunReport"
