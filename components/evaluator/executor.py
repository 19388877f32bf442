"""The executor of the Evaluator."""

from pathlib import Path
from typing import Any

from tensorflow_model_analysis.proto.config_pb2 import EvalConfig
from tfx.components.evaluator.executor import Executor
from tfx.types import artifact_utils
from tfx.utils import proto_utils

from components.evaluator.slices import with_quartiles
from components.video_example_gen.ledger import read_summary


class EvaluatorExecutor(Executor):
    """TFX's executor. It gets the quartiles of metadata from the ledger."""

    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        quartiles = read_summary(Path(artifact_utils.get_single_uri(input_dict["ledger"])))["metadata_quartiles"]
        eval_config = EvalConfig()
        proto_utils.json_to_proto(exec_properties["eval_config"], eval_config)
        for spec in eval_config.slicing_specs:
            spec.feature_keys[:] = [with_quartiles(key, quartiles) for key in spec.feature_keys]
        if answers := input_dict.get("answers"):
            # TFX hands the path of a model to the extractors, and nothing else.
            input_dict = {**input_dict, "model": answers}
        super().Do(input_dict, output_dict, {**exec_properties, "eval_config": proto_utils.proto_to_json(eval_config)})
