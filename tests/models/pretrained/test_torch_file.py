"""Files of PyTorch's are read without running what is in them."""

import contextlib
import io
import os
import pickle
import struct
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foundation.messages.errors import UserError
from models.pretrained.torch_file import read_tensors

_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
NUMBERS = np.arange(12, dtype=np.float32)
# Name, offset, shape and strides of tensors in one storage of 12 numbers.
VIEWS: dict[str, tuple[int, tuple[int, ...], tuple[int, ...]]] = {
    "whole": (0, (3, 4), (4, 1)),
    "turned": (0, (4, 3), (1, 4)),
    "last": (11, (), ()),
    "none": (0, (0, 4), (4, 1)),
}


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


def state_dict() -> "OrderedDict[str, Call]":
    storage = Storage("7")
    return OrderedDict((name, tensor(storage, *view)) for name, view in VIEWS.items())


def pickles(value: Any) -> bytes:
    """A file as PyTorch wrote it before its version 1.6."""
    system = {"protocol_version": 1001, "little_endian": True, "type_sizes": {}}
    parts = [pickled(part) for part in (_MAGIC_NUMBER, 1001, system, value, ["7"])]
    return b"".join([*parts, struct.pack("<q", len(NUMBERS)), NUMBERS.tobytes()])


def archive(value: Any, compression: int = zipfile.ZIP_STORED, numbers: bytes = NUMBERS.tobytes()) -> bytes:
    """A file as PyTorch writes it now."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as file:
        file.writestr("weights/data.pkl", pickled(value))
        file.writestr("weights/byteorder", "little")
        file.writestr("weights/data/7", numbers)
        file.writestr("weights/version", "3\n")
    return content.getvalue()


def refused(folder: Path, content: bytes) -> str:
    path = folder / "weights.pth"
    path.write_bytes(content)
    with pytest.raises(UserError) as failure:
        read_tensors(path)
    assert str(path) in str(failure.value)
    return str(failure.value)


both_kinds = pytest.mark.parametrize("write", [pickles, archive])


@both_kinds
def test_tensors_are_views_of_the_numbers_in_the_file(write: Callable[[Any], bytes], tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    path.write_bytes(write(state_dict()))
    tensors = read_tensors(path)
    assert list(tensors) == list(VIEWS)
    np.testing.assert_array_equal(tensors["whole"], NUMBERS.reshape(3, 4))
    np.testing.assert_array_equal(tensors["turned"], NUMBERS.reshape(3, 4).T)
    assert tensors["last"] == 11
    assert tensors["none"].shape == (0, 4)


@both_kinds
def test_no_code_in_a_file_is_run(write: Callable[[Any], bytes], tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    for hostile in (Call(os.system, f"touch {trace}"), Call(Named("builtins", "eval"), f"open({str(trace)!r}, 'w')")):
        assert "which is no part of a tensor" in refused(tmp_path, write(OrderedDict(a=hostile)))
    assert not trace.exists()


@both_kinds
def test_a_known_name_called_in_another_way_is_refused(write: Callable[[Any], bytes], tmp_path: Path) -> None:
    rebuild = Named("torch._utils", "_rebuild_tensor_v2")
    for call in (Call(rebuild), Call(rebuild, 1, 2, 3, 4), Call(Named("torch", "FloatStorage"), 5)):
        assert "is no file of weights that can be read" in refused(tmp_path, write(OrderedDict(a=call)))


@both_kinds
@pytest.mark.parametrize(
    "hostile",
    [
        tensor(Storage("7"), 0, (13,), (1,)),
        tensor(Storage("7"), 0, (2**40,), (0,)),
        tensor(Storage("7"), 0, (2**20, 2**20), (0, 0)),
        tensor(Storage("7"), -1, (1,), (1,)),
        tensor(Storage("7"), 0, (3,), (-1,)),
        tensor(Storage("7"), 0, (3,), (1, 1)),
        tensor(Storage("7"), 0, (1,) * 40, (1,) * 40),
        tensor(Storage("7"), 0, ("a",), (1,)),
        tensor(Storage("7", size=10**12), 0, (10**12,), (1,)),
        tensor(Storage("7", "QuantStorage")),
        tensor(Storage("8")),
        "no tensor",
    ],
)
def test_a_tensor_that_cannot_be_is_refused(write: Callable[[Any], bytes], hostile: Any, tmp_path: Path) -> None:
    refused(tmp_path, write(OrderedDict(good=tensor(Storage("7")), bad=hostile)))


@both_kinds
@pytest.mark.parametrize("value", [[1, 2], 5, None, {1: tensor(Storage("7"))}])
def test_what_is_no_dictionary_of_tensors_is_refused(write: Callable[[Any], bytes], value: Any, tmp_path: Path) -> None:
    refused(tmp_path, write(value))


@both_kinds
def test_a_truncated_file_is_refused_wherever_it_ends(write: Callable[[Any], bytes], tmp_path: Path) -> None:
    whole = write(state_dict())
    for end in range(0, len(whole) - 1, 7):
        refused(tmp_path, whole[:end])


@both_kinds
def test_a_damaged_file_is_refused_or_read_but_nothing_else(write: Callable[[Any], bytes], tmp_path: Path) -> None:
    whole, path = write(state_dict()), tmp_path / "weights.pth"
    rng = np.random.default_rng(0)
    for place in rng.integers(0, len(whole), 100):
        path.write_bytes(whole[:place] + bytes([rng.integers(256)]) + whole[place + 1 :])
        with contextlib.suppress(UserError):
            assert sum(tensor.size for tensor in read_tensors(path).values()) <= 40


def test_an_archive_that_would_grow_is_refused_before_it_does(tmp_path: Path) -> None:
    bomb = archive(state_dict(), zipfile.ZIP_DEFLATED, numbers=bytes(10**7))
    assert len(bomb) < 10**5
    assert "it is compressed" in refused(tmp_path, bomb)


def test_the_number_of_a_note_reserves_no_memory(tmp_path: Path) -> None:
    note = b"\x80\x02}r" + struct.pack("<I", 2**32 - 1) + b"."
    assert "damaged" in refused(tmp_path, note)


def test_instructions_that_no_tensor_needs_are_refused(tmp_path: Path) -> None:
    assert "STACK_GLOBAL" in refused(tmp_path, b"\x80\x04\x8c\x02os\x8c\x06system\x93.")
    assert "INST" in refused(tmp_path, b"(ios\nsystem\n.")
