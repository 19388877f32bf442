"""How far a long step is, said through the standard logging, so that it works in every process and on every runner."""

import json
import logging
import time

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
        """`amount` more units are done; `detail` is a short text for people, such as a loss."""
        self._done += amount
        now = time.monotonic()
        if self._done < self._total and now - self._last_report < _LEAST_SECONDS_BETWEEN_REPORTS:
            return
        self._last_report = now
        event = {"done": self._done, "total": self._total, "unit": self._unit, "detail": detail}
        logging.getLogger(PROGRESS_LOGGER).info(json.dumps(event))


def announce(message: str) -> None:
    """Tell people of one of the parts of a long step, as soon as it is done."""
    logging.getLogger(PROGRESS_LOGGER).info(json.dumps({"announcement": message}))


def say(message: str) -> None:
    """Tell people something that they should read, besides the progress."""
    logging.getLogger(PROGRESS_LOGGER).info(json.dumps({"message": message}))


def say_ended() -> None:
    """Tell whoever started this process that nothing is left to do but to leave."""
    logging.getLogger(PROGRESS_LOGGER).info(json.dumps({"ended": True}))
