"""Baseline: finds the last pushed model at the push destination.

A Resolver node would find it in ML Metadata, but open-source Kubeflow does not implement resolver executors. Before the
first push the candidate itself stands in, marked: on Kubeflow an output without an artifact would not run either.
"""

import json
import shutil
from collections.abc import Mapping
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
from models.export_info import read_export_info, rename_classes


class BaselineExecutor(base_executor.BaseExecutor):
    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        candidate = artifact_utils.get_single_instance(input_dict["model"])
        baseline = artifact_utils.get_single_instance(output_dict["baseline"])
        destination = open_destination(exec_properties["push_destination"])
        training_key = read_export_info(Path(path_utils.serving_model_dir(candidate.uri))).training_key
        with explained(destination.uri):
            pushed = last_available(destination, training_key)
        baseline.set_int_custom_property(IS_FIRST_PUSH, int(pushed is None))
        if pushed is None:
            # Copied: Kubeflow takes no address that is not of this very run, and a candidate from the cache is of another.
            shutil.copytree(candidate.uri, baseline.uri, dirs_exist_ok=True)
            say("no model was pushed before; there is nothing to compare with")
            return
        # A copy, so that the comparison can be repeated after old versions were removed from the destination.
        folder = Path(path_utils.serving_model_dir(baseline.uri))
        with explained(pushed.uri):
            require_whole(pushed, "withdraw it (clipgate rollback) or remove it, so that another one is compared with")
            destination.fetch(pushed.folder, folder)
        rename_classes(folder, json.loads(exec_properties["renamed"]))
        baseline.set_string_custom_property("version", pushed.name)
        say(f"comparing with version {pushed.name}")


class BaselineSpec(ComponentSpec):
    """`last_version` only tells the cache that something else was pushed since; `renamed` is a JSON object."""

    INPUTS = {"model": ChannelParameter(type=Model)}
    OUTPUTS = {"baseline": ChannelParameter(type=Model)}
    PARAMETERS = text_parameters("push_destination", "last_version", "renamed", "code_digest")


class Baseline(base_component.BaseComponent):
    """Finds the last pushed model that was trained from other data, configuration or code than the candidate."""

    SPEC_CLASS = BaselineSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(BaselineExecutor)

    def __init__(
        self,
        *,
        model: BaseChannel,
        push_destination: str,
        last_version: str,
        renamed: Mapping[str, str],
    ) -> None:
        """`model`: the candidate; `renamed`: new names of classes, by the old ones."""
        spec = make_spec(
            type(self),
            model=model,
            push_destination=push_destination,
            last_version=last_version,
            renamed=json.dumps(renamed),
        )
        super().__init__(spec)
