"""VideoExampleGen: videos and annotations to Examples and a ledger."""

import json
from collections.abc import Sequence

from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import channel_utils
from tfx.types.component_spec import ChannelParameter, ComponentSpec, ExecutionParameter
from tfx.types.standard_artifacts import Examples

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.splits.config import SplitsConfig
from components.artifacts import IngestLedger
from components.video.config import SamplingConfig
from components.video_example_gen.executor import VideoExampleGenExecutor
from foundation.code_digest import code_digest


class VideoExampleGenSpec(ComponentSpec):
    """Parameters are JSON; `fingerprint` changes when the inputs do, so that the cache notices new data."""

    INPUTS: dict[str, ChannelParameter] = {}
    OUTPUTS = {
        "examples": ChannelParameter(type=Examples),
        "ledger": ChannelParameter(type=IngestLedger),
    }
    PARAMETERS = {
        "data": ExecutionParameter(type=str),
        "splits": ExecutionParameter(type=str),
        "negatives": ExecutionParameter(type=str),
        "sampling": ExecutionParameter(type=str),
        "classes": ExecutionParameter(type=str),
        "fingerprint": ExecutionParameter(type=str),
        "code_digest": ExecutionParameter(type=str),
    }


class VideoExampleGen(base_beam_component.BaseBeamComponent):
    """Executor only, without a driver of its own: Kubeflow's runner supports no custom drivers."""

    SPEC_CLASS = VideoExampleGenSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(VideoExampleGenExecutor)

    def __init__(
        self,
        *,
        data: DataConfig,
        splits: SplitsConfig,
        negatives: NegativesConfig | None,
        sampling: SamplingConfig,
        classes: Sequence[str],
        fingerprint: str,
    ) -> None:
        """`fingerprint`: what `components.annotations.files.fingerprint` says of the inputs."""
        spec = VideoExampleGenSpec(
            data=data.model_dump_json(),
            splits=splits.model_dump_json(),
            negatives=negatives.model_dump_json() if negatives else "null",
            sampling=sampling.model_dump_json(),
            classes=json.dumps(list(classes)),
            fingerprint=fingerprint,
            code_digest=code_digest(__name__),
            examples=channel_utils.as_channel([Examples()]),
            ledger=channel_utils.as_channel([IngestLedger()]),
        )
        super().__init__(spec=spec)
