"""Several work side by side; now and then one needs the machine for itself."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turns:
    """For threads: who has come to work beside the others may ask to be alone for a while."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._num_working = 0
        self._num_waiting = 0
        self._alone: int | None = None

    @contextmanager
    def beside_others(self) -> Iterator[None]:
        """Work, when nobody is alone or waits to be."""
        with self._changed:
            self._changed.wait_for(lambda: self._alone is None and not self._num_waiting)
            self._num_working += 1
        try:
            yield
        finally:
            with self._changed:
                self._num_working -= 1
                self._changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Within `beside_others`: go on when no other works, and let none begin. Others that wait for this count as idle."""
        if self._alone == threading.get_ident():
            yield
            return
        with self._changed:
            self._num_working -= 1
            self._num_waiting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: self._alone is None and not self._num_working)
            self._num_waiting -= 1
            self._alone = threading.get_ident()
        try:
            yield
        finally:
            with self._changed:
                self._alone = None
                self._num_working += 1
                self._changed.notify_all()
