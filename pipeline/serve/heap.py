"""Gives memory back to the system that glibc would keep; with another C library nothing happens. No TensorFlow here."""

import ctypes

# Of malloc.h.
_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8
_LARGE_BYTES = 2**18
_MAX_ARENAS = 2


def keep_heap_small() -> None:
    """Have large blocks returned when they are freed, and few heaps for all threads; to be called before threads start."""
    if (mallopt := _function("mallopt")) is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_ARENA_MAX, _MAX_ARENAS)


def return_freed_memory() -> None:
    """Return what is free; takes milliseconds."""
    if (malloc_trim := _function("malloc_trim")) is not None:
        malloc_trim(0)


def _function(name: str) -> "ctypes._FuncPointer | None":
    return getattr(ctypes.CDLL(None), name, None)
