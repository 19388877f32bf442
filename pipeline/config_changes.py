"""Values of the configuration that a command is given besides the file: KEY=VALUE, such as training.epochs=3."""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from foundation.bounded_yaml import StrictLoader
from foundation.messages.errors import UserError


def changed(values: Mapping[str, Any], changes: Sequence[str]) -> dict[str, Any]:
    """Copy of a configuration's values with others at the keys that `changes` name.

    A key is the names on the way to it with dots between them; what is missing on the way is made. A value is YAML, as in the
    file: a number, true, null, [a, b], {min_recall: 0.5}, or text.

    Raises:
      UserError: a change has no key or no value, is no YAML, or its key leads through a value that has no keys.
    """
    result: dict[str, Any] = dict(values)
    for change in changes:
        key, equals, text = change.partition("=")
        path = key.strip().split(".")
        if not equals or not all(path):
            raise UserError(f"--set {change}: expected KEY=VALUE, such as training.epochs=3")
        section = result
        for position, part in enumerate(path[:-1], 1):
            inner = section.get(part)
            if inner is not None and not isinstance(inner, Mapping):
                raise UserError(f"--set {change}: {'.'.join(path[:position])} is {inner!r}, which has no keys")
            section[part] = dict(inner or {})
            section = section[part]
        section[path[-1]] = _value(change, text)
    return result


def _value(change: str, text: str) -> Any:
    try:
        return yaml.load(text, StrictLoader)
    except yaml.YAMLError as error:
        raise UserError(f"--set {change}: the value is no YAML: {error}; quotes may be missing") from error
