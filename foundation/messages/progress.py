"""Progress of long steps, told through the standard logging, so that it works in every process and on every runner."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PROGRESS_LOGGER = "clipgate.progress"
_LEAST_SECONDS_BETWEEN_REPORTS = 0.2


class Progress:
    """Counts what is done and logs it, at most five times a second.

    The message is a JSON object: `done`, `total`, `unit` and `detail`.
    """

    def __init__(self, total: int, unit: str) -> None:
        self._total = total
        self._unit = unit
        self._done = 0
        self._last_report = 0.0

    def advance(self, amount: int = 1, detail: str = "") -> None:
        """Count `amount` more units as done; `detail` is a short text for people, such as a loss."""
        self._done += amount
        now = time.monotonic()
        if self._done < self._total and now - self._last_report < _LEAST_SECONDS_BETWEEN_REPORTS:
            return
        self._last_report = now
        event = {"done": self._done, "total": self._total, "unit": self._unit, "detail": detail}
        logging.getLogger(PROGRESS_LOGGER).info(json.dumps(event))


def announce(message: str) -> None:
    """Tell people that one part of a long step is done."""
    logging.getLogger(PROGRESS_LOGGER).info(json.dumps({"announcement": message}))


def say(message: str, **facts: int) -> None:
    """Tell people something that they should read, besides the progress; `facts` are in it for programs."""
    logging.getLogger(PROGRESS_LOGGER).info(json.dumps({"message": message, **facts}))


def say_ended() -> None:
    """Tell whoever started this process that nothing is left to do but to leave."""
    logging.getLogger(PROGRESS_LOGGER).info(json.dumps({"ended": True}))


@contextmanager
def told_of(part: str) -> Iterator[None]:
    """Begin what is told meanwhile with the name of a part of the step, such as `fold 2/5`."""

    def name_part(record: logging.LogRecord) -> bool:
        event = json.loads(record.getMessage())
        for key in {"detail", "announcement", "message"} & event.keys():
            event[key] = f"{part}: {event[key]}" if event[key] else part
        record.msg, record.args = json.dumps(event), None
        return True

    logger = logging.getLogger(PROGRESS_LOGGER)
    logger.addFilter(name_part)
    try:
        yield
    finally:
        logger.removeFilter(name_part)


def listen(hear: Callable[[str], None]) -> None:
    """Call `hear` with each of these messages from now on, as JSON; what it raises reaches the code that logs."""
    logger = logging.getLogger(PROGRESS_LOGGER)
    logger.addHandler(_Listener(hear))
    logger.setLevel(logging.INFO)


class _Listener(logging.Handler):
    def __init__(self, hear: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self._hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        self._hear(record.getMessage())
