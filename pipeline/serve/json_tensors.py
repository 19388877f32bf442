"""Turns JSON into tensors and back, as TensorFlow Serving's REST API defines it. No TensorFlow here.

Source: https://www.tensorflow.org/tfx/serving/api_rest
"""

import base64
import binascii
import itertools
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from pipeline.serve.errors import invalid
from pipeline.serve.signatures import STRING, Signature, Tensor, Tensors, TensorSpec, dtype_name

_BINARY_KEY = "b64"
_BINARY_SUFFIX = "_bytes"
_MAX_SHOWN_CHARACTERS = 80
_MAX_RANK = 16


def parse_request(body: bytes) -> dict[str, Any]:
    """The JSON object of a request.

    Raises:
      ServeError: INVALID_ARGUMENT; there is none.
    """
    if not body:
        raise invalid("JSON Parse error: The document is empty")
    try:
        request = json.loads(body.decode("utf-8"))
    except json.JSONDecodeError as error:
        raise invalid(f"JSON Parse error: {error.msg} at offset: {error.pos}") from error
    except UnicodeDecodeError as error:
        raise invalid(f"JSON Parse error: Invalid encoding in string. at offset: {error.start}") from error
    except RecursionError as error:
        raise invalid("JSON Parse error: lists or objects are nested too deeply") from error
    except ValueError as error:  # a number of thousands of digits
        raise invalid(f"JSON Parse error: {error}") from error
    if not isinstance(request, dict):
        raise invalid(f"JSON Value: {_shown(request)} Is not object")
    return request


def signature_name(request: Mapping[str, Any]) -> str:
    """The signature that is asked for; empty where the request names none.

    Raises:
      ServeError: INVALID_ARGUMENT; the name is no string.
    """
    name = request.get("signature_name", "")
    if not isinstance(name, str):
        raise invalid(
            f"JSON Value: {_shown(name)} not formatted correctly. 'signature_name' key must be a string value."
        )
    return name


def is_in_rows(request: Mapping[str, Any]) -> bool:
    """Whether a request is in the row format, `instances`; otherwise it is in columns, `inputs`.

    Raises:
      ServeError: INVALID_ARGUMENT; it is in both or in none.
    """
    formats = [name for name in ("instances", "inputs") if name in request]
    if not formats:
        raise invalid("Missing 'inputs' or 'instances' key")
    if len(formats) == 2:
        raise invalid("Not formatted correctly expecting only one of 'inputs' or 'instances' keys to exist")
    return formats == ["instances"]


def read_inputs(request: Mapping[str, Any], signature: Signature) -> Tensors:
    """The input tensors of a request in rows or columns.

    Raises:
      ServeError: INVALID_ARGUMENT; the message says which value is wrong.
    """
    if is_in_rows(request):
        return _read_rows(request["instances"], signature.inputs)
    return _read_columns(request["inputs"], signature.inputs)


def write_outputs(outputs: Tensors, *, in_rows: bool) -> dict[str, Any]:
    """The JSON object of an answer, in the format of its request.

    Raises:
      ServeError: INVALID_ARGUMENT; rows are asked for and the outputs have no batch axis in common.
    """
    columns = {name: to_json(tensor, binary=name.endswith(_BINARY_SUFFIX)) for name, tensor in outputs.items()}
    if not in_rows:
        return {"outputs": columns if len(columns) > 1 else next(iter(columns.values()))}
    if len({tensor.shape[:1] for tensor in outputs.values()}) > 1 or not all(value.ndim for value in outputs.values()):
        raise invalid("the outputs have no batch axis in common: send 'inputs', not 'instances'")
    if len(columns) == 1:
        return {"predictions": next(iter(columns.values()))}
    return {"predictions": [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]}


def to_tensor(value: Any, spec: TensorSpec) -> Tensor:
    """A nested list as a tensor of the type of `spec`; its shape is that of the list.

    Raises:
      ServeError: INVALID_ARGUMENT; lists of one level have different sizes, or values another type.
    """
    shape = _shape(value)
    values = [value]
    for level, size in enumerate(shape):
        for item in values:
            if not isinstance(item, list):
                raise invalid(
                    f"JSON Value: {_shown(item)} found at incorrect level: {level} in the JSON DOM. "
                    f"Expected at level: {len(shape)}"
                )
            if len(item) != size:
                raise invalid(
                    f"Encountered list at unexpected size: {len(item)} at level: {level} expected size: {size}"
                )
        values = list(itertools.chain.from_iterable(values))
    if any(type(item) is list for item in values):
        raise invalid(f"Encountered list at unexpected level: {len(shape)} expected < {len(shape)}")
    return _convert(values, spec.dtype).reshape(shape)


def to_json(tensor: Tensor, *, binary: bool = False) -> Any:
    """A tensor as nested lists. Strings that are not UTF-8, and all of a `binary` tensor, become {"b64": ...}."""
    if tensor.dtype == STRING:
        texts = np.empty(tensor.size, object)
        texts[:] = [_to_text(value, binary) for value in tensor.ravel()]
        return texts.reshape(tensor.shape).tolist()
    if np.issubdtype(tensor.dtype, np.floating) and tensor.dtype.itemsize < 8:
        # The shortest text that is read as this value again: 0.1, not 0.10000000149011612.
        return tensor.astype(str).astype(np.float64).tolist()
    return tensor.tolist()


