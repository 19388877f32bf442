"""Reads tensors from files of PyTorch's, without PyTorch, and without running what is in them. No TensorFlow here.

Such a file is a pickle, which could call any function, and beside it the numbers. Here its instructions are looked through
before any is followed; those that are followed can make dictionaries, lists, numbers, text and descriptions of tensors, and
nothing else.

There are two kinds: since PyTorch 1.6 an archive, before it pickles one after another. `torch/serialization.py` has both.
"""

import io
import pickle
import pickletools
import zipfile
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from foundation.messages.errors import UserError

Tensors = dict[str, npt.NDArray[Any]]

_MOST_BYTES = 2**31
_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
_MOST_DIMENSIONS = 8

# What the archive module raises where a part is not what its table says, encrypted, or packed in another way.
_DAMAGED_ARCHIVE = (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)

_DTYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}
# What a dictionary of tensors is written with. Without `INST`, `OBJ`, `STACK_GLOBAL` and extensions, `GLOBAL` alone names code.
_INSTRUCTIONS = frozenset(
    """PROTO STOP MARK POP POP_MARK DUP NONE NEWTRUE NEWFALSE INT BININT BININT1 BININT2 LONG1 LONG4 BINFLOAT BINUNICODE
    SHORT_BINUNICODE BINBYTES SHORT_BINBYTES BINSTRING SHORT_BINSTRING EMPTY_DICT EMPTY_LIST EMPTY_TUPLE TUPLE TUPLE1 TUPLE2
    TUPLE3 DICT LIST APPEND APPENDS SETITEM SETITEMS BINGET LONG_BINGET BINPUT LONG_BINPUT GLOBAL REDUCE BUILD BINPERSID
    """.split()  # noqa: SIM905
)


class _MalformedError(Exception):
    """The file is not what it should be; the text says why."""


@dataclass(frozen=True)
class _Storage:
    """Numbers in the file that tensors are parts of."""

    key: str
    dtype: np.dtype[Any]
    size: int


@dataclass(frozen=True)
class _View:
    """A tensor: where its elements lie in a storage. Strides are in elements."""

    storage: _Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


def read_tensors(path: Path) -> Tensors:
    """The tensors of a file that holds a dictionary of them, by their names; they cannot be written to.

    Raises:
      UserError: the file is damaged, holds anything else, or is larger than 2 GiB.
    """
    try:
        is_too_large = path.stat().st_size > _MOST_BYTES
        content = b"" if is_too_large else path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} cannot be read: {error.strerror}") from error
    try:
        if is_too_large:
            raise _MalformedError(f"it is larger than {_MOST_BYTES // 2**30} GiB")
        return _read_archive(content) if content.startswith(b"PK") else _read_pickles(content)
    except (_MalformedError, *_DAMAGED_ARCHIVE) as error:
        reason = error if isinstance(error, _MalformedError) else f"it is a damaged archive ({error})"
        raise UserError(
            f"{path} is no file of weights that can be read: {reason}. A dictionary of tensors is needed, as "
            "torch.save(network.state_dict(), path) writes it"
        ) from error


def _read_archive(content: bytes) -> Tensors:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {member.filename: member for member in archive.infolist()}
        # PyTorch compresses nothing. So what is read is no larger than the file, whatever it says.
        if any(member.compress_type != zipfile.ZIP_STORED for member in members.values()):
            raise _MalformedError("it is compressed, which PyTorch's files are not")
        if sum(member.file_size for member in members.values()) > len(content):
            raise _MalformedError("its parts overlap")
        pickles = [name for name in members if name.endswith("/data.pkl") and name.count("/") == 1]
        if len(pickles) != 1:
            raise _MalformedError("it is an archive without PyTorch's data.pkl")
        folder = pickles[0].removesuffix("data.pkl")
        order = f"{folder}byteorder"
        if order in members and archive.read(order) != b"little":
            raise _MalformedError("its numbers are not little-endian")
        found = _follow(io.BytesIO(archive.read(pickles[0])))

        def find(storage: _Storage) -> bytes:
            name = f"{folder}data/{storage.key}"
            if name not in members:
                raise _MalformedError(f"{name} is missing")
            return archive.read(name)

        return _tensors(found, find)


def _read_pickles(content: bytes) -> Tensors:
    file = io.BytesIO(content)
    if _follow(file) != _MAGIC_NUMBER:
        raise _MalformedError("it is not one of PyTorch's")
    _protocol, system, found, keys = (_follow(file) for _ in range(4))
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise _MalformedError("its numbers are not little-endian")
    if not isinstance(keys, list):
        raise _MalformedError("it has no list of its storages")
    sizes = {view.storage.key: view.storage.dtype.itemsize for view in _views(found).values()}
    storages = {}
    for key in keys:
        count = int.from_bytes(_exactly(file, 8), "little")
        if key not in sizes:
            raise _MalformedError(f"its storage {key!r} belongs to no tensor")
        storages[key] = _exactly(file, count * sizes[key])

    def find(storage: _Storage) -> bytes:
        if storage.key not in storages:
            raise _MalformedError(f"the storage {storage.key} is missing")
        return storages[storage.key]

    return _tensors(found, find)


