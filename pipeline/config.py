"""The configuration file: one YAML, checked as a whole before anything runs."""

import re
import reprlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import Field, ValidationError, model_validator

from components.annotation_validator.config import ChecksConfig
from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.splits.config import SplitsConfig
from components.evaluator.config import EvaluationConfig
from components.model_gate.config import GatesConfig
from components.pusher.config import PushConfig
from components.serving_validator.rules import ServingValidationConfig
from components.storage.root import is_remote
from components.video.config import SamplingConfig
from foundation.bounded_yaml import StrictLoader, read_bounded
from foundation.messages.errors import UserError
from foundation.messages.wording import meant
from foundation.section import Section, names_beside
from models.augmentation.config import AugmentationConfig
from models.config import FIELDS, ModelConfig
from models.metadata import select_numbers
from models.networks.catalogue import NETWORKS
from models.training.config import PRETRAINED, TrainingConfig
from models.tuning.config import TunerConfig, assign, describe
from pipeline.beam.config import BeamConfig
from pipeline.config_changes import changed
from pipeline.crops import require_crops
from pipeline.kubeflow.config import KubeflowConfig
from pipeline.label_fields import require_fields
from pipeline.tracking.config import TrackingConfig
from pipeline.watch.config import WatchConfig

_QUOTED = re.compile(r"'([^']*)'")
_SectionT = TypeVar("_SectionT", bound=Section)


class ServingConfig(Section):
    """Place for models that have passed the gates."""

    model_name: str = Field(
        "action",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$",
        description="what clients of TensorFlow Serving call the model",
    )
    directory: str | None = Field(
        None,
        description="folder or address that TensorFlow Serving watches, to which versions are pushed; default: "
        "`<output_dir>/serving/<model_name>`",
    )


