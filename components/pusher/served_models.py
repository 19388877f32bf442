"""Models and versions to serve, as the command line or TensorFlow Serving's configuration file names them."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from components.storage.patterns import require_no_pattern
from foundation.messages.errors import UserError

if TYPE_CHECKING:
    from tensorflow_serving.config import model_server_config_pb2


@dataclass(frozen=True)
class Latest:
    """Chooses the versions with the highest numbers."""

    num_versions: int = 1

    def choose(self, versions: Collection[int]) -> set[int]:
        return set(sorted(versions)[-self.num_versions :])


@dataclass(frozen=True)
class Specific:
    versions: frozenset[int]

    def choose(self, versions: Collection[int]) -> set[int]:
        return set(versions) & self.versions


@dataclass(frozen=True)
class All:
    def choose(self, versions: Collection[int]) -> set[int]:
        return set(versions)


# Chooses from the existing versions those to be served.
Policy = Latest | Specific | All


@dataclass(frozen=True)
class ModelSettings:
    """`base_path` holds a folder for each version; `labels` are other names of versions."""

    name: str
    base_path: Path
    policy: Policy = Latest()
    labels: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        require_no_pattern(self.name, self.base_path)


# Read anew at each poll.
ReadSettings = Callable[[], list[ModelSettings]]


def read_config_file(path: Path) -> list[ModelSettings]:
    """The models of a `--model_config_file` of TensorFlow Serving (ModelServerConfig as text).

    Raises:
      UserError: it cannot be read, or names no model.
    """
    from google.protobuf import text_format
    from tensorflow_serving.config import model_server_config_pb2  # which loads TensorFlow

    try:
        config = text_format.Parse(path.read_text(encoding="utf-8"), model_server_config_pb2.ModelServerConfig())
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is no model_config_list as TensorFlow Serving reads it: {error}") from error
    models = [_model_settings(model, path) for model in config.model_config_list.config]
    if not models:
        raise UserError(
            f"{path} names no model; expected model_config_list {{ config {{ name: ... base_path: ... }} }}"
        )
    names = [model.name for model in models]
    if len(set(names)) < len(names):
        raise UserError(f"{path} has several models of one name; found {', '.join(sorted(names))}")
    return models


def named_versions(path: Path) -> frozenset[int]:
    """The numbers of all versions that such a file pins or labels, whatever folders its models are in.

    A server in a container knows the folders by other paths than this process; numbers of versions are times, which no two
    models share.

    Raises:
      UserError: as `read_config_file`.
    """
    models = read_config_file(path)
    pinned = (model.policy.versions for model in models if isinstance(model.policy, Specific))
    return frozenset().union(*pinned, *(model.labels.values() for model in models))


def _model_settings(model: "model_server_config_pb2.ModelConfig", path: Path) -> ModelSettings:
    if not model.name or not model.base_path:
        raise UserError(f"{path}: each model needs a name and a base_path; found {str(model).strip()!r}")
    policy: Policy = Latest()
    chosen = model.model_version_policy.WhichOneof("policy_choice")
    if chosen == "all":
        policy = All()
    elif chosen == "specific":
        policy = Specific(frozenset(model.model_version_policy.specific.versions))
    elif chosen == "latest":
        policy = Latest(max(1, model.model_version_policy.latest.num_versions))
    return ModelSettings(model.name, Path(model.base_path), policy, dict(model.version_labels))
