"""Bars in a terminal, and lines where there is none."""

import io
import time

from rich.console import Console
from rich.progress import TextColumn

from pipeline.bars import Bars


def printed(*, is_terminal: bool) -> str:
    """What is left on the screen, or in the file, of a task that went on for a few lines' time."""
    shown = io.StringIO()
    console = Console(file=shown, force_terminal=is_terminal, width=100)
    with Bars(TextColumn("{task.description}"), console=console, seconds_between_lines=0.02) as bars:
        task = bars.add_task("Trainer", total=30, unit="epochs", detail="eval loss 0.4")
        bars.update(task, completed=4)
        end = time.monotonic() + 30
        while not is_terminal and "4 of 30" not in shown.getvalue() and time.monotonic() < end:
            time.sleep(0.01)
    return shown.getvalue()


def test_without_a_terminal_a_line_says_from_time_to_time_how_far_a_step_is() -> None:
    assert "      Trainer: 4 of 30 epochs, 0 min so far, eval loss 0.4\n" in printed(is_terminal=False)


def test_in_a_terminal_there_is_the_bar_alone() -> None:
    assert "so far" not in printed(is_terminal=True)


def test_what_cannot_be_counted_is_said_to_go_on() -> None:
    shown = io.StringIO()
    with Bars(console=Console(file=shown, width=100), seconds_between_lines=0.02) as bars:
        bars.add_task("1/1 long.mp4", total=None)
        end = time.monotonic() + 30
        while not shown.getvalue() and time.monotonic() < end:
            time.sleep(0.01)
    assert shown.getvalue().startswith("      1/1 long.mp4: 0 min so far\n")
