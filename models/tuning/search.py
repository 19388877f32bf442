"""The search: TFX's Tuner calls `tuner_fn`, KerasTuner chooses values, and each trial is a training like any other."""

import time
from dataclasses import replace
from typing import Any

import keras
import keras_tuner
import tensorflow as tf
from keras_tuner.engine.base_tuner import BaseTuner
from keras_tuner.engine.trial import Trial
from tfx.components.tuner.component import TunerFnResult

from foundation.messages.errors import UserError
from foundation.messages.progress import announce, say
from models.training.checkpoints import CheckpointFolder
from models.training.distribution import make_strategy
from models.training.history import best_epoch, eval_losses
from models.training.job import Job, make_job, with_values
from models.training.learning import learn
from models.training.preparation import prepare
from models.tuning.config import TunerConfig, describe, trial_values
from models.tuning.oracles import make_oracle


def tuner_fn(fn_args: Any) -> TunerFnResult:
    """Entry point for TFX's Tuner; `fn_args.custom_config` is described in `models.training.job`."""
    job = make_job(fn_args)
    config = TunerConfig.model_validate_json(job.config["tuner"])
    return TunerFnResult(tuner=make_tuner(job, config), fit_kwargs={})


def make_tuner(job: Job, config: TunerConfig) -> "ClipTuner":
    """The tuner of a new search, or of one that was interrupted."""
    try:
        return ClipTuner(job, config)
    except (ValueError, KeyError, RuntimeError) as error:
        say(f"the search in {search_dir(job)} cannot be read ({error}); it starts anew")
        return ClipTuner(job, config, overwrite=True)


def search_dir(job: Job) -> str:
    """Folder for the state of a search, and for the checkpoint of the trial that is running."""
    return f"{job.config['checkpoint_dir']}.search"


class ClipTuner(BaseTuner):
    """Trains with the values of each trial and reports the lowest validation loss.

    A trial that was interrupted, or that Hyperband takes further, goes on after its last epoch.
    """

    def __init__(self, job: Job, config: TunerConfig, *, overwrite: bool = False) -> None:
        """`overwrite`: forget what an earlier search has left."""
        self._job = job
        self._epochs = config.epochs
        if config.search == "hyperband" and config.epochs is None:
            self._epochs = job.training.epochs
        directory, _, name = search_dir(job).rpartition("/")
        oracle = make_oracle(config, self._epochs or job.training.epochs)
        super().__init__(oracle, directory=directory, project_name=name, overwrite=overwrite)
        if oracle.end_order:
            say(f"resumed after trial {len(oracle.end_order)}")

    def search(self, *args: Any, **kwargs: Any) -> None:
        """Run all trials.

        Raises:
          UserError: none of them came to a result.
        """
        try:
            super().search(*args, **kwargs)
        except keras_tuner.errors.FatalError as error:
            raise (error.__cause__ or error) from None
        best, *_ = self.oracle.get_best_trials(1)
        if best.status != "COMPLETED":
            raise UserError(
                f"none of the {len(self.oracle.trials)} trials of tuner.space came to a result; "
                f"the first one: {next(iter(self.oracle.trials.values())).message.splitlines()[-1]}"
            )
        for trial_id in self.oracle.trials:
            self._checkpoints(trial_id).clear()
        say(f"best of {len(self.oracle.trials)} trials: {_describe(best)}, eval loss {best.score:.4g}")

    def run_trial(self, trial: Trial, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Train with the trial's values.

        Raises:
          FailedTrialError: the values are bad: the loss is not a number, or memory does not suffice.
          FatalError: there is another cause; KerasTuner would otherwise go on with the next trial.
        """
        started = time.monotonic()
        title = f"trial {int(trial.trial_id) + 1} of {self.oracle.max_trials}: {_describe(trial)}"
        try:
            loss, num_epochs = self._train(trial)
        except (UserError, tf.errors.ResourceExhaustedError) as error:
            reason = str(error).splitlines()[0]
            announce(f"{title}: failed: {reason}")
            raise keras_tuner.errors.FailedTrialError(reason) from error
        except Exception as error:
            raise keras_tuner.errors.FatalError from error
        announce(f"{title}: eval loss {loss:.4g} after {num_epochs} epochs, {time.monotonic() - started:.0f} s")
        return {"val_loss": loss}

    def _train(self, trial: Trial) -> tuple[float, int]:
        """Train; return the lowest validation loss, and the number of epochs that the trial has had."""
        values = dict(trial_values(trial.hyperparameters.values))
        if self._epochs:
            values["training.epochs"] = self._epochs
        job = replace(self._job, config=with_values(self._job.config, values))
        notes = trial.hyperparameters.values  # with those of Hyperband: tuner/...
        checkpoints = self._checkpoints(trial.trial_id)
        if earlier := notes.get("tuner/trial_id"):
            _move(self._checkpoints(earlier).path, checkpoints.path)

        keras.utils.clear_session()
        keras.utils.set_random_seed(job.training.seed)
        prepared = prepare(job)
        history = learn(
            prepared,
            make_strategy(job.training),
            checkpoints,
            self.get_trial_dir(trial.trial_id),
            stop_after=notes.get("tuner/epochs"),
        ).history
        if "tuner/epochs" not in notes:
            checkpoints.clear()
        losses = eval_losses(history)
        return losses[best_epoch(losses) or 0], len(history)

    def _checkpoints(self, trial_id: str) -> CheckpointFolder:
        return CheckpointFolder(f"{self.get_trial_dir(trial_id)}/checkpoint")


def _move(source: str, target: str) -> None:
    """Hand a checkpoint on, unless an interrupted trial has done so already."""
    if tf.io.gfile.exists(source) and not tf.io.gfile.exists(target):
        tf.io.gfile.rename(source, target)


def _describe(trial: Trial) -> str:
    return describe(trial_values(trial.hyperparameters.values))
