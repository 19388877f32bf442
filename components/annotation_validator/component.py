"""AnnotationValidator: what is wrong with annotations and videos, before a training is spent on them."""

from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import channel_utils
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.executor import AnnotationValidatorExecutor
from components.annotation_validator.inspection import Inspection
from components.annotations.config import DataConfig
from components.artifacts import AnnotationReport
from foundation.code_digest import code_digest


class AnnotationValidatorSpec(ComponentSpec):
    """Parameters are JSON; `fingerprint` changes when the inputs do, so that the cache notices new data."""

    INPUTS: dict[str, ChannelParameter] = {}
    OUTPUTS = {"report": ChannelParameter(type=AnnotationReport)}
    PARAMETERS = {
        "name": ExecutionParameter(type=str),
        "data": ExecutionParameter(type=str),
        "inspection": ExecutionParameter(type=str),
        "checks": ExecutionParameter(type=str),
        "fingerprint": ExecutionParameter(type=str),
        "code_digest": ExecutionParameter(type=str),
    }


class AnnotationValidator(base_beam_component.BaseBeamComponent):
    """Needs the annotations and the videos, no Examples: it runs beside VideoExampleGen."""

    SPEC_CLASS = AnnotationValidatorSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(AnnotationValidatorExecutor)

    def __init__(
        self, *, name: str, data: DataConfig, inspection: Inspection, checks: ChecksConfig, fingerprint: str
    ) -> None:
        """`name`: of the run, for the page; `fingerprint`: of the data."""
        spec = AnnotationValidatorSpec(
            name=name,
            data=data.model_dump_json(),
            inspection=inspection.model_dump_json(),
            checks=checks.model_dump_json(),
            fingerprint=fingerprint,
            code_digest=code_digest(__name__),
            report=channel_utils.as_channel([AnnotationReport()]),
        )
        super().__init__(spec=spec)
