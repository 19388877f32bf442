"""Reporter: one HTML page about a run."""

from typing import Any

from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import channel_utils
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_artifacts import ExampleAnomalies, Examples, ModelEvaluation, ModelRun, PushedModel

from components.artifacts import AnnotationReport, GateReport, IngestLedger, RunReport, ServingReport
from components.reporter.executor import ReporterExecutor
from foundation.code_digest import code_digest


class ReporterSpec(ComponentSpec):
    """`name` is the headline."""

    INPUTS = {
        "examples": ChannelParameter(type=Examples),
        "ledger": ChannelParameter(type=IngestLedger),
        "annotation_report": ChannelParameter(type=AnnotationReport),
        "anomalies": ChannelParameter(type=ExampleAnomalies),
        "model_run": ChannelParameter(type=ModelRun),
        "evaluation": ChannelParameter(type=ModelEvaluation),
        "train_evaluation": ChannelParameter(type=ModelEvaluation, optional=True),
        "gate_report": ChannelParameter(type=GateReport),
        "serving_report": ChannelParameter(type=ServingReport),
        "pushed_model": ChannelParameter(type=PushedModel),
    }
    OUTPUTS = {"report": ChannelParameter(type=RunReport)}
    PARAMETERS = {"name": ExecutionParameter(type=str), "code_digest": ExecutionParameter(type=str)}


class Reporter(base_component.BaseComponent):
    """Writes `report.html`."""

    SPEC_CLASS = ReporterSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(ReporterExecutor)

    def __init__(self, *, name: str, **inputs: BaseChannel | None) -> None:
        """`inputs`: the channels of the specification, by name; None of an optional one that there is not."""
        channels: dict[str, Any] = dict(inputs)
        spec = ReporterSpec(
            name=name,
            code_digest=code_digest(__name__),
            report=channel_utils.as_channel([RunReport()]),
            **channels,
        )
        super().__init__(spec=spec)
