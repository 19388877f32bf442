"""What becomes of the first worker, as another one sees it from outside of TensorFlow, whose threads may hang without it."""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Literal

import tensorflow as tf

_SECONDS_BETWEEN_LOOKS = 5.0
# TensorFlow, which can say more, notices within 20 seconds.
_SECONDS_WITHOUT_ANSWER = 40.0

End = Literal["exported", "gone"]


class Watch:
    """Looks after the first worker; `end` is what became of it, None as long as it trains or has not begun."""

    def __init__(self, address: str | None, job_path: str) -> None:
        """Prepare to watch.

        Args:
          address: `host:port` that it listens on while it trains; None: this process belongs to it, and nobody is watched.
          job_path: the file that it removes when it has exported the model.
        """
        self.end: End | None = None
        self._host, _, self._port = (address or "").rpartition(":")
        self._job_path = job_path
        self._last_answer: float | None = None

    @contextlib.contextmanager
    def calling(self, stop: Callable[[], None]) -> Iterator[None]:
        """Watch inside; call `stop` when the first worker has come to its end."""
        left = threading.Event()

        def look_again_and_again(end: End, has_come: Callable[[], bool]) -> None:
            while not left.wait(_SECONDS_BETWEEN_LOOKS):
                if has_come():
                    self.end = end
                    stop()
                    return

        # A thread each, and nobody waits for them: where the first machine has the disk with the file, looking for the file
        # hangs when it is gone.
        looks: dict[End, Callable[[], bool]] = {"exported": self._has_exported, "gone": self._is_gone}
        for look in looks.items() if self._host else ():
            threading.Thread(target=look_again_and_again, args=look, daemon=True).start()
        try:
            yield
        finally:
            left.set()

    def _has_exported(self) -> bool:
        with contextlib.suppress(tf.errors.OpError):
            return not tf.io.gfile.exists(self._job_path)
        return False

    def _is_gone(self) -> bool:
        with contextlib.suppress(OSError):
            socket.create_connection((self._host.strip("[]"), int(self._port)), timeout=_SECONDS_BETWEEN_LOOKS).close()
            self._last_answer = time.monotonic()
        return self._last_answer is not None and time.monotonic() - self._last_answer > _SECONDS_WITHOUT_ANSWER
