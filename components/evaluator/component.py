"""Evaluator: how good a model is on a split, overall and on each slice."""

import json
from collections.abc import Sequence

from tensorflow_model_analysis.proto.config_pb2 import EvalConfig
from tfx.dsl.components.base import base_beam_component, executor_spec
from tfx.types import standard_component_specs
from tfx.types.channel import BaseChannel
from tfx.types.component_spec import ChannelParameter, ComponentSpec
from tfx.types.system_executions import Evaluate

from components.artifacts import FoldAnswers, IngestLedger
from components.evaluator import extractors, fold_answers, fold_windows, windows
from components.evaluator.executor import EvaluatorExecutor
from components.specification import make_spec, text_parameters
from foundation.code_digest import code_digest

# By whether answers on folds are evaluated, and whether those on the windows of a segment are one.
_MODULES = {
    (False, False): extractors,
    (False, True): windows,
    (True, False): fold_answers,
    (True, True): fold_windows,
}


class EvaluatorSpec(ComponentSpec):
    """TFX's own specification, and the digest of our metrics and extractors, for which TFX has no parameter."""

    INPUTS = {
        **standard_component_specs.EvaluatorSpec.INPUTS,
        "ledger": ChannelParameter(type=IngestLedger),
        "answers": ChannelParameter(type=FoldAnswers, optional=True),
    }
    OUTPUTS = standard_component_specs.EvaluatorSpec.OUTPUTS
    PARAMETERS = {**standard_component_specs.EvaluatorSpec.PARAMETERS, **text_parameters("code_digest")}
    TYPE_ANNOTATION = Evaluate


class Evaluator(base_beam_component.BaseBeamComponent):
    """Measures what `eval_config` names; its `blessing` stays empty, since ModelGate gives one."""

    SPEC_CLASS = EvaluatorSpec
    EXECUTOR_SPEC = executor_spec.BeamExecutorSpec(EvaluatorExecutor)

    def __init__(
        self,
        *,
        eval_config: EvalConfig,
        splits: Sequence[str],
        average_windows: bool = False,
        **inputs: BaseChannel | None,
    ) -> None:
        """`inputs`: the channels of the specification, by name; with `answers`, which are on folds, there is no model.

        `average_windows`: those of a segment count as one clip.
        """
        module = _MODULES["answers" in inputs, average_windows]
        spec = make_spec(
            type(self),
            # Of the whole package: TFMA finds metrics by the names in `eval_config`.
            code_digest=code_digest(__package__),
            eval_config=eval_config,
            example_splits=json.dumps(splits),
            module_path=module.__name__,
            **inputs,
        )
        super().__init__(spec)
