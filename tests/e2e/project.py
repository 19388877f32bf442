"""Runs the console script on a folder with a small data set, as a user does."""

import functools
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.e2e import colours

TINY_MODEL = {"preset": "tiny", "num_frames": 4, "height": 32, "width": 40}
OPEN_GATES = {
    "certainty": None,
    "min_accuracy": 0,
    "min_recall": 0,
    "min_precision": 0,
    "min_examples": 1,
    "max_recall_drop": 1,
    "min_gain_over_majority": None,
}


@dataclass(frozen=True)
class Project:
    """A folder with `config.yaml` and, after a run, `out`; and with its `data`, if these are not another project's."""

    folder: Path
    data: Path = Path("data")
    out: str = "out"

    @property
    def config_path(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def output_dir(self) -> Path:
        return self.folder / self.out

    def configure(self, **sections: Any) -> None:
        """Write the configuration; `sections` replace the defaults of the tests."""
        values = {
            "name": "test",
            "output_dir": self.out,
            "data": {"annotations": str(self.data / "annotations.csv"), "videos": str(self.data)},
            "splits": {"train": 0.5, "eval": 0.25, "test": 0.25},
            "sampling": {"num_frames": 8, "short_side": 40},
            "model": TINY_MODEL,
            "training": {"epochs": 1},
            "gates": OPEN_GATES,
            **sections,
        }
        self.config_path.write_text(yaml.safe_dump(values))

    def clipgate(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run the command line in this folder."""
        command = [sys.executable, "-m", "pipeline.cli", *arguments]
        return subprocess.run(command, cwd=self.folder, env=environment(), capture_output=True, text=True, check=False)

    def start(self, command: str, **variables: str) -> "subprocess.Popen[str]":
        """Start `clipgate run` or `clipgate worker` with this folder's configuration and more environment variables."""
        return subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", command, "--config", "config.yaml"],
            cwd=self.folder,
            env=environment() | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Tests that run in the background of a shell ignore Ctrl-C, and so would what they start.
            preexec_fn=functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
        )

    def run(self) -> "subprocess.CompletedProcess[str]":
        """`clipgate run` with this folder's configuration."""
        return self.clipgate("run", "--config", "config.yaml")

    def copy(self, folder: Path) -> "Project":
        """The data and the pushed models in a new folder, for another run that leaves this project as it is."""
        shutil.copytree(self.folder / "data", folder / "data")
        shutil.copytree(self.output_dir / "serving", folder / "out" / "serving")
        return Project(folder)

    def beside(self, folder: Path) -> "Project":
        """A project whose runs find in the cache the Examples that this one has made of the same data; nothing was pushed."""
        shutil.copytree(self.output_dir, folder / "out", ignore=shutil.ignore_patterns("serving", "checkpoints"))
        return Project(folder, self.folder / self.data)

    def with_own_data(self) -> "Project":
        """This project with a copy of its data in its own folder, with other times and a note beside the videos."""
        data = self.folder / "data"
        shutil.copytree(self.folder / self.data, data, copy_function=shutil.copyfile)
        (data / "notes.txt").write_text("where these were filmed")
        return Project(self.folder)

    def versions(self) -> list[Path]:
        """Pushed versions, oldest first."""
        return sorted((self.output_dir / "serving" / "action").glob("[0-9]*"))

    def artifact(self, node: str, output: str) -> Path:
        """The newest artifact of a node's output."""
        return max((self.output_dir / "pipeline" / node / output).iterdir(), key=lambda path: int(path.name))

    def gate(self) -> dict[str, Any]:
        """The newest gate report."""
        return dict(json.loads((self.artifact("ModelGate", "gate_report") / "gate.json").read_text()))


def make_project(folder: Path, *, num_people: int) -> Project:
    """A project whose classes are colours."""
    colours.generate(folder / "data", num_people=num_people)
    return Project(folder)


def explain(result: "subprocess.CompletedProcess[str]") -> str:
    """What a command printed, for the message of a failed assertion."""
    return f"exit code {result.returncode}\n{result.stdout}\n{result.stderr}"


def environment() -> dict[str, str]:
    """This process's, in which the code under test is found first."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2]), "PYTHONWARNINGS": "ignore"}


def ask(project: Project, *arguments: str) -> Any:
    """What a command says as JSON."""
    done = project.clipgate(*arguments, "--config", "config.yaml", "--json")
    assert done.returncode == 0, explain(done)
    return json.loads(done.stdout)
