"""Progress bars for people; where there is no terminal, a line a minute says how far a long step is."""

import threading
from typing import Any

from rich.console import Console
from rich.progress import Progress, ProgressColumn, Task

_SECONDS_BETWEEN_LINES = 60.0


class Bars(Progress):
    """rich's bars, which go when they are done.

    They show nothing in a file or a pipe. There a line is printed from time to time for what is still going on, whether it
    reports anything or not, so that nobody takes a long step for one that hangs.
    """

    def __init__(
        self, *columns: ProgressColumn, console: Console, seconds_between_lines: float = _SECONDS_BETWEEN_LINES
    ) -> None:
        super().__init__(*columns, console=console, transient=True, disable=not console.is_terminal)
        self._seconds_between_lines = seconds_between_lines
        self._stopped = threading.Event()
        self._printing = threading.Thread(target=self._print_lines, daemon=True)

    def start(self) -> None:
        super().start()
        if not self.console.is_terminal:
            self._printing.start()

    def stop(self) -> None:
        super().stop()
        self._stopped.set()

    def _print_lines(self) -> None:
        while not self._stopped.wait(self._seconds_between_lines):
            for task in self.tasks:
                if not task.finished:
                    self.console.print(f"      {in_words(task)}", highlight=False, markup=False)


def in_words(task: Task) -> str:
    """How far a task is, in a line: of how many, for how long, and what it says itself."""
    done = f"{task.completed:.0f} of {task.total:.0f}" if task.total and task.total > 1 else ""
    fields: dict[str, Any] = task.fields
    counted = " ".join(filter(None, (done, fields.get("unit", "") if done else "")))
    parts = (counted, f"{(task.elapsed or 0) / 60:.0f} min so far", str(fields.get("detail", "")))
    return f"{task.description.strip()}: {', '.join(filter(None, parts))}"
