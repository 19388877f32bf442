"""A small pipeline whose runs are disturbed, and what they have to come to all the same."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import psutil
import yaml

from examples.demo_data import generate
from foundation.processes import child_environment

# Exit codes of runs that came to a verdict: pushed, a gate said no, open.
VERDICTS = (0, 3, 5)
# Sums over threads end in other digits from time to time, and weights are compared to the byte.
_ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
# Every model passes.
OPEN_GATES: Mapping[str, Any] = {
    "certainty": None, "min_accuracy": 0, "min_recall": 0, "min_precision": 0, "min_examples": 1, "max_recall_drop": 1,
    "min_gain_over_majority": None,
}  # fmt: skip
_SETTINGS: dict[str, Any] = {
    "name": "faults",
    "output_dir": "out",
    "data": {"annotations": "data/annotations.csv", "videos": "data"},
    "splits": {"train": 0.5, "eval": 0.25, "test": 0.25},
    "sampling": {"num_frames": 8, "short_side": 40},
    "model": {"preset": "tiny", "num_frames": 4, "height": 32, "width": 40},
    "training": {"epochs": 4},
    "gates": OPEN_GATES,
}


@dataclass(frozen=True)
class Outcome:
    """What a run has come to: digests of what two runs of the same data have in common, whenever and wherever they ran.

    `weights` are of the version that is served last.
    """

    exit_code: int
    examples: str
    ledger: str
    weights: str
    verdict: str

    def differences(self, other: "Outcome") -> list[str]:
        """Names of what is not the same."""
        return [name for name, value in vars(self).items() if value != getattr(other, name)]


class Disturbed(NamedTuple):
    """What came of a run that was disturbed: the exit code of that, and all that was not as it has to be in the end."""

    kind: str
    exit_code: int
    faults: tuple[str, ...]


@dataclass(frozen=True)
class Project:
    """A folder with `config.yaml`, `data/`, and after a run `out/`."""

    folder: Path

    @property
    def output_dir(self) -> Path:
        return self.folder / "out"

    @staticmethod
    def make(folder: Path, num_people: int, **sections: Any) -> "Project":
        """Draw the videos, and write the configuration; `sections` take the place of others."""
        generate(folder / "data", num_people=num_people)
        project = Project(folder)
        project.configure(**sections)
        return project

    def configure(self, **sections: Any) -> None:
        """Write the configuration anew; `sections` take the place of others."""
        (self.folder / "config.yaml").write_text(yaml.safe_dump({**_SETTINGS, **sections}))

    def beside(self, folder: Path) -> "Project":
        """The same data and configuration, and nothing that a run has made."""
        folder.mkdir(parents=True)
        shutil.copytree(self.folder / "data", folder / "data")
        shutil.copyfile(self.folder / "config.yaml", folder / "config.yaml")
        return Project(folder)

    def start(self) -> "subprocess.Popen[bytes]":
        """`clipgate run`, whose words go to `said.txt`; it leads a session, so that all of it can be found."""
        with (self.folder / "said.txt").open("ab") as said:
            return subprocess.Popen(
                [sys.executable, "-m", "pipeline.cli", "run", "--config", "config.yaml"],
                cwd=self.folder,
                env=child_environment(PYTHONWARNINGS="ignore", **_ONE_THREAD),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def run(self) -> int:
        """The exit code of a run that nobody disturbs."""
        return self.start().wait()

    def last_words(self, num_lines: int = 3) -> str:
        """The last lines of all that runs here have said."""
        lines = (self.folder / "said.txt").read_text(errors="replace").strip().splitlines()
        return " ".join(" ".join(lines[-num_lines:]).split())

    def size_bytes(self) -> int:
        """What lies in the output directory."""
        return sum(path.stat().st_size for path in self.output_dir.rglob("*") if path.is_file())

    def versions(self) -> list[Path]:
        """What is served, oldest first."""
        return sorted((self.output_dir / "serving" / "action").glob("[0-9]*"))

    def newest(self, output: str) -> Path:
        """The newest artifact of an output, such as `Trainer/model`."""
        return max((self.output_dir / "pipeline" / output).glob("[0-9]*"), key=lambda path: int(path.name))

    def outcome(self, exit_code: int) -> Outcome:
        """What the last run has come to; it has to have ended with a verdict."""
        gate = json.loads((self.newest("ModelGate/gate_report") / "gate.json").read_text())
        ledger = self.newest("VideoExampleGen/ledger")
        versions = self.versions()
        return Outcome(
            exit_code,
            examples=digest(sorted(self.newest("VideoExampleGen/examples").rglob("*"))),
            ledger=digest([ledger / "accepted.jsonl", ledger / "rejected.jsonl"]),
            weights=digest([versions[-1] / "assets.extra/network.weights.h5"]) if versions else "",
            verdict=json.dumps([gate["findings"], gate["confusion_matrix"]], sort_keys=True),
        )

    def unfinished(self) -> int:
        """How many executions ML Metadata takes for running."""
        from ml_metadata import metadata_store
        from ml_metadata.proto import metadata_store_pb2
        from tfx.orchestration import metadata

        path = self.output_dir / "metadata.sqlite"
        store = metadata_store.MetadataStore(metadata.sqlite_metadata_connection_config(str(path)))
        states = Counter(execution.last_known_state for execution in store.get_executions())
        return states[metadata_store_pb2.Execution.RUNNING]


def repeated(project: Project, expected: Outcome, *, most: int = 3) -> list[str]:
    """Repeat a run's command until it ends with a verdict, and say what is not as in an undisturbed run."""
    for _ in range(most):
        exit_code = project.run()
        if exit_code in VERDICTS:
            break
    else:
        return [f"no verdict after {most} repeats: {project.last_words()}"]
    return unlike(project, expected, exit_code)


def unlike(project: Project, expected: Outcome, exit_code: int) -> list[str]:
    """What is not as in an undisturbed run, after one that ended with a verdict."""
    faults = [f"{name} differs" for name in expected.differences(project.outcome(exit_code))]
    if unfinished := project.unfinished():
        faults.append(f"{unfinished} executions are left running")
    return faults


def digest(paths: Iterable[Path]) -> str:
    """SHA-256 of the names and the content of files."""
    total = hashlib.sha256()
    for path in paths:
        if path.is_file():
            total.update(path.name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def processes_of(run: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    """A run's processes, those included that lead a session of their own."""
    with suppress(psutil.NoSuchProcess):
        command = psutil.Process(run.pid)
        return [command, *command.children(recursive=True)]
    return []


def kill(processes: Iterable[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess, ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
