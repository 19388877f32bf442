"""Names that stand in for paths of this machine wherever something is told by its parameters.

Where data lie is no part of what they are: their content is in the keys already, as digests. So a training's key, and the
parameters that TFX's cache takes into its keys, hold the names of places, and executors get the paths.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import PurePath
from typing import Any

from pipeline.config import Config

CHECKPOINTS = "checkpoints"


class Places:
    """The paths that a configuration names, by the names that stand in for them; addresses stay as they are."""

    def __init__(self, paths: Mapping[str, str | None]) -> None:
        """`paths`: by what they are called; those that are not absolute are left out."""
        named = {f"<{name}>": path for name, path in paths.items() if path and PurePath(path).is_absolute()}
        self._path_of = named
        # Of several names of one path the first one stands for it.
        self._name_of = {path: name for name, path in reversed(named.items())}

    def hide(self, parameter: str) -> str:
        """A parameter, perhaps JSON with JSON in it, with names for the paths."""
        return _replaced(parameter, lambda text: self._name_of.get(text, text))

    def show(self, parameter: str) -> str:
        """What `hide` was given, but for the white space of JSON."""
        return _replaced(parameter, lambda text: self._path_of.get(text, text))


def data_places(config: Config) -> dict[str, str | None]:
    """Where the data lie, and what was decided about them, by the keys of the configuration; None for keys without a value."""
    return {
        "data.annotations": config.data.annotations,
        "data.videos": config.data.videos,
        "data.label_map": config.data.label_map,
        "splits.assignment": config.splits.assignment,
        "checks.previous_annotations": config.checks.previous_annotations,
        "checks.previous_videos": config.checks.previous_videos,
    }


def places_of(config: Config, base_model: str | None = None) -> Places:
    """The places of which the content is known by digests; `base_model`: the path of what training begins from."""
    warm_start = config.training.warm_start
    return Places(
        {
            **data_places(config),
            "training.warm_start.model": warm_start.place if warm_start else None,
            "base_model": base_model,
            "checkpoints": f"{config.local_pipeline_root}/{CHECKPOINTS}",
        }
    )


def _replaced(text: str, change: Callable[[str], str]) -> str:
    if not text.startswith(("{", "[")):
        return change(text)
    try:
        value = json.loads(text)
    except ValueError:
        return text
    changed = _replaced_in(value, change)
    return text if changed == value else json.dumps(changed)


def _replaced_in(value: Any, change: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return _replaced(value, change)
    if isinstance(value, list):
        return [_replaced_in(item, change) for item in value]
    if isinstance(value, dict):
        return {key: _replaced_in(item, change) for key, item in value.items()}
    return value
