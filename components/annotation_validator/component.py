"""AnnotationValidator: finds what is wrong with annotations and videos before a training is spent on them."""

from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.dsl.placeholder.placeholder import Placeholder
from tfx.types.component_spec import ChannelParameter, ComponentSpec

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.executor import AnnotationValidatorExecutor
from components.annotation_validator.inspection import Inspection
from components.annotations.config import DataConfig
from components.artifacts import AnnotationReport
from components.specification import make_spec, text_parameters


class AnnotationValidatorSpec(ComponentSpec):
    """Sections of the configuration are JSON. The fingerprints change with the data, so that the cache notices new ones."""

    INPUTS: dict[str, ChannelParameter] = {}
    OUTPUTS = {"report": ChannelParameter(type=AnnotationReport)}
    PARAMETERS = text_parameters(
        "name", "data", "inspection", "checks", "fingerprint", "previous_fingerprint", "code_digest"
    )


class AnnotationValidator(base_beam_component.BaseBeamComponent):
    """Reads annotations and videos, no Examples, so it runs beside VideoExampleGen."""

    SPEC_CLASS = AnnotationValidatorSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(AnnotationValidatorExecutor)

    def __init__(
        self,
        *,
        name: str,
        data: DataConfig,
        inspection: Inspection,
        checks: ChecksConfig,
        fingerprint: str | Placeholder,
        previous_fingerprint: str = "",
    ) -> None:
        """`name`: of the run, for the page; `fingerprint`: of the data; `previous_fingerprint`: of the span before them."""
        spec = make_spec(
            type(self),
            name=name,
            data=data,
            inspection=inspection,
            checks=checks,
            fingerprint=fingerprint,
            previous_fingerprint=previous_fingerprint,
        )
        super().__init__(spec)
