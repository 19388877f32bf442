"""ServingValidator: asks the exported model as clients will, in a fresh process, and blesses it for the Pusher, or not.

TFX's InfraValidator needs Docker to start TensorFlow Serving in a container. This one does not, and takes what the
InfraValidator found, if it ran, as one check of many. Its blessing is the same artifact, and holds the model with warm-up
requests.
"""

from tfx.dsl.components.base import base_component, executor_spec
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec
from tfx.types.standard_artifacts import Examples, InfraBlessing, Model

from components.artifacts import ServingReport
from components.serving_validator.executor import ServingValidatorExecutor
from components.serving_validator.rules import ServingValidationConfig
from components.specification import make_spec, text_parameters


class ServingValidatorSpec(ComponentSpec):
    """`serving_validation` is the JSON of a ServingValidationConfig; `model_name` is what clients call the model."""

    INPUTS = {
        "model": ChannelParameter(type=Model),
        "examples": ChannelParameter(type=Examples),
        "container_blessing": ChannelParameter(type=InfraBlessing, optional=True),
    }
    OUTPUTS = {"serving_report": ChannelParameter(type=ServingReport), "blessing": ChannelParameter(type=InfraBlessing)}
    PARAMETERS = text_parameters("serving_validation", "model_name", "code_digest")


class ServingValidator(base_component.BaseComponent):
    """Blesses `model` when it answers clips of the test split as it did in the evaluation, and survives bad requests."""

    SPEC_CLASS = ServingValidatorSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(ServingValidatorExecutor)

    def __init__(
        self,
        *,
        model: BaseChannel,
        examples: BaseChannel,
        serving_validation: ServingValidationConfig,
        model_name: str,
        container_blessing: BaseChannel | None = None,
    ) -> None:
        """`examples`: with a `test` split; `container_blessing`: by an InfraValidator."""
        spec = make_spec(
            type(self),
            model=model,
            examples=examples,
            container_blessing=container_blessing,
            serving_validation=serving_validation,
            model_name=model_name,
        )
        super().__init__(spec)