class Config(Section):
    """The whole configuration."""

    name: str = Field(
        "clipgate",
        pattern=r"^[a-z0-9][a-z0-9-]*$",
        max_length=128,
        description="of the pipeline, in ML Metadata and on Kubeflow",
    )
    output_dir: str = Field(
        min_length=1,
        description="folder for artifacts, ML Metadata, logs, the report and, unless serving.directory says otherwise, models",
    )
    data: DataConfig
    negatives: NegativesConfig | None = None
    splits: SplitsConfig = SplitsConfig()
    checks: ChecksConfig = ChecksConfig()
    sampling: SamplingConfig = SamplingConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    tuner: TunerConfig | None = None
    evaluation: EvaluationConfig = EvaluationConfig()
    gates: GatesConfig = GatesConfig()
    serving: ServingConfig = ServingConfig()
    push: PushConfig = PushConfig()
    serving_validation: ServingValidationConfig = ServingValidationConfig()
    watch: WatchConfig = WatchConfig()
    tracking: TrackingConfig = TrackingConfig()
    beam: BeamConfig = BeamConfig()
    kubeflow: KubeflowConfig = KubeflowConfig()

    @model_validator(mode="after")
    def _sections_agree(self) -> "Config":
        network = NETWORKS[self.model.network]
        if self.model.num_frames > self.sampling.num_frames:
            raise ValueError(
                f"model.num_frames is {self.model.num_frames}, but sampling.num_frames stores only "
                f"{self.sampling.num_frames} frames a clip"
            )
        if self.training.stochastic_depth and not network.has_residual_blocks:
            raise ValueError(
                f"training.stochastic_depth is {self.training.stochastic_depth:g}, but the network {self.model.network} "
                "has no residual blocks to skip; set it to 0 or choose another network"
            )
        warm_start = self.training.warm_start
        if self.gates.limit_forgetting and (warm_start is None or warm_start.model == PRETRAINED):
            raise ValueError(
                "gates.max_forgetting compares with the model that training began from, and training.warm_start names none; "
                "add training.warm_start, or use gates.max_recall_drop, which compares with the last pushed model"
            )
        if self.gates.min_gain_over_single_frame is not None and self.training.distribution == "multi_worker":
            raise ValueError(
                "gates.min_gain_over_single_frame trains a second network, which training.distribution: multi_worker cannot; "
                "leave one of them out"
            )
        try:
            self.evaluation.keys(self.data.metadata_config.columns)
        except ValueError as error:
            raise ValueError(f"evaluation.{error}") from None
        try:
            select_numbers(self.model.metadata, self.data.metadata_config)
        except ValueError as error:
            raise ValueError(f"model.{error}") from None
        if self.evaluation.average_windows and (self.sampling.window_seconds is None or self.model.tracks):
            raise ValueError(
                "evaluation.average_windows makes one answer of a segment's windows, which needs sampling.window_seconds and a "
                "network that gives no boxes; set it to false"
            )
        require_crops(self.sampling, self.negatives, self.model)
        if self.model.labels == FIELDS:
            require_fields(self.data, self.negatives, self.evaluation, self.training)
        if self.evaluation.folds:
            self._require_that_folds_are_honest()
        if warm_start and not network.learns:
            raise ValueError(
                f"training.warm_start: the network {self.model.network} learns nothing that another could begin with"
            )
        if warm_start and warm_start.model == PRETRAINED and not network.is_pretrained:
            raise ValueError(
                f"training.warm_start.model: the network {self.model.network} comes without weights; choose frames, or name "
                "a model that clipgate trained, or weights from elsewhere (docs/pretrained.md)"
            )
        mixing = self.training.augmentation
        changes_views = mixing.model_copy(update={"flip_protected": ()}) != AugmentationConfig()
        if network.is_pretrained and warm_start is None and changes_views:
            raise ValueError(
                f"training.augmentation changes views of clips, but the encoder of {self.model.network} sees each clip once "
                f"where it stays as it is; leave it out, or let the encoder learn with training.warm_start.model: {PRETRAINED}"
            )
        if self.model.tracks and mixing.mixes:
            raise ValueError(
                f"training.augmentation has mixup: {mixing.mixup:g} and cutmix: {mixing.cutmix:g}, but the network "
                f"{self.model.network} looks for one actor and mixed clips show two; set both to 0"
            )
        return self

    def _require_that_folds_are_honest(self) -> None:
        """Refuse what would let a fold's model know the fold, and what trainings without a fold cannot do."""
        warm_start, network = self.training.warm_start, self.model.network
        refused = {
            "training.warm_start begins with a model that may have seen any clip; begin with random weights or with pretrained "
            "ones": warm_start is not None and warm_start.model != PRETRAINED,
            "tuner chooses values by trainings that have seen every fold; search first without folds, and write down what it "
            "found": self.tuner is not None,
            "training.distribution: multi_worker trains one model alone; train on one machine": (
                self.training.distribution == "multi_worker"
            ),
            "gates.min_gain_over_single_frame compares with a network that has seen every fold; take away that bar": (
                self.gates.min_gain_over_single_frame is not None
            ),
            f"{network} gives boxes, which folds do not; choose {network.removesuffix('_tracker')}": self.model.tracks,
        }
        for reason, holds in refused.items():
            if holds:
                raise ValueError(
                    f"evaluation.folds is {self.evaluation.folds}, but {reason}, or leave out evaluation.folds"
                )

    @model_validator(mode="after")
    def _every_trial_is_possible(self) -> "Config":
        if self.tuner is None:
            return self
        if self.training.distribution == "multi_worker":
            raise ValueError(
                "tuner: trials run on one machine, but training.distribution is multi_worker; search without it"
            )
        if "training.epochs" in self.tuner.space and (self.tuner.epochs or self.tuner.search == "hyperband"):
            raise ValueError(
                "tuner.space: training.epochs cannot be searched where tuner.epochs or hyperband decides it"
            )
        values = self.model_dump(exclude={"tuner"})
        for combination in self.tuner.combinations():
            try:
                Config.model_validate(assign(values, combination))
            except ValidationError as error:
                raise ValueError(f"tuner.space allows {describe(combination)}: {_explain(error)[0]}") from None
        return self

    @property
    def local_pipeline_root(self) -> str:
        """Folder in which the local runner keeps artifacts and checkpoints."""
        return f"{self.output_dir}/pipeline"

    @property
    def push_destination(self) -> str:
        """Folder or address that TensorFlow Serving watches."""
        return self.serving.directory or f"{self.output_dir}/serving/{self.serving.model_name}"


