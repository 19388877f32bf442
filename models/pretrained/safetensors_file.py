"""Reads tensors from files of the format safetensors. No TensorFlow here.

Such a file is the size of a header, the header in JSON, and the numbers; nothing in it can be run. The package `safetensors`
would read it as well. For fifty lines it is one more wheel of native code to lock, and its errors say less of a wrong file.

The format: https://github.com/huggingface/safetensors, "Format".
"""

import json
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.messages.errors import UserError

_MOST_BYTES = 2**31
_MOST_HEADER_BYTES = 10**8  # as in the package
_MOST_DIMENSIONS = 8
_SIZE_BYTES = 8
_METADATA = "__metadata__"
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "I64": "<i8", "I32": "<i4", "I16": "<i2", "I8": "i1", "U8": "u1"}


class _MalformedError(Exception):
    """The file is not what it should be; the text says why."""


def read_safetensors(path: Path) -> dict[str, npt.NDArray[Any]]:
    """The tensors of a file by their names; they cannot be written to.

    Raises:
      UserError: the file is damaged, is none of this format, or is larger than 2 GiB.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise _MalformedError(f"it is larger than {_MOST_BYTES // 2**30} GiB")
        header, numbers = _parts(path.read_bytes())
        return {name: _tensor(name, entry, numbers) for name, entry in header.items() if name != _METADATA}
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    except _MalformedError as error:
        raise UserError(
            f"{path} is no file of the format safetensors that can be read: {error}; get it once more"
        ) from error


def _parts(content: bytes) -> tuple[dict[str, Any], memoryview]:
    """The header, and the numbers after it."""
    size = int.from_bytes(content[:_SIZE_BYTES], "little")
    end = _SIZE_BYTES + size
    if len(content) < _SIZE_BYTES or end > len(content) or size > _MOST_HEADER_BYTES:
        raise _MalformedError("its header does not end in the file")
    try:
        header = json.loads(content[_SIZE_BYTES:end])
    # JSON may be nested more deeply than Python can follow.
    except (ValueError, RecursionError) as error:
        raise _MalformedError(f"its header is no JSON ({str(error)[:100]})") from error
    if not isinstance(header, dict):
        raise _MalformedError("its header is no table of tensors")
    return header, memoryview(content)[end:]


def _tensor(name: str, entry: Any, numbers: memoryview) -> npt.NDArray[Any]:
    match entry:
        case {"dtype": str(kind), "shape": [*shape], "data_offsets": [int(start), int(end)]} if kind in _DTYPES:
            dtype = np.dtype(_DTYPES[kind])
        case _:
            raise _MalformedError(f"the tensor {name[:100]} is described in another way")
    # Of JSON, true and false are integers as well.
    is_shape = all(type(side) is int and 0 <= side <= _MOST_BYTES for side in shape)
    if not is_shape or len(shape) > _MOST_DIMENSIONS or not 0 <= start <= end <= len(numbers):
        raise _MalformedError(f"the tensor {name[:100]} has an impossible shape or place")
    if prod(shape) * dtype.itemsize != end - start:
        raise _MalformedError(f"the tensor {name[:100]} has {end - start} bytes, not what its shape says")
    return np.frombuffer(numbers[start:end], dtype).reshape(shape)
