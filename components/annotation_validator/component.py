"""AnnotationValidator: finds what is wrong with annotations and videos before a training is spent on them."""

from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types.component_spec import ChannelParameter, ComponentSpec

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.executor import AnnotationValidatorExecutor
from components.annotation_validator.inspection import Inspection
from components.annotations.config import DataConfig
from components.artifacts import AnnotationReport
from components.specification import make_spec, text_parameters


class AnnotationValidatorSpec(ComponentSpec):
    """Sections of the configuration are JSON. `fingerprint` changes with the data, so that the cache notices new ones."""

    INPUTS: dict[str, ChannelParameter] = {}
    OUTPUTS = {"report": ChannelParameter(type=AnnotationReport)}
    PARAMETERS = text_parameters("name", "data", "inspection", "checks", "fingerprint", "code_digest")


class AnnotationValidator(base_beam_component.BaseBeamComponent):
    """Reads annotations and videos, no Examples, so it runs beside VideoExampleGen."""

    SPEC_CLASS = AnnotationValidatorSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(AnnotationValidatorExecutor)

    def __init__(
        self, *, name: str, data: DataConfig, inspection: Inspection, checks: ChecksConfig, fingerprint: str
    ) -> None:
        """`name`: of the run, for the page; `fingerprint`: of the data."""
        super().__init__(
            make_spec(type(self), name=name, data=data, inspection=inspection, checks=checks, fingerprint=fingerprint)
        )
