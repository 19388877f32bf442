"""Run parameters: what may be another value in each run of a pipeline that is planned when it runs.

They are keys of the configuration. None of them decides which components there are.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from components.model_gate.config import GatesConfig
from components.storage.root import is_remote
from foundation.messages.errors import UserError
from foundation.messages.wording import meant
from models.tuning.config import assign
from pipeline.config import Config, check_config
from pipeline.places import data_places

_SETTINGS = ("splits.seed", "training.epochs", "training.seed", "training.batch_size", "training.learning_rate")
# Kubeflow's types of parameters.
_TYPE_OF = {str: "STRING", bool: "BOOLEAN", int: "NUMBER_INTEGER", float: "NUMBER_DOUBLE", dict: "STRUCT"}
_CLASSES: dict[str, type | tuple[type, ...]] = {
    "BOOLEAN": bool,
    "NUMBER_INTEGER": int,
    "NUMBER_DOUBLE": (int, float),
    "LIST": list,
    "STRUCT": dict,
}


def run_parameters(config: Config) -> dict[str, Any]:
    """The run parameters of a configuration with its values, which are their defaults.

    What has no value in the configuration is no parameter: Kubeflow has none without a default that need not be given.
    """
    # Validated, so that a bar of 0 is no integer.
    gates = GatesConfig.model_validate(config.gates.model_dump())
    values = config.model_copy(update={"gates": gates}).model_dump(mode="json")
    bars = [f"gates.{name}" for name, value in values["gates"].items() if isinstance(value, int | float)]
    found = data_places(config) | {key: _value(values, key) for key in (*_SETTINGS, *bars, "gates.classes")}
    return {key: value for key, value in found.items() if value is not None}


def _value(values: Any, key: str) -> Any:
    for part in key.split("."):
        values = values[part]
    return values


def with_parameters(config: Config, values: Mapping[str, Any]) -> Config:
    """The configuration with other values at keys.

    Raises:
      UserError: there is no such key, or the configuration cannot have such a value; keys are named.
    """
    require_known(values, run_parameters(config))
    # A pod has no folder that places could be relative to.
    for key in data_places(config):
        place = values.get(key)
        if place and not is_remote(place) and not place.startswith("/"):
            raise UserError(
                f"{key}: {place!r} is relative, and a step has no folder for it; give an address or a whole path"
            )
    return check_config(assign(config.model_dump(mode="json"), values), "--parameter")


def type_of(value: Any) -> str:
    """Kubeflow's type of parameters for a value of the configuration."""
    return _TYPE_OF[type(value)]


def parse(name: str, text: str, kind: str) -> Any:
    """The value of a parameter of one of Kubeflow's types from its text, which is JSON for all types but STRING.

    Raises:
      UserError: it is no such value.
    """
    if kind == "STRING":
        return text
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UserError(f"--parameter {name}: {text[:200]!r} is no {kind.lower()}: {error}") from error
    # To Python truth is a number.
    if isinstance(value, bool) != (kind == "BOOLEAN") or not isinstance(value, _CLASSES[kind]):
        raise UserError(f"--parameter {name}: {text[:200]!r} is no {kind.lower()}")
    return value


def with_texts(config: Config, texts: Mapping[str, str]) -> Config:
    """The configuration with the values of run parameters that are given as text.

    Raises:
      UserError: as `with_parameters` and `parse`.
    """
    defaults = run_parameters(config)
    require_known(texts, defaults)
    values = {name: parse(name, text, type_of(defaults[name])) for name, text in texts.items()}
    return with_parameters(config, values)


def by_name(parameters: Sequence[str]) -> dict[str, str]:
    """The texts of parameters that are given as NAME=VALUE.

    Raises:
      UserError: one is not given so.
    """
    values = {}
    for parameter in parameters:
        name, separator, value = parameter.partition("=")
        if not separator:
            raise UserError(f"--parameter {parameter}: expected NAME=VALUE")
        values[name] = value
    return values


def require_known(given: Mapping[str, Any], known: Mapping[str, Any]) -> None:
    """Check that a pipeline has these parameters.

    Raises:
      UserError: it has others; they are named, and the nearest.
    """
    for name in sorted(set(given) - set(known)):
        all_known = ", ".join(sorted(known)) or "no parameters"
        raise UserError(
            f"--parameter {name}: there is no such parameter{meant(name, known)}; the pipeline has {all_known}"
        )
