"""FoldTrainer: what models say of all clips but those of the eval split, each of a model that has never seen its group."""

import json
from collections.abc import Mapping

from tfx.dsl.components.base import base_component, executor_spec
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec
from tfx.types.standard_artifacts import Examples, TransformGraph
from tfx.types.system_executions import Train

from components.artifacts import FoldAnswers, IngestLedger
from components.fold_trainer.executor import FoldTrainerExecutor
from components.specification import make_spec, text_parameters


class FoldTrainerSpec(ComponentSpec):
    """`custom_config` is the Trainer's, as JSON; `num_folds` and `seed` are whole numbers."""

    INPUTS = {
        "examples": ChannelParameter(type=Examples),
        "transform_graph": ChannelParameter(type=TransformGraph),
        "ledger": ChannelParameter(type=IngestLedger),
    }
    OUTPUTS = {"answers": ChannelParameter(type=FoldAnswers)}
    PARAMETERS = text_parameters("custom_config", "num_folds", "seed", "code_digest")
    TYPE_ANNOTATION = Train


class FoldTrainer(base_component.BaseComponent):
    """Trains once for each fold of the clips without it, with the Trainer's own functions, and asks about it."""

    SPEC_CLASS = FoldTrainerSpec
    EXECUTOR_SPEC = executor_spec.ExecutorClassSpec(FoldTrainerExecutor)

    def __init__(
        self,
        *,
        examples: BaseChannel,
        transform_graph: BaseChannel,
        ledger: BaseChannel,
        custom_config: Mapping[str, str],
        num_folds: int,
        seed: int,
    ) -> None:
        """`custom_config`: see `models.training.job`; `seed`: another one assigns other groups to the folds."""
        spec = make_spec(
            type(self),
            examples=examples,
            transform_graph=transform_graph,
            ledger=ledger,
            custom_config=json.dumps(custom_config),
            num_folds=str(num_folds),
            seed=str(seed),
        )
        super().__init__(spec)
