"""Searches on the drawn clips with the smallest network."""

import json
from pathlib import Path
from typing import Any

from keras_tuner.engine.trial import Trial
from tfx.components.tuner.component import TunerFnResult

from foundation.messages.errors import UserError
from models.config import ModelConfig
from models.data import ClipSource
from models.training.job import Job
from models.training.job import make_job as read_arguments
from models.tuning.config import TunerConfig
from models.tuning.search import ClipTuner, make_tuner
from tests.models.clips import CLASSES
from tests.models.training.fitting import training_config

SMOOTHING = "training.label_smoothing"


def job_config(model: ModelConfig, folder: Path, **training: Any) -> dict[str, str]:
    """What the pipeline hands to Tuner and Trainer."""
    return {
        # No convolution needs to be traced: a search is about many trainings, not about what is trained.
        "model": model.model_copy(update={"network": "majority"}).model_dump_json(),
        "training": training_config(**{"epochs": 1, "warmup_epochs": 0, **training}).model_dump_json(),
        "metadata": "{}",
        "sampling": "{}",
        "classes": json.dumps(CLASSES),
        "code_digest": "code",
        "recipe": "recipe",
        "checkpoint_root": f"{folder}/checkpoints",
    }


def make_job(source: ClipSource, folder: Path, **training: Any) -> Job:
    """A training on the clips of `source`, evaluated on the same ones."""
    patterns = tuple(source.patterns)
    transform = str(Path(source.transform.transform_savedmodel_dir).parent)
    known_by = {"training_key": "key", "checkpoint_dir": f"{folder}/checkpoints/key"}
    return Job(patterns, patterns, transform, "", "", None, job_config(source.model, folder, **training) | known_by)


def tuner_of(source: ClipSource, folder: Path, search: dict[str, Any], **training: Any) -> ClipTuner:
    """A search that can begin, or go on."""
    return make_tuner(make_job(source, folder, **training), TunerConfig.model_validate(search))


class Untrained(ClipTuner):
    """Trains nothing. Its loss is the smoothing, and what has too much of it diverges."""

    def _train(self, trial: Trial) -> tuple[float, int]:
        smoothing = trial.hyperparameters.values[SMOOTHING]
        if smoothing > 0.5:
            raise UserError("training diverged")
        return smoothing, 1


def untrained(source: ClipSource, folder: Path, search: dict[str, Any]) -> Untrained:
    """A search without trainings, which has ended."""
    tuner = Untrained(make_job(source, folder), TunerConfig.model_validate(search))
    tuner.search()
    return tuner


def untrained_tuner_fn(fn_args: Any) -> TunerFnResult:
    """What TFX's Tuner calls for a search without trainings."""
    job = read_arguments(fn_args)
    return TunerFnResult(tuner=Untrained(job, TunerConfig.model_validate_json(job.config["tuner"])), fit_kwargs={})
