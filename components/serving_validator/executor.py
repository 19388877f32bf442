"""The executor of the ServingValidator."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfx.dsl.components.base import base_executor
from tfx.types import artifact_utils
from tfx.utils import io_utils, path_utils

from components.serving_validator.process import ProbeJob, run_probe
from components.serving_validator.rules import (
    CONTAINER,
    SERVING_FILE,
    SIZE,
    Measurement,
    ServingValidationConfig,
    judge,
)
from components.storage.seal import MODEL_SEAL, seal_folder, write_seal
from foundation.messages.progress import say

# TFX's InfraValidator gives these names to files and properties, and its Pusher reads them; they are private there.
_BLESSED_FILE, _NOT_BLESSED_FILE = "INFRA_BLESSED", "INFRA_NOT_BLESSED"
_BLESSED, _HAS_MODEL = "blessed", "has_model"


class ServingValidatorExecutor(base_executor.BaseExecutor):
    """Tries a copy of the model, with warm-up requests in it; the blessing holds this very copy."""

    def Do(self, input_dict: dict[str, Any], output_dict: dict[str, Any], exec_properties: dict[str, Any]) -> None:  # noqa: N802
        config = ServingValidationConfig.model_validate_json(exec_properties["serving_validation"])
        exported = path_utils.serving_model_path(artifact_utils.get_single_uri(input_dict["model"]))
        examples = Path(artifact_utils.get_single_uri(input_dict["examples"])) / "Split-test"
        blessing = artifact_utils.get_single_instance(output_dict["blessing"])

        candidate = Path(path_utils.stamped_model_path(blessing.uri))
        io_utils.copy_dir(exported, str(candidate))
        size = Measurement(SIZE, "", _megabytes(candidate))
        job = ProbeJob(str(candidate), str(examples), config.num_requests, exec_properties["model_name"])
        container = read_container_blessing(input_dict.get("container_blessing", ()), config.num_requests)
        verdict = judge(config, (*run_probe(job, config.time_limit_seconds), size, *container))
        if verdict.passed:
            write_seal(Path(blessing.uri) / MODEL_SEAL, seal_folder(candidate))
        else:
            shutil.rmtree(candidate)

        (Path(blessing.uri) / (_BLESSED_FILE if verdict.passed else _NOT_BLESSED_FILE)).write_text("")
        blessing.set_int_custom_property(_BLESSED, int(verdict.passed))
        blessing.set_int_custom_property(_HAS_MODEL, int(verdict.passed))
        report = Path(artifact_utils.get_single_uri(output_dict["serving_report"]))
        report.mkdir(parents=True, exist_ok=True)
        (report / SERVING_FILE).write_text(json.dumps(verdict.as_json(), indent=2) + "\n")
        num_passed = len(verdict.findings) - len(verdict.failures)
        say(f"{num_passed} of {len(verdict.findings)} checks passed")


def read_container_blessing(blessings: Sequence[Any], num_requests: int) -> tuple[Measurement, ...]:
    """The result of TFX's InfraValidator, if there was one; the artifact says no more than yes or no."""
    return tuple(
        Measurement(CONTAINER, "", float(num_requests))
        if blessing.get_int_custom_property(_BLESSED)
        else Measurement(CONTAINER, "", None, "the log of the run says why; does Docker run?")
        for blessing in blessings
    )


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
