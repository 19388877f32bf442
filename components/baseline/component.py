"""Baseline: the last pushed model, found by looking at the push destination.

A Resolver node would find it in ML Metadata, but open-source Kubeflow does not implement resolver executors. Before the
first push the candidate itself stands in, marked so: an output without an artifact would not run on Kubeflow either.
"""

from pathlib import Path
from typing import Any

from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils, channel_utils
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_artifacts import Model
from tfx.utils import path_utils

from components.artifacts import IS_FIRST_PUSH
from components.pusher.destination import explained
from components.pusher.opening import open_destination
from components.pusher.versions import last_available
from foundation.code_digest import code_digest
from foundation.messages.progress import say


class BaselineExecutor(base_executor.BaseExecutor):
    """Writes `baseline`."""

    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        candidate = artifact_utils.get_single_instance(input_dict["model"])
        baseline = artifact_utils.get_single_instance(output_dict["baseline"])
        destination = open_destination(exec_properties["push_destination"])
        with explained(destination.uri):
            pushed = last_available(destination, exec_properties["training_key"])
        baseline.set_int_custom_property(IS_FIRST_PUSH, int(pushed is None))
        if pushed is None:
            baseline.uri = candidate.uri
            say("no model was pushed before; there is nothing to compare with")
            return
        # A copy, so that the comparison can be repeated after old versions were removed from the destination.
        with explained(pushed.uri):
            destination.fetch(pushed.folder, Path(path_utils.serving_model_dir(baseline.uri)))
        baseline.set_string_custom_property("version", pushed.name)
        say(f"comparing with version {pushed.name}")


class BaselineSpec(ComponentSpec):
    """`last_version` only tells the cache that something else was pushed since."""

    INPUTS = {"model": ChannelParameter(type=Model)}
    OUTPUTS = {"baseline": ChannelParameter(type=Model)}
    PARAMETERS = {
        "push_destination": ExecutionParameter(type=str),
        "training_key": ExecutionParameter(type=str),
        "last_version": ExecutionParameter(type=str),
        "code_digest": ExecutionParameter(type=str),
    }


class Baseline(base_component.BaseComponent):
    """Finds the last pushed model that was not trained from the very same data, configuration and code."""

    SPEC_CLASS = BaselineSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(BaselineExecutor)

    def __init__(self, *, model: BaseChannel, push_destination: str, training_key: str, last_version: str) -> None:
        """`model`: the candidate; `training_key`: that of the candidate's card."""
        spec = BaselineSpec(
            model=model,
            push_destination=push_destination,
            training_key=training_key,
            last_version=last_version,
            code_digest=code_digest(__name__),
            baseline=channel_utils.as_channel([Model()]),
        )
        super().__init__(spec=spec)
