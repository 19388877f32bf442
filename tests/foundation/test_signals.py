"""Signals that end a process interrupt it, unless it was started so that it ignores them."""

import os
import signal
from collections.abc import Iterator

import pytest

from foundation.signals import signals_interrupt


@pytest.fixture(autouse=True)
def _handlers() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda number: number.name)
def test_a_signal_is_an_interrupt_and_what_heard_it_before_hears_it_again(number: signal.Signals) -> None:
    heard: list[int] = []
    signal.signal(number, lambda received, frame: heard.append(received))
    with pytest.raises(KeyboardInterrupt), signals_interrupt():
        os.kill(os.getpid(), number)
    assert heard == []
    os.kill(os.getpid(), number)
    assert heard == [number]


def test_a_terminal_that_is_closed_does_not_end_what_nohup_started() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with signals_interrupt():
        os.kill(os.getpid(), signal.SIGHUP)
    assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
