"""Pusher: a blessed model becomes a version that TensorFlow Serving loads, with a card that says where it comes from."""

import json
from collections.abc import Mapping
from typing import Any

from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import standard_component_specs
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec
from tfx.types.standard_artifacts import Examples, HyperParameters, ModelRun
from tfx.types.system_executions import Deploy

from components.artifacts import FoldAnswers, GateReport, IngestLedger
from components.pusher.config import PushConfig
from components.pusher.executor import PusherExecutor
from components.specification import make_spec, text_parameters


class PusherSpec(ComponentSpec):
    """The inputs of TFX's Pusher, and what the card is made from.

    `push` is the JSON of a PushConfig, `settings` that of `RunFacts.settings`; `withdrawn_version` and `attempt` only
    tell the cache that this model was withdrawn since, or is not there any more.
    """

    INPUTS = {
        **standard_component_specs.PusherSpec.INPUTS,
        "examples": ChannelParameter(type=Examples),
        "ledger": ChannelParameter(type=IngestLedger),
        "model_run": ChannelParameter(type=ModelRun),
        "gate_report": ChannelParameter(type=GateReport),
        "hyperparameters": ChannelParameter(type=HyperParameters, optional=True),
        "answers": ChannelParameter(type=FoldAnswers, optional=True),
    }
    OUTPUTS = standard_component_specs.PusherSpec.OUTPUTS
    PARAMETERS = text_parameters("push_destination", "push", "settings", "withdrawn_version", "attempt", "code_digest")
    TYPE_ANNOTATION = Deploy


class Pusher(base_component.BaseComponent):
    """Pushes `model`, or the one that comes with `infra_blessing`, when all blessings are given."""

    SPEC_CLASS = PusherSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(PusherExecutor)

    def __init__(
        self,
        *,
        push_destination: str,
        push: PushConfig,
        settings: Mapping[str, Any],
        withdrawn_version: str,
        attempt: str = "",
        **inputs: BaseChannel | None,
    ) -> None:
        """`inputs`: the channels of the specification, by name."""
        spec = make_spec(
            type(self),
            push_destination=push_destination,
            push=push,
            settings=json.dumps(settings, sort_keys=True),
            withdrawn_version=withdrawn_version,
            attempt=attempt,
            **inputs,
        )
        super().__init__(spec)
