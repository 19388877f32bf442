"""Writes files as `torch.save` does, without PyTorch."""

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt


class Named:
    """Something that a pickle names as a global of PyTorch's."""

    def __init__(self, module: str, name: str) -> None:
        self.module, self.name = module, name


class Call:
    """A call that a pickle makes when it is opened."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.function, self.arguments = function, arguments


class Storage:
    def __init__(self, key: str, kind: str = "FloatStorage", size: Any = 12) -> None:
        self.value = ("storage", Named("torch", kind), key, "cpu", size, None)


class _Pickler(pickle._Pickler):
    """Writes as `torch.save` does: by the second protocol, with storages as persistent ids."""

    def persistent_id(self, obj: Any) -> Any:
        return obj.value if isinstance(obj, Storage) else None

    def save_named(self, obj: Named) -> None:
        self.write(pickle.GLOBAL + f"{obj.module}\n{obj.name}\n".encode())

    def save_call(self, obj: Call) -> None:
        self.save_reduce(obj.function, obj.arguments, obj=obj)

    def save_reduce(self, func: Any, args: Any, *rest: Any, **others: Any) -> None:
        if isinstance(func, Named):
            self.save(func)
            self.save(args)
            self.write(pickle.REDUCE)
        else:
            super().save_reduce(func, args, *rest, **others)

    dispatch = {**pickle._Pickler.dispatch, Named: save_named, Call: save_call}


def pickled(value: Any) -> bytes:
    content = io.BytesIO()
    _Pickler(content, 2).dump(value)
    return content.getvalue()


def tensor(storage: Storage, offset: Any = 0, shape: Any = (12,), strides: Any = (1,)) -> Call:
    return Call(Named("torch._utils", "_rebuild_tensor_v2"), storage, offset, shape, strides, False, OrderedDict())


def archived(value: Any, numbers: Mapping[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    """A file as PyTorch writes it now; `numbers`: by the keys of the storages."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as file:
        file.writestr("weights/data.pkl", pickled(value))
        file.writestr("weights/byteorder", "little")
        for key, stored in numbers.items():
            file.writestr(f"weights/data/{key}", stored)
        file.writestr("weights/version", "3\n")
    return content.getvalue()


def write_pth(path: Path, tensors: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write float32 tensors, and integers as int64, each with a storage of its own."""
    entries: OrderedDict[str, Call] = OrderedDict()
    numbers = {}
    for key, (name, value) in enumerate(tensors.items()):
        kind, dtype = ("FloatStorage", "<f4") if np.issubdtype(value.dtype, np.floating) else ("LongStorage", "<i8")
        strides = tuple(int(np.prod(value.shape[axis + 1 :])) for axis in range(value.ndim))
        entries[name] = tensor(Storage(str(key), kind, value.size), 0, tuple(value.shape), strides)
        numbers[str(key)] = value.astype(dtype).tobytes()
    path.write_bytes(archived(entries, numbers))
