"""Reporter: writes one HTML page about a run."""

from tfx.dsl.components.base import base_component, executor_spec
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec
from tfx.types.standard_artifacts import ExampleAnomalies, Examples, ModelEvaluation, ModelRun, PushedModel

from components.artifacts import AnnotationReport, GateReport, IngestLedger, RunReport, ServingReport
from components.reporter.executor import ReporterExecutor
from components.specification import make_spec, text_parameters


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
    PARAMETERS = text_parameters("name", "code_digest")


class Reporter(base_component.BaseComponent):
    SPEC_CLASS = ReporterSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(ReporterExecutor)

    def __init__(self, *, name: str, **inputs: BaseChannel | None) -> None:
        """`inputs`: the channels of the specification, by name; an optional one may be None."""
        super().__init__(make_spec(type(self), name=name, **inputs))
