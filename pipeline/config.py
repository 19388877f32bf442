"""The configuration file: one YAML, checked as a whole before anything runs."""

from pathlib import Path
from typing import Any

import yaml
from pydantic import Field, ValidationError, model_validator

from components.annotations.config import DataConfig, SplitsConfig
from components.annotations.records import UserError
from components.model_gate.rules import GatesConfig
from components.video.config import SamplingConfig
from models.config import ModelConfig, TrainingConfig
from models.section import Section


class ServingConfig(Section):
    """Where a model goes that has passed the gates. `directory` defaults to `<output_dir>/serving/<model_name>`."""

    model_name: str = Field("action", pattern=r"^[A-Za-z0-9_.-]+$")
    directory: str | None = None


class BeamConfig(Section):
    """How Beam runs on this machine: `workers` processes, and any further pipeline options."""

    workers: int = Field(1, ge=1, le=256)
    args: tuple[str, ...] = ()


class KubeflowConfig(Section):
    """What the compiled pipeline needs to know; only used by `clipgate compile`."""

    image: str = "clipgate:latest"
    pipeline_root: str = "gs://your-bucket/clipgate"


class Config(Section):
    """The whole configuration."""

    name: str = Field("clipgate", pattern=r"^[a-z0-9][a-z0-9-]*$")
    output_dir: str
    data: DataConfig
    splits: SplitsConfig = SplitsConfig()
    sampling: SamplingConfig = SamplingConfig()
    model: ModelConfig = ModelConfig()
    training: TrainingConfig = TrainingConfig()
    gates: GatesConfig = GatesConfig()
    serving: ServingConfig = ServingConfig()
    beam: BeamConfig = BeamConfig()
    kubeflow: KubeflowConfig = KubeflowConfig()

    @model_validator(mode="after")
    def _sections_agree(self) -> "Config":
        if self.model.num_frames > self.sampling.num_frames:
            raise ValueError(
                f"model.num_frames is {self.model.num_frames}, but sampling.num_frames stores only "
                f"{self.sampling.num_frames} frames a clip"
            )
        return self

    @property
    def push_destination(self) -> str:
        """The directory that TensorFlow Serving watches."""
        return self.serving.directory or f"{self.output_dir}/serving/{self.serving.model_name}"


def load_config(path: Path) -> Config:
    """Read and check a configuration file; its relative paths are relative to the file.

    Raises:
      UserError: the file cannot be read, or a key is unknown, missing or has an impossible value; one line each, with
        the key's path and what was found.
    """
    try:
        values = yaml.safe_load(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: the configuration cannot be read: {error}") from error
    except yaml.YAMLError as error:
        raise UserError(f"{path}: not valid YAML: {error}") from error
    if not isinstance(values, dict):
        raise UserError(f"{path}: expected keys such as data and output_dir; found {type(values).__name__}")
    try:
        config = Config.model_validate(values)
    except ValidationError as error:
        raise UserError("\n".join(f"{path}: {line}" for line in _explain(error))) from error
    return _with_absolute_paths(config, path.parent.resolve())


def _explain(error: ValidationError) -> list[str]:
    lines = []
    for problem in error.errors():
        place = ".".join(str(part) for part in problem["loc"]) or "the sections"
        if problem["type"] == "extra_forbidden":
            lines.append(f"{place}: unknown key; remove it or correct its spelling")
        elif problem["type"] == "missing":
            lines.append(f"{place}: missing; this key has no default")
        else:
            found = "" if isinstance(problem["input"], dict) else f"; found {problem['input']!r}"
            lines.append(f"{place}: {problem['msg'].removeprefix('Value error, ')}{found}")
    return lines


def _with_absolute_paths(config: Config, folder: Path) -> Config:
    def absolute(name: str) -> str:
        return name if "://" in name else str((folder / Path(name).expanduser()).resolve())

    data: dict[str, Any] = {name: absolute(getattr(config.data, name)) for name in ("annotations", "videos")}
    update: dict[str, Any] = {
        "output_dir": absolute(config.output_dir),
        "data": config.data.model_copy(update=data),
    }
    if config.serving.directory:
        directory = absolute(config.serving.directory)
        update["serving"] = config.serving.model_copy(update={"directory": directory})
    return config.model_copy(update=update)
