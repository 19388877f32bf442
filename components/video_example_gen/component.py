"""VideoExampleGen: turns videos and annotations into Examples and a ledger."""

import json
from collections.abc import Sequence

from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.dsl.placeholder.placeholder import Placeholder
from tfx.types.component_spec import ChannelParameter, ComponentSpec
from tfx.types.standard_artifacts import Examples

from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.splits.config import SplitsConfig
from components.artifacts import IngestLedger
from components.specification import make_spec, text_parameters
from components.video.config import SamplingConfig
from components.video_example_gen.executor import VideoExampleGenExecutor
from models.config import ONE, Labels


class VideoExampleGenSpec(ComponentSpec):
    """Sections of the configuration are JSON. `fingerprint` changes with the data, so that the cache notices new ones."""

    INPUTS: dict[str, ChannelParameter] = {}
    OUTPUTS = {"examples": ChannelParameter(type=Examples), "ledger": ChannelParameter(type=IngestLedger)}
    PARAMETERS = text_parameters(
        "data", "splits", "negatives", "sampling", "classes", "labels", "fingerprint", "code_digest"
    )


class VideoExampleGen(base_beam_component.BaseBeamComponent):
    """Has an executor and no driver of its own: Kubeflow's runner supports no custom drivers."""

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
        labels: Labels = ONE,
        fingerprint: str | Placeholder,
    ) -> None:
        """`labels`: how many a clip has; `fingerprint`: what `components.annotations.files.fingerprint` says of the inputs."""
        spec = make_spec(
            type(self),
            data=data,
            splits=splits,
            negatives=negatives or "null",
            sampling=sampling,
            classes=json.dumps(list(classes)),
            labels=labels,
            fingerprint=fingerprint,
        )
        super().__init__(spec)
