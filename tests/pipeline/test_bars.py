"""Bars in a terminal, and lines where there is none."""

import io
import time

import pytest
from rich.console import Console
from rich.progress import Task, TextColumn

from pipeline.bars import Bars, in_words
from pipeline.launch import step_columns

DETAIL = (
    "loss 1.23, accuracy 0.45, eval loss 1.30, eval accuracy 0.40; 12.3 clips/s, 1.2% of the time waiting for input"
)


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


class Clock:
    """The time of a bar, in seconds."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def training(clock: Clock, seconds_an_epoch: float, num_epochs: int) -> tuple[Bars, Task]:
    """A bar of a training of 30 epochs after some of them."""
    bars = Bars(*step_columns(), console=Console(file=io.StringIO(), width=80, force_terminal=True))
    bars.get_time = clock
    task = bars.add_task("AnnotationValidator", total=30, unit="epochs", detail="")
    for _ in range(num_epochs):
        clock.seconds += seconds_an_epoch
        bars.update(task, advance=1, detail=DETAIL)
    return bars, bars.tasks[0]


def test_in_80_columns_nothing_is_cut() -> None:
    bars, _ = training(Clock(), 200, 3)
    screen = Console(file=io.StringIO(), width=80)
    with screen.capture() as capture:
        screen.print(*bars.get_renderables())
    lines = capture.get().splitlines()
    assert max(map(len, lines)) <= 80
    assert " ".join(capture.get().split()).endswith(DETAIL)
    assert "AnnotationValidator" in lines[0] and "3/30 epochs" in lines[0]
    assert "1:30:00 left" in lines[0]


@pytest.mark.parametrize(
    ("num_epochs", "words"),
    [(1, "1 of 30 epochs, 3 min so far, loss"), (3, "10 min so far, about 1 h 30 min left, loss")],
)
def test_time_left_is_said_when_two_epochs_are_done_however_long_they_take(num_epochs: int, words: str) -> None:
    _, task = training(Clock(), 200, num_epochs)
    assert words in in_words(task)
