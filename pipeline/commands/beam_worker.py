"""clipgate beam-worker"""

import signal
import threading
from typing import Annotated

import typer

from pipeline.commands.terminal import console


def beam_worker(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 50_000,
    host: Annotated[
        str, typer.Option(help="The address to listen on. Whoever reaches it can have any code run here.")
    ] = "127.0.0.1",
) -> None:
    """Start Beam's workers on this machine for an engine such as Flink or Spark (beam.workers_at; see docs/scale.md); one
    of these runs beside each task manager."""
    # Beam takes seconds to load.
    from pipeline.beam.pool import serving

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with serving(host, port, _print) as port:
        _print(f"workers can be had at {host}:{port}")
        ended.wait()


def _print(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
