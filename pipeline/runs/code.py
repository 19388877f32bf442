"""The code of a run's components, by the digests that TFX's cache knows it by."""

import json
from collections.abc import Iterable
from typing import Any

from foundation.code_digest import code_digest
from pipeline.plan import TRAINER_MODULE, TRANSFORM_MODULE, TUNER_MODULE

_EVALUATOR = "components.evaluator"
_MODULES = {
    "AnnotationValidator": "components.annotation_validator.component",
    "VideoExampleGen": "components.video_example_gen.component",
    "VideoSchemaGen": "components.video_schema_gen.component",
    "Transform": TRANSFORM_MODULE,
    "BaseModelCopy": "components.base_model.component",
    "Tuner": TUNER_MODULE,
    "FoldTrainer": "components.fold_trainer.component",
    "Trainer": TRAINER_MODULE,
    "Baseline": "components.baseline.component",
    "Evaluator": _EVALUATOR,
    "TrainEvaluator": _EVALUATOR,
    "BaseEvaluator": _EVALUATOR,
    "SingleFrameTrainer": TRAINER_MODULE,
    "SingleFrameEvaluator": _EVALUATOR,
    "ModelGate": "components.model_gate.component",
    "ServingValidator": "components.serving_validator.component",
    "Pusher": "components.pusher.component",
    "Reporter": "components.reporter.component",
}


def code_of(components: Iterable[Any]) -> dict[str, str]:
    """The digests among the parameters of a pipeline's components, by component; TFX's own have none."""
    digests = {component.id: _digest_in(component.exec_properties) for component in components}
    return {component: digest for component, digest in digests.items() if digest}


def code_now(components: Iterable[str]) -> dict[str, str]:
    """The digests of the same components' code as it is now; those that there are none of any more are left out."""
    return {component: code_digest(_MODULES[component]) for component in components if component in _MODULES}


def _digest_in(parameters: dict[str, Any]) -> str:
    own = parameters.get("code_digest")
    return str(own or json.loads(parameters.get("custom_config") or "{}").get("code_digest") or "")