def _read_rows(rows: Any, specs: Mapping[str, TensorSpec]) -> Tensors:
    if not isinstance(rows, list):
        raise invalid(f"JSON Value: {_shown(rows)} Expecting 'instances' to be an list/array")
    if not rows:
        raise invalid("No values in 'instances' array")
    if not _is_named(rows[0]):
        if len(specs) > 1:
            raise invalid(f"'instances' is a plain list; expected a list of objects with keys {_keys(specs)}")
        rows = [dict.fromkeys(specs, row) for row in rows]
    for index, row in enumerate(rows):
        if not _is_named(row) or row.keys() != specs.keys():
            raise invalid(
                f"Failed to process element: {index} of 'instances' list. JSON object keys must be equal to: {_keys(specs)}"
            )
    return {name: _read_named("instances", name, [row[name] for row in rows], specs) for name in specs}


def _read_columns(columns: Any, specs: Mapping[str, TensorSpec]) -> Tensors:
    if not _is_named(columns):
        if len(specs) > 1:
            raise invalid(f"'inputs' is a plain value/list; expected an object with keys {_keys(specs)}")
        columns = dict.fromkeys(specs, columns)
    missing = [name for name in specs if name not in columns]
    if missing:
        raise invalid(f"Missing named input: {missing[0]} in 'inputs' object.")
    extra = [name for name in columns if name not in specs]
    if extra:
        raise invalid(f"JSON object: does not have named input: {extra[0][:_MAX_SHOWN_CHARACTERS]}")
    return {name: _read_named("inputs", name, columns[name], specs) for name in specs}


def _read_named(key: str, name: str, value: Any, specs: Mapping[str, TensorSpec]) -> Tensor:
    try:
        return to_tensor(value, specs[name])
    except MemoryError:
        raise
    except Exception as error:
        raise invalid(f"Failed to process key: {name} of '{key}'. Error: {error}") from error


def _shape(value: Any) -> tuple[int, ...]:
    """Sizes of nested lists by level, as the first item of each level shows them."""
    sizes = []
    while isinstance(value, list):
        sizes.append(len(value))
        if len(sizes) > _MAX_RANK:
            raise invalid(f"lists are nested deeper than {_MAX_RANK} levels")
        if not value:
            break
        value = value[0]
    return tuple(sizes)


def _convert(values: list[Any], dtype: np.dtype[Any]) -> Tensor:
    if dtype == STRING:
        strings = np.empty(len(values), object)
        strings[:] = [_to_bytes(value) for value in values]
        return strings
    allowed = {bool} if dtype == np.bool_ else {int} if np.issubdtype(dtype, np.integer) else {int, float}
    if not set(map(type, values)) <= allowed:  # True is an int elsewhere, not here
        wrong = next(value for value in values if type(value) not in allowed)
        raise invalid(
            f"JSON Value: {_shown(wrong)} Type: {_json_type(wrong)} is not of expected type: {dtype_name(dtype)}"
        )
    if np.issubdtype(dtype, np.integer) and values:
        limits = np.iinfo(dtype)
        extremes = min(values), max(values)
        if extremes[0] < limits.min or extremes[1] > limits.max:
            wrong = extremes[0] if extremes[0] < limits.min else extremes[1]
            raise invalid(f"JSON Value: {_shown(wrong)} is out of range for type: {dtype_name(dtype)}")
    try:
        return np.array(values, dtype)
    except OverflowError as error:
        raise invalid(f"Cannot convert JSON value to {dtype_name(dtype)} without loss of precision.") from error


def _to_bytes(value: Any) -> bytes:
    if isinstance(value, str):
        try:
            return value.encode("utf-8")
        except UnicodeEncodeError as error:
            raise invalid(f"JSON Value: {_shown(value)} holds half of a surrogate pair") from error
    if not isinstance(value, dict):
        raise invalid(f"JSON Value: {_shown(value)} Type: {_json_type(value)} is not of expected type: string")
    if value.keys() != {_BINARY_KEY} or not isinstance(value[_BINARY_KEY], str):
        raise invalid(f"JSON Value: {_shown(value)} not formatted correctly for base64 data")
    text = value[_BINARY_KEY]
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise invalid("Unable to base64 decode") from error


def _to_text(value: bytes, binary: bool) -> str | dict[str, str]:
    if not binary:
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            pass
    return {_BINARY_KEY: base64.b64encode(value).decode("ascii")}


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and not (value.keys() == {_BINARY_KEY} and isinstance(value[_BINARY_KEY], str))


def _json_type(value: Any) -> str:
    names = {type(None): "Null", dict: "Object", list: "Array", str: "String"}
    return str(value) if isinstance(value, bool) else names.get(type(value), "Number")


def _shown(value: Any) -> str:
    text = repr(value)[: _MAX_SHOWN_CHARACTERS + 1] if isinstance(value, (dict, list)) else str(value)
    return text if len(text) <= _MAX_SHOWN_CHARACTERS else f"{text[:_MAX_SHOWN_CHARACTERS]}..."


def _keys(specs: Mapping[str, TensorSpec]) -> str:
    return ",".join(sorted(specs))
