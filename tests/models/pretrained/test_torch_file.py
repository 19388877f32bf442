"""Files of PyTorch's are read without running what is in them."""

import contextlib
import os
import struct
import tracemalloc
import zipfile
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foundation.messages.errors import UserError
from models.pretrained.torch_file import read_tensors
from tests.models.pretrained.torch_writing import Call, Named, Storage, archived, pickled, tensor

_MAGIC_NUMBER = 0x1950A86A20F9469CFC6C
NUMBERS = np.arange(12, dtype=np.float32)
# Name, offset, shape and strides of tensors in one storage of 12 numbers.
VIEWS: dict[str, tuple[int, tuple[int, ...], tuple[int, ...]]] = {
    "whole": (0, (3, 4), (4, 1)),
    "turned": (0, (4, 3), (1, 4)),
    "last": (11, (), ()),
    "none": (0, (0, 4), (4, 1)),
}


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
    return archived(value, {"7": numbers}, compression)


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


def test_a_claimed_size_reserves_no_memory(tmp_path: Path) -> None:
    """Of the pickle, and of the tables of the archive."""
    claim = archive(OrderedDict(a=tensor(Storage("7", size=2**30), 0, (2**30,), (1,))))
    table = bytearray(archive(state_dict()))
    entry = table.rindex(b"PK\x01\x02", 0, table.rindex(b"weights/data/7"))
    table[entry + 20 : entry + 28] = struct.pack("<II", 2**31, 2**31)
    tracemalloc.start()
    try:
        refused(tmp_path, claim)
        refused(tmp_path, bytes(table))
        assert tracemalloc.get_traced_memory()[1] < 10**7
    finally:
        tracemalloc.stop()


def test_parts_of_an_archive_that_overlap_are_refused(tmp_path: Path) -> None:
    """As in an archive of a few megabytes that comes to petabytes: every name is for the same bytes."""
    entries = OrderedDict((f"t{key}", tensor(Storage(str(key)))) for key in range(50))
    whole = archived(entries, {str(key): NUMBERS.tobytes() for key in range(50)})
    content, entry = bytearray(whole), whole.index(b"PK\x01\x02")
    while content[entry : entry + 4] == b"PK\x01\x02":
        content[entry + 42 : entry + 46] = bytes(4)  # where it begins
        entry += 46 + sum(struct.unpack("<HHH", content[entry + 28 : entry + 34]))
    assert "damaged archive" in refused(tmp_path, bytes(content))
