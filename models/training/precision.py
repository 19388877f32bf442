"""The number format in which a network computes; its weights are float32 in any case.

Source: Micikevicius et al., "Mixed Precision Training", ICLR 2018 (arXiv:1710.03740).
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import keras
import tensorflow as tf

from foundation.messages.progress import say

_BFLOAT16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}  # the last is ARM's
_POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}


def choose_policy(precision: str) -> str:
    """Keras policy for `training.precision` on this machine; tells people what is chosen, or that it will be slow."""
    has_gpu = bool(tf.config.list_physical_devices("GPU"))
    has_bfloat16 = not has_gpu and cpu_has_bfloat16()
    if precision == "mixed":
        precision = "float16" if has_gpu else "bfloat16" if has_bfloat16 else "float32"
        say(f"precision: {precision}")
    elif not has_gpu and (precision == "float16" or precision == "bfloat16" and not has_bfloat16):
        say(f"precision: this CPU has no instructions for {precision}; float32 would be faster")
    return _POLICIES[precision]


def cpu_has_bfloat16(cpu_info: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether the CPU has instructions for bfloat16, as far as Linux tells."""
    if not cpu_info.exists():
        return False
    lines = cpu_info.read_text().splitlines()
    flags = (line.partition(":")[2].split() for line in lines if line.lower().startswith(("flags", "featu")))
    return bool(_BFLOAT16_FLAGS & set(next(flags, [])))


@contextlib.contextmanager
def dtype_policy(policy: str) -> Iterator[None]:
    """Give this policy to all layers that are made meanwhile."""
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
