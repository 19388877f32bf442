"""Number formats of the computation."""

import logging
from pathlib import Path

import keras
import pytest
import tensorflow as tf

from models.training.precision import choose_policy, cpu_has_bfloat16, dtype_policy

NEEDS_NO_GPU = pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="this machine has a GPU")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("processor\t: 0\nflags\t\t: fpu avx512_bf16 avx2\n", True),
        ("flags\t\t: fpu amx_bf16\n", True),
        ("flags\t\t: fpu avx512f avx2\n", False),
        ("Features\t: fp asimd bf16\n", True),
        ("", False),
    ],
)
def test_linux_tells_whether_the_cpu_has_bfloat16(tmp_path: Path, text: str, expected: bool) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    assert cpu_has_bfloat16(tmp_path / "cpuinfo") == expected


def test_where_nothing_tells_it_has_none(tmp_path: Path) -> None:
    assert not cpu_has_bfloat16(tmp_path / "cpuinfo")


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_layers_made_inside_have_the_policy_and_float32_weights(policy: str) -> None:
    before = keras.config.dtype_policy()
    with dtype_policy(policy):
        layer = keras.layers.Dense(2)
    layer.build((None, 3))
    assert layer.compute_dtype == policy.removeprefix("mixed_")
    assert layer.kernel.dtype == "float32"
    assert keras.config.dtype_policy() == before


@NEEDS_NO_GPU
def test_the_precision_that_is_asked_for_is_used_and_slow_ones_are_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        assert choose_policy("float32") == "float32"
        assert not caplog.text
        assert choose_policy("float16") == "mixed_float16"
        assert "no instructions for float16" in caplog.text
        assert choose_policy("bfloat16") == "mixed_bfloat16"
        assert ("no instructions for bfloat16" in caplog.text) == (not cpu_has_bfloat16())


@NEEDS_NO_GPU
def test_mixed_is_what_the_machine_is_fast_at(caplog: pytest.LogCaptureFixture) -> None:
    expected = "bfloat16" if cpu_has_bfloat16() else "float32"
    with caplog.at_level(logging.INFO):
        assert choose_policy("mixed") == {"bfloat16": "mixed_bfloat16", "float32": "float32"}[expected]
    assert f"precision: {expected}" in caplog.text
