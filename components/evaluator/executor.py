"""The executor of the Evaluator."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tensorflow_model_analysis.proto.config_pb2 import EvalConfig
from tfx.components.evaluator.executor import Executor
from tfx.types import artifact_utils
from tfx.types.standard_artifacts import Model
from tfx.utils import path_utils, proto_utils

from components.evaluator.slices import with_quartiles
from components.video_example_gen.ledger import read_summary
from models.export_info import read_export_info


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
        elif (baseline := input_dict.get("baseline_model")) and not _are_comparable(input_dict["model"], baseline):
            # It could not even read these clips' labels; the gate says that it was not asked.
            input_dict = {name: artifacts for name, artifacts in input_dict.items() if name != "baseline_model"}
        super().Do(input_dict, output_dict, {**exec_properties, "eval_config": proto_utils.proto_to_json(eval_config)})


def _are_comparable(*models: Sequence[Model]) -> bool:
    """Tell whether all of them give a clip one label, or all several."""
    infos = (read_export_info(Path(path_utils.serving_model_path(artifacts[0].uri))) for artifacts in models)
    return len({info.has_several_labels for info in infos}) == 1
