"""Pusher: a blessed model becomes a version that TensorFlow Serving loads, with a card that says where it comes from."""

import json
from collections.abc import Mapping
from typing import Any

from tfx.dsl.components.base import base_component, executor_spec
from tfx.types import channel_utils, standard_component_specs
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_artifacts import Examples, HyperParameters, ModelRun, PushedModel
from tfx.types.system_executions import Deploy

from components.artifacts import GateReport, IngestLedger
from components.pusher.config import PushConfig
from components.pusher.executor import PusherExecutor
from foundation.code_digest import code_digest


class PusherSpec(ComponentSpec):
    """The inputs of TFX's Pusher, and what the card is made from.

    `push` is the JSON of a PushConfig, `settings` that of `RunFacts.settings`; `withdrawn_version` only tells the cache
    that this model was withdrawn since.
    """

    INPUTS = {
        **standard_component_specs.PusherSpec.INPUTS,
        "examples": ChannelParameter(type=Examples),
        "ledger": ChannelParameter(type=IngestLedger),
        "model_run": ChannelParameter(type=ModelRun),
        "gate_report": ChannelParameter(type=GateReport),
        "hyperparameters": ChannelParameter(type=HyperParameters, optional=True),
    }
    OUTPUTS = standard_component_specs.PusherSpec.OUTPUTS
    PARAMETERS = {
        "push_destination": ExecutionParameter(type=str),
        "push": ExecutionParameter(type=str),
        "settings": ExecutionParameter(type=str),
        "withdrawn_version": ExecutionParameter(type=str),
        "code_digest": ExecutionParameter(type=str),
    }
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
        **inputs: BaseChannel | None,
    ) -> None:
        """`inputs`: the channels of the specification, by name."""
        channels: dict[str, Any] = dict(inputs)
        spec = PusherSpec(
            push_destination=push_destination,
            push=push.model_dump_json(),
            settings=json.dumps(settings, sort_keys=True),
            withdrawn_version=withdrawn_version,
            code_digest=code_digest(__name__),
            pushed_model=channel_utils.as_channel([PushedModel()]),
            **channels,
        )
        super().__init__(spec=spec)
