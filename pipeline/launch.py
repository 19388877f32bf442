"""Starts a run in a process of its own, and shows people what it reports."""

import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from rich.console import Console
from rich.progress import BarColumn, ProgressColumn, SpinnerColumn, TextColumn

from components.storage.paths import LOCK_FILE
from components.storage.patterns import require_no_pattern
from components.storage.root import is_remote
from foundation.events import Event
from foundation.messages.errors import UserError
from foundation.processes import child_environment, reporting_process
from foundation.signals import signals_interrupt
from pipeline.bars import Bars, TimeColumn
from pipeline.config import Config
from pipeline.run_log import RunLog
from pipeline.runs.recorder import Recorder

_SECONDS_TO_STOP = 10
_SECONDS_BETWEEN_EPOCHS = 2


@dataclass
class RunOutcome:
    """The end of a run: `result`, as `pipeline.lineage.run_summary` gives it, or `error`.

    The error is the user's, that of faults in the data, the machine's, or ours.
    """

    log_path: Path
    result: dict[str, Any] | None = None
    error: str | None = None
    error_kind: Literal["user", "faults", "machine", "internal"] = "internal"


def run_pipeline(
    config_path: Path,
    config: Config,
    console: Console,
    *,
    changes: Sequence[str] = (),
    module: str = "pipeline.local",
    arguments: Sequence[str] = (),
) -> RunOutcome:
    """Run the pipeline of a configuration file and show one line per component.

    `config` is what the file says with `changes`. `module` is the runner. It is given the number of a file descriptor for
    events, the file, its own `arguments`, and each change as a `--set`.

    Raises:
      UserError: another run uses the same output directory, or it cannot be written.
      KeyboardInterrupt: after the run was stopped, by Ctrl-C or by a signal that ends processes.
    """
    if is_remote(config.output_dir):
        raise UserError(
            f"output_dir: {config.output_dir} is an address; a run on this machine keeps its artifacts in a folder. Only "
            "serving.directory and the data may be addresses; on Kubeflow artifacts go to kubeflow.pipeline_root"
        )
    require_no_pattern("output_dir", config.output_dir)
    if not is_remote(config.push_destination):
        require_no_pattern("serving.directory", config.push_destination)
    output_dir = Path(config.output_dir)
    with exclusive(output_dir) as lock, signals_interrupt():
        log_path = output_dir / "logs" / time.strftime("run-%Y%m%d-%H%M%S.log")
        try:
            log = RunLog(log_path)
        except OSError as error:
            raise UserError(f"output_dir: {log_path.parent} cannot be written: {error}") from error
        outcome = RunOutcome(log_path)
        recorder = Recorder(log_path, config_path, config, module)
        quiet = child_environment(TF_CPP_MIN_LOG_LEVEL="1", PYTHONWARNINGS="ignore", PYTHONUNBUFFERED="1")
        output = {"stdout": log.write_end, "stderr": subprocess.STDOUT, "stdin": subprocess.DEVNULL}
        arguments = [str(config_path), *arguments, *(f"--set={change}" for change in changes)]
        with (
            log,
            recorder,
            reporting_process(module, *arguments, env=quiet, inherit=[lock], start_new_session=True, **output) as (
                process,
                events,
            ),
        ):
            try:
                _show(events, outcome, console, recorder.hear)
            finally:
                _stop(process)
        if outcome.result is None and outcome.error is None:
            outcome.error = f"the run ended with status {process.returncode} and without a word: {log.last_line}"
        recorder.end(outcome.result, outcome.error, outcome.error_kind)
        return outcome


@contextlib.contextmanager
def exclusive(output_dir: Path) -> Iterator[int]:
    """Lock the folder, since ML Metadata in SQLite serves one writer; gives the lock's file descriptor.

    Whoever inherits it holds the lock too: it goes when all of them have ended, however they do.
    """
    try:
        output_dir.mkdir(parents=True, exist_ok=True)
        lock = (output_dir / LOCK_FILE).open("a+")
    except OSError as error:
        raise UserError(f"output_dir: {output_dir} cannot be written: {error}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise UserError(
                f"output_dir: {output_dir} is in use by another run; wait for it, or give this one its own output_dir"
            ) from None
        yield lock.fileno()


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Wait for a process that ended its reports; stop it, and all that it started, if it does not end."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(timeout=_SECONDS_TO_STOP if sys.exc_info()[0] is None else 0)
        return
    for stop_signal in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_SECONDS_TO_STOP)
            return


@dataclass
class _Node:
    name: str
    started: float
    was_cached: bool = False
    messages: list[str] = field(default_factory=list)


def step_columns() -> tuple[ProgressColumn, ...]:
    """What is shown of a step; its task has a `unit`. They fit 80 columns."""
    return (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=16),
        TextColumn("{task.completed:.0f}/{task.total} {task.fields[unit]}"),
        TimeColumn(),
    )


def _show(events: Any, outcome: RunOutcome, console: Console, hear: Callable[[Event], None]) -> None:
    nodes: list[str] = []
    node: _Node | None = None
    last_line = 0.0
    with Bars(*step_columns(), console=console) as bar:
        task = bar.add_task("loading TensorFlow", total=1, unit="", detail="")
        for line in events:
            event = json.loads(line)
            hear(event)
            if "nodes" in event:
                nodes = event["nodes"]
            elif event.get("state") == "running":
                node = _Node(event["node"], time.monotonic())
                bar.reset(task, total=1, description=node.name, unit="", detail="")
            elif event.get("state") == "cached" and node:
                node.was_cached = True
            elif event.get("state") == "finished" and node:
                console.print(_line(node, nodes), highlight=False, markup=False)
                node = None
            elif "done" in event:
                unit, detail = event["unit"], event["detail"]
                bar.update(task, completed=event["done"], total=event["total"], unit=unit, detail=detail)
                # Few enough for a line each, unless they pass in a moment.
                is_due = time.monotonic() - last_line > _SECONDS_BETWEEN_EPOCHS or event["done"] == event["total"]
                if unit == "epochs" and detail and not console.is_terminal and is_due:
                    last_line = time.monotonic()
                    bar.print_line(bar.tasks[0])
            elif "message" in event and node:
                node.messages.append(event["message"])
            elif "announcement" in event:
                console.print(f"      {event['announcement']}", highlight=False, markup=False)
            elif "result" in event:
                outcome.result = event["result"]
            elif "error" in event:
                outcome.error, outcome.error_kind = event["error"], event["kind"]


def _line(node: _Node, nodes: list[str]) -> str:
    position = f"{nodes.index(node.name) + 1:>2}/{len(nodes)}" if node.name in nodes else ""
    seconds = "cached" if node.was_cached else f"{time.monotonic() - node.started:.0f} s"
    return f"{position} {node.name:<18} {seconds:>7}  {'; '.join(node.messages)}".rstrip()
