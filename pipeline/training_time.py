"""How long a training will take on this machine, from steps that are measured in a process of its own."""

import json
import subprocess
from collections.abc import Mapping, Sequence

from components.annotations.splits.config import FOLD_SPLITS
from foundation.messages.errors import MachineError
from foundation.processes import child_environment, reporting_process
from models.config import ModelConfig
from models.networks.catalogue import NETWORKS
from models.training.config import TrainingConfig
from models.training.duration import learning_equivalent

_MODULE = "models.step_timing"
# To build a network, trace it, and read the first clips.
_SECONDS_TO_BEGIN = 6.0


def training_seconds(
    seconds_per_clip: float,
    model: ModelConfig,
    training: TrainingConfig,
    sizes: Mapping[str, float],
    num_folds: int | None = None,
) -> float:
    """What the trainings of a run take; `sizes`: clips of each split."""
    num_clips = _cost_in_clips(model, training, sizes, num_folds)
    return seconds_per_clip * num_clips + (1 + (num_folds or 0)) * _SECONDS_TO_BEGIN


def _cost_in_clips(
    model: ModelConfig, training: TrainingConfig, sizes: Mapping[str, float], num_folds: int | None
) -> float:
    """What the trainings of a run cost, in clips that are learned from."""
    num_learned = sum(sizes[split] for split in (FOLD_SPLITS if num_folds else ("train",)))
    if NETWORKS[model.network].is_pretrained and training.warm_start is None:
        # Its encoder sees each clip once, which is what is measured of it. The folds share what it has seen.
        return (2 if num_folds else 1) * (num_learned + sizes["eval"])
    one = learning_equivalent(num_learned, sizes["eval"], training.epochs)
    if not num_folds:
        return one
    return one + num_folds * learning_equivalent(num_learned * (1 - 1 / num_folds), sizes["eval"], training.epochs)


def measure_seconds_per_clip(
    models: Sequence[ModelConfig], training: TrainingConfig, num_classes: int, most_seconds: float | None = None
) -> list[float]:
    """What each model takes for a clip in training, until one takes more than `most_seconds`.

    Raises:
      MachineError: the process that measures ended without an answer.
    """
    job = {
        "models": [model.model_dump(mode="json") for model in models],
        "training": training.model_dump(mode="json"),
        "num_classes": num_classes,
        "most_seconds": most_seconds,
    }
    found: list[float] = []
    quiet = child_environment(TF_CPP_MIN_LOG_LEVEL="3", PYTHONWARNINGS="ignore")
    nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    with reporting_process(_MODULE, json.dumps(job), env=quiet, inherit=(), **nowhere) as (process, events):
        try:
            for line in events:
                event = json.loads(line)
                if "error" in event:
                    raise MachineError(f"steps of training cannot be measured: {event['error']}")
                found.append(event["seconds_per_clip"])
            process.wait()
        finally:
            process.kill()
            process.wait()
    if not found:
        raise MachineError(f"steps of training cannot be measured: the process ended with status {process.returncode}")
    return found
