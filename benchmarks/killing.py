"""Kills of a run, or of one of its processes, at a random moment."""

import fcntl
import itertools
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from subprocess import Popen

import psutil

from benchmarks.undisturbed import VERDICTS, Disturbed, Outcome, Project, kill, processes_of, repeated

# What is killed: everything, the command alone, or the first process whose command line has these words.
EVERYTHING, COMMAND = "tree", "command"
WORDS = {
    "run": "pipeline.local",
    "decoder": "components.video.decoder_process",
    "probe": "components.serving_validator.probe",
    "worker": "sdk_worker_main",
}
KINDS = (EVERYTHING, COMMAND, *WORDS)
_MOST_SECONDS_OF_CHILD = 2.0
_SECONDS_TO_END = 30.0
_SECONDS_BETWEEN_LOOKS = 0.01


def killed_runs(
    kind: str, template: Project, expected: Outcome, folder: Path, number: int, seconds: float, random: Random
) -> Iterator[Disturbed]:
    """Kill `number` runs. A killed run is repeated, and that killed as well, until one comes to its end or enough are killed.

    Args:
      template: has the data; with more than one worker of Beam for the kind `worker`.
      folder: where the runs work; each that came to its end is removed.
      seconds: how long an undisturbed run takes.
    """
    project = None
    count = 0
    for attempt in itertools.count():
        if count == number:
            return
        project = project or template.beside(folder / f"{kind}-{attempt}")
        run = project.start()
        started, killed = _disturb(run, kind, random.uniform(0, seconds), random.uniform(0, _MOST_SECONDS_OF_CHILD))
        count += bool(killed)
        faults = _overlap(project, started)
        exit_code = run.wait()
        faults += [f"{process} goes on" for process in psutil.wait_procs(started, timeout=_SECONDS_TO_END)[1]]
        has_ended = exit_code in VERDICTS
        if has_ended:
            faults += [f"{name} differs" for name in expected.differences(project.outcome(exit_code))]
        if has_ended or count == number:
            faults += repeated(project, expected)
            if not faults:
                shutil.rmtree(project.folder)
            project = None
        yield Disturbed(kind if killed else f"{kind}, too late", exit_code, tuple(faults))


def _disturb(
    run: "Popen[bytes]", kind: str, moment: float, delay: float
) -> tuple[Sequence[psutil.Process], Sequence[psutil.Process]]:
    """Kill what `kind` says; gives the processes that the run had at that moment, and those that were killed."""
    if kind in WORDS and kind != "run":
        while run.poll() is None and not _found(run, WORDS[kind]):
            time.sleep(_SECONDS_BETWEEN_LOOKS)
        time.sleep(delay)
    else:
        _wait(run, moment)
    processes = processes_of(run)
    if kind == EVERYTHING:
        killed = processes
    elif kind == COMMAND:
        killed = processes[:1]
    else:
        killed = _found(run, WORDS[kind])[:1]
    kill(killed)
    return processes, killed


def _wait(run: "Popen[bytes]", seconds: float) -> None:
    end = time.monotonic() + seconds
    while run.poll() is None and time.monotonic() < end:
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _found(run: "Popen[bytes]", words: str) -> list[psutil.Process]:
    found = []
    for process in processes_of(run)[1:]:
        with suppress(psutil.Error):
            if words in " ".join(process.cmdline()):
                found.append(process)
    return found


def _overlap(project: Project, processes: Sequence[psutil.Process]) -> list[str]:
    """Wait until nobody holds the lock of the folder, and say who of a run still works then."""
    path = project.output_dir / ".lock"
    while path.exists():
        with path.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                time.sleep(_SECONDS_BETWEEN_LOOKS)
                continue
            return [f"{_name(process)} works without the lock" for process in processes if _works(process)]
    return []


def _works(process: psutil.Process) -> bool:
    """Only the pipeline itself writes into the folder; what it has started hears within a second that it is gone."""
    with suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE and WORDS["run"] in " ".join(process.cmdline())
    return False


def _name(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline()[:4])
    return str(process.pid)