def _exactly(file: io.BytesIO, size: int) -> bytes:
    # More than there is would be allocated otherwise.
    part = file.read(min(size, _MOST_BYTES))
    if len(part) < size:
        raise _MalformedError("it ends too early")
    return part


def _tensors(found: Any, find: Callable[[_Storage], bytes]) -> Tensors:
    storages: dict[str, npt.NDArray[Any]] = {}
    tensors = {}
    for name, view in _views(found).items():
        storage = view.storage
        if storage.key not in storages:
            numbers = find(storage)
            if len(numbers) != storage.size * storage.dtype.itemsize:
                raise _MalformedError(f"the storage {storage.key} has {len(numbers)} bytes, not what its tensors say")
            storages[storage.key] = np.frombuffer(numbers, storage.dtype)
        tensors[name] = _look(name, storages[storage.key], view)
    return tensors


def _look(name: str, storage: npt.NDArray[Any], view: _View) -> npt.NDArray[Any]:
    """The elements of a view, none of which may lie outside of the storage; nothing is copied."""
    numbers = (view.offset, *view.shape, *view.strides)
    if not all(type(number) is int and 0 <= number <= _MOST_BYTES for number in numbers):
        raise _MalformedError(f"the tensor {name} has an impossible shape")
    if len(view.shape) != len(view.strides) or len(view.shape) > _MOST_DIMENSIONS:
        raise _MalformedError(f"the tensor {name} has an impossible shape")
    last = view.offset + sum((size - 1) * stride for size, stride in zip(view.shape, view.strides, strict=True))
    if prod(view.shape) and (last >= len(storage) or prod(view.shape) > len(storage)):
        raise _MalformedError(f"the tensor {name} is larger than what is stored of it")
    if prod(view.shape) == 0:
        return np.zeros(view.shape, storage.dtype)
    strides = [stride * storage.itemsize for stride in view.strides]
    return np.lib.stride_tricks.as_strided(storage[view.offset :], view.shape, strides, writeable=False)


def _views(found: Any) -> Mapping[str, _View]:
    """What was found, if it is a dictionary of tensors."""
    if not isinstance(found, dict):
        raise _MalformedError(f"it holds a {type(found).__name__} in place of a dictionary")
    for name, view in found.items():
        if not isinstance(name, str) or not isinstance(view, _View):
            raise _MalformedError(f"its entry {str(name)[:100]!r} is no tensor")
    return found


class _Records(OrderedDict[str, Any]):
    """A dictionary that takes nothing but entries: PyTorch also hangs a table of versions on it."""

    def __setstate__(self, state: Any) -> None:
        pass


def _rebuild_tensor(storage: Any, offset: Any, shape: Any, strides: Any, *_: Any) -> _View:
    if not isinstance(storage, _Storage) or not isinstance(shape, tuple) or not isinstance(strides, tuple):
        raise _MalformedError("one of its tensors is described in another way")
    return _View(storage, offset, shape, strides)


def _rebuild_parameter(view: Any, *_: Any) -> Any:
    return view


_KNOWN: Mapping[str, Any] = {
    "collections OrderedDict": _Records,
    "torch._utils _rebuild_tensor_v2": _rebuild_tensor,
    "torch._utils _rebuild_parameter": _rebuild_parameter,
    # Named in the file as a class, and looked up here by its name.
    **{f"torch {name}": name for name in _DTYPES},
}


class _Reader(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        if (known := _KNOWN.get(f"{module} {name}")) is None:
            raise _MalformedError(f"it names {module}.{name}, which is no part of a tensor")
        return known

    def persistent_load(self, pid: Any) -> _Storage:
        match pid:
            case ("storage", str(kind), str(key), str(), int(size), *_) if kind in _DTYPES and 0 <= size <= _MOST_BYTES:
                return _Storage(key, np.dtype(_DTYPES[kind]), size)
        raise _MalformedError("one of its storages is described in another way")


def _follow(file: io.BytesIO) -> Any:
    """What the next pickle makes, if all of its instructions are harmless."""
    start = file.tell()
    try:
        for number, (instruction, argument, _) in enumerate(pickletools.genops(file)):
            if instruction.name not in _INSTRUCTIONS:
                raise _MalformedError(f"its pickle has the instruction {instruction.name}, which no tensor needs")
            if instruction.name == "GLOBAL" and argument not in _KNOWN:
                raise _MalformedError(f"it names {str(argument).replace(' ', '.')}, which is no part of a tensor")
            # The number of a note would otherwise reserve memory for all notes before it.
            if instruction.name in ("BINPUT", "LONG_BINPUT") and int(argument or 0) > number:
                raise _MalformedError("its pickle is damaged")
        end = file.tell()
        file.seek(start)
        found = _Reader(io.BytesIO(file.read(end - start))).load()
        file.seek(end)
        return found
    except _MalformedError:
        raise
    # Of a damaged pickle each instruction may fail in its own way, at nothing but values that were made here.
    except Exception as error:
        raise _MalformedError(f"its pickle is damaged ({error})") from error