def load_config(path: Path, changes: Sequence[str] = ()) -> Config:
    """Read and check a configuration file, with other values where `changes`, each a KEY=VALUE, say so.

    Relative paths are relative to the file.

    Raises:
      UserError: the file or a change cannot be read, or keys are unknown, missing or have impossible values; one line each.
    """
    try:
        values = yaml.load(read_bounded(path), StrictLoader)
    except OSError as error:
        raise UserError(f"{path}: the configuration cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(values, dict):
        found = "nothing" if values is None else reprlib.repr(values)
        raise UserError(f"{path}: expected keys such as data and output_dir; found {found}")
    source = f"{path} with --set {' '.join(changes)}" if changes else str(path)
    return _with_absolute_paths(check_config(changed(values, changes), source), path.parent.resolve())


def check_config(values: dict[str, Any], source: str) -> Config:
    """The configuration of these values; its paths stay as they are.

    Raises:
      UserError: keys are unknown, missing or have impossible values; one line each, which begins with the source.
    """
    try:
        return Config.model_validate(values)
    except ValidationError as error:
        raise UserError("\n".join(f"{source}: {line}" for line in _explain(error))) from error


def _explain(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            near = meant(str(problem["loc"][-1]), names_beside(Config, problem["loc"]))
            text = f"unknown key{near or '; remove it or correct its spelling'}"
        elif problem["type"] == "missing":
            text = "missing; this key has no default"
        elif problem["type"] == "value_error":  # by a validator of ours, which says what was found
            text = problem["msg"].removeprefix("Value error, ")
        else:
            text = f"{problem['msg']}; found {reprlib.repr(problem['input'])}"
            if problem["type"] == "literal_error":
                text += meant(str(problem["input"]), _QUOTED.findall(problem["ctx"]["expected"]))
        lines.append(f"{place}: {text}" if place else text)
    return lines


def _with_absolute_paths(config: Config, folder: Path) -> Config:
    def absolute(key: str, name: str) -> str:
        if is_remote(name):
            return name
        try:
            path = str((folder / Path(name).expanduser()).resolve())
            path.encode()
        except UnicodeEncodeError:
            raise UserError(
                f"{key}: {path!r} has bytes that are no UTF-8, which no part of TFX can write down; rename the folder"
            ) from None
        except (RuntimeError, ValueError, OSError) as error:
            raise UserError(f"{key}: {name!r} is no path: {error}") from error
        return path

    def with_absolute(section: _SectionT, key: str, *names: str) -> _SectionT:
        values = {name: getattr(section, name) for name in names}
        update = {name: absolute(f"{key}.{name}", value) for name, value in values.items() if value}
        return section.model_copy(update=update)

    warm_start = config.training.warm_start
    if warm_start and warm_start.place:
        warm_start = with_absolute(warm_start, "training.warm_start", "model")
    return config.model_copy(
        update={
            "training": config.training.model_copy(update={"warm_start": warm_start}),
            "output_dir": absolute("output_dir", config.output_dir),
            "data": with_absolute(config.data, "data", "annotations", "videos", "label_map"),
            "checks": with_absolute(config.checks, "checks", "previous_annotations", "previous_videos", "decisions"),
            "splits": with_absolute(config.splits, "splits", "assignment"),
            "serving": with_absolute(config.serving, "serving", "directory"),
            "push": with_absolute(config.push, "push", "serving_config"),
        }
    )
