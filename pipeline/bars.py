"""Progress bars for people; where there is no terminal, a line a minute says how far a long step is."""

import threading
from collections.abc import Iterable
from typing import Any

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.progress import Progress, ProgressColumn, Task
from rich.text import Text

from foundation.messages.wording import duration

_SECONDS_BETWEEN_LINES = 60.0
# rich takes the speed of the last half minute, in which no epoch may have ended.
_WHOLE_TASK_SECONDS = 1e9
_INDENT = 6


class Bars(Progress):
    """rich's bars, which go when they are done. What a task says as its `detail` is on lines of its own, so nothing is cut.

    They show nothing in a file or a pipe. There a line is printed from time to time for what is still going on, whether it
    reports anything or not, so that nobody takes a long step for one that hangs.
    """

    def __init__(
        self, *columns: ProgressColumn, console: Console, seconds_between_lines: float = _SECONDS_BETWEEN_LINES
    ) -> None:
        super().__init__(
            *columns,
            console=console,
            transient=True,
            disable=not console.is_terminal,
            speed_estimate_period=_WHOLE_TASK_SECONDS,
        )
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

    def get_renderables(self) -> Iterable[RenderableType]:
        yield self.make_tasks_table(self.tasks)
        for task in self.tasks:
            if detail := task.fields.get("detail"):
                # Whatever the console does with long lines, which may be to leave them to the terminal.
                yield Padding(Text(str(detail), no_wrap=False, overflow="fold"), (0, 0, 0, _INDENT))

    def _print_lines(self) -> None:
        while not self._stopped.wait(self._seconds_between_lines):
            for task in self.tasks:
                if not task.finished:
                    self.print_line(task)

    def print_line(self, task: Task) -> None:
        """Print how far a task is."""
        self.console.print(f"{' ' * _INDENT}{in_words(task)}", highlight=False, markup=False)


class TimeColumn(ProgressColumn):
    """How much time is left, or, as long as nobody knows, how much has gone."""

    max_refresh = 0.5

    def render(self, task: Task) -> Text:
        left = task.time_remaining
        return Text(f"{_clock(task.elapsed or 0)} so far" if left is None else f"{_clock(left)} left")


def in_words(task: Task) -> str:
    """How far a task is, in a line: of how many, for how long, how long it may still take, and what it says itself."""
    done = f"{task.completed:.0f} of {task.total:.0f}" if task.total and task.total > 1 else ""
    fields: dict[str, Any] = task.fields
    counted = " ".join(filter(None, (done, fields.get("unit", "") if done else "")))
    left = task.time_remaining
    parts = (
        counted,
        f"{(task.elapsed or 0) / 60:.0f} min so far",
        f"about {duration(left)} left" if left else "",
        str(fields.get("detail", "")),
    )
    return f"{task.description.strip()}: {', '.join(filter(None, parts))}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
