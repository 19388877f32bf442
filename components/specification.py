"""Common parts of the specifications of our components."""

from typing import Any

from pydantic import BaseModel
from tfx.types import channel_utils
from tfx.types.component_spec import ComponentSpec, ExecutionParameter

from foundation.code_digest import code_digest


def text_parameters(*names: str) -> dict[str, ExecutionParameter]:
    """Declare parameters of a specification that are text."""
    return {name: ExecutionParameter(type=str) for name in names}


def make_spec(component: type[Any], **arguments: Any) -> ComponentSpec:
    """Fill in the SPEC_CLASS of a component of ours; sections of the configuration become JSON.

    Outputs are channels of the types that they are declared with. `code_digest` is by default that of the component's module.
    """
    spec_class = component.SPEC_CLASS
    outputs = {name: channel_utils.as_channel([output.type()]) for name, output in spec_class.OUTPUTS.items()}
    values = {
        name: value.model_dump_json() if isinstance(value, BaseModel) else value for name, value in arguments.items()
    }
    if "code_digest" not in values:
        values["code_digest"] = code_digest(component.__module__)
    return spec_class(**outputs, **values)
