"""Measures how much memory this process holds while it works."""

import resource
import threading
from pathlib import Path
from types import TracebackType

_SECONDS_BETWEEN_LOOKS = 0.01


class PeakMemory:
    """Measures by how many megabytes the resident memory of this process grows inside the context, at its peak.

    The kernel's own peak (ru_maxrss) counts from the start of the process; the peak of loading the model may be higher.
    """

    def __enter__(self) -> "PeakMemory":
        self._before = self._highest = resident_bytes()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        self._thread.join()

    @property
    def growth_megabytes(self) -> float:
        return (self._highest - self._before) / 1e6

    def _look(self) -> None:
        while not self._done.wait(_SECONDS_BETWEEN_LOOKS):
            self._highest = max(self._highest, resident_bytes())


def resident_bytes() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
