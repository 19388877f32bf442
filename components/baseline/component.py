"""Baseline: finds the last pushed model at the push destination.

A Resolver node would find it in ML Metadata, but open-source Kubeflow does not implement resolver executors. Before the
first push the candidate itself stands in, marked: on Kubeflow an output without an artifact would not run either.
"""

from pathlib import Path
from typing import Any

from tfx.dsl.components.base import base_component, base_executor, executor_spec
from tfx.types import artifact_utils
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec
from tfx.types.standard_artifacts import Model
from tfx.utils import path_utils

from components.artifacts import IS_FIRST_PUSH
from components.pusher.destination import explained
from components.pusher.opening import open_destination
from components.pusher.versions import last_available
from components.pusher.whole import require_whole
from components.specification import make_spec, text_parameters
from foundation.messages.progress import say


class BaselineExecutor(base_executor.BaseExecutor):
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
            require_whole(pushed, "withdraw it (clipgate rollback) or remove it, so that another one is compared with")
            destination.fetch(pushed.folder, Path(path_utils.serving_model_dir(baseline.uri)))
        baseline.set_string_custom_property("version", pushed.name)
        say(f"comparing with version {pushed.name}")


class BaselineSpec(ComponentSpec):
    """`last_version` only tells the cache that something else was pushed since."""

    INPUTS = {"model": ChannelParameter(type=Model)}
    OUTPUTS = {"baseline": ChannelParameter(type=Model)}
    PARAMETERS = text_parameters("push_destination", "training_key", "last_version", "code_digest")


class Baseline(base_component.BaseComponent):
    """Finds the last pushed model that was trained from other data, configuration or code than the candidate."""

    SPEC_CLASS = BaselineSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(BaselineExecutor)

    def __init__(self, *, model: BaseChannel, push_destination: str, training_key: str, last_version: str) -> None:
        """`model`: the candidate; `training_key`: as in the candidate's card."""
        spec = make_spec(
            type(self),
            model=model,
            push_destination=push_destination,
            training_key=training_key,
            last_version=last_version,
        )
        super().__init__(spec)
