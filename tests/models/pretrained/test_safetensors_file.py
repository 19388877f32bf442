"""Files of the format safetensors, and what is none."""

import json
import struct
import tracemalloc
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from foundation.messages.errors import UserError
from models.pretrained.safetensors_file import read_safetensors

NUMBERS = np.arange(6, dtype=np.float32)
ENTRY = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}


def content(header: Any, numbers: bytes = NUMBERS.tobytes()) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + numbers


def refused(folder: Path, written: bytes) -> str:
    path = folder / "weights.safetensors"
    path.write_bytes(written)
    with pytest.raises(UserError) as failure:
        read_safetensors(path)
    assert str(path) in str(failure.value)
    return str(failure.value)


def test_tensors_have_the_names_shapes_and_types_of_the_header(tmp_path: Path) -> None:
    header = {
        "__metadata__": {"format": "pt"},
        "whole": ENTRY,
        "half": {"dtype": "F16", "shape": [4], "data_offsets": [24, 32]},
        "one": {"dtype": "I64", "shape": [], "data_offsets": [32, 40]},
        "none": {"dtype": "F32", "shape": [0, 3], "data_offsets": [40, 40]},
    }
    half, one = np.arange(4, dtype=np.float16), np.array(7)
    path = tmp_path / "weights.safetensors"
    path.write_bytes(content(header, NUMBERS.tobytes() + half.tobytes() + one.astype("<i8").tobytes()))
    tensors = read_safetensors(path)
    assert list(tensors) == ["whole", "half", "one", "none"]
    np.testing.assert_array_equal(tensors["whole"], NUMBERS.reshape(2, 3))
    np.testing.assert_array_equal(tensors["half"], half)
    assert tensors["one"] == 7
    assert tensors["none"].shape == (0, 3)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"data_offsets": [0, 28]}, "impossible shape or place"),
        ({"data_offsets": [8, 4]}, "impossible shape or place"),
        ({"data_offsets": [-4, 20]}, "impossible shape or place"),
        ({"shape": [2, 2]}, "has 24 bytes, not what its shape says"),
        ({"shape": [2**20, 2**20]}, "has 24 bytes, not what its shape says"),
        ({"shape": [2, -3]}, "impossible shape or place"),
        ({"shape": [True, 6]}, "impossible shape or place"),
        ({"shape": [1] * 40}, "impossible shape or place"),
        ({"shape": "23"}, "described in another way"),
        ({"dtype": "F8"}, "described in another way"),
        ({"data_offsets": [0]}, "described in another way"),
    ],
)
def test_a_tensor_that_cannot_be_is_named(change: Mapping[str, Any], reason: str, tmp_path: Path) -> None:
    message = refused(tmp_path, content({"good": ENTRY, "bad": ENTRY | change}))
    assert "the tensor bad" in message and reason in message


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        (b"", "does not end in the file"),
        (struct.pack("<Q", 2**63) + b"{}", "does not end in the file"),
        (content(b"{"), "is no JSON"),
        (content(b"[" * 10**5), "is no JSON"),
        (content(b"\xff\xfe"), "is no JSON"),
        (content([ENTRY]), "no table of tensors"),
        (b"PK\x03\x04" + bytes(100), "does not end in the file"),
    ],
)
def test_what_is_no_such_file_is_refused(written: bytes, reason: str, tmp_path: Path) -> None:
    assert reason in refused(tmp_path, written)


def test_a_truncated_file_is_refused_wherever_it_ends(tmp_path: Path) -> None:
    whole = content({"whole": ENTRY})
    for end in range(len(whole)):
        refused(tmp_path, whole[:end])


def test_claimed_sizes_reserve_no_memory(tmp_path: Path) -> None:
    claim = {"dtype": "F32", "shape": [2**29], "data_offsets": [0, 2**31]}
    tracemalloc.start()
    try:
        refused(tmp_path, content({"a": claim}))
        refused(tmp_path, struct.pack("<Q", 2**40) + b"{}")
        assert tracemalloc.get_traced_memory()[1] < 10**6
    finally:
        tracemalloc.stop()
