"""A second run in the project of the first one, which the gate stops."""

import csv
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.colours import COLOURS
from tests.e2e.project import Project
from tests.e2e.pushed import PushedRun
from tests.once import made_once
from tests.ports import free_addresses

BAD_CLASS = "grey"
# 60 steps; after 20 all test clips of the other classes were taken for what they are, in each of five trainings.
TRAINING: dict[str, Any] = {
    "splits": {"mode": "official"},
    "training": {"epochs": 12, "learning_rate": 0.002, "warm_start": {}, "distribution": "multi_worker"},
}
SPLITS = 10 * ["train"] + 2 * ["eval"] + 4 * ["test"]


@dataclass(frozen=True)
class RejectedRun:
    """A project with a pushed model, the run that a gate stopped there, what its worker said, and its gate report."""

    project: Project
    result: "subprocess.CompletedProcess[str]"
    worker: "subprocess.CompletedProcess[str]"
    gate: dict[str, Any]

    def findings(self, rule: str) -> dict[str, dict[str, Any]]:
        """The findings of one rule by class."""
        return {finding["label"]: finding for finding in self.gate["findings"] if finding["rule"] == rule}


def scramble_training_labels(annotations: Path) -> None:
    """Split by person (the file gains a column), and give the bad class the others' labels in train, evenly.

    One row stays, so that the class remains known. In eval the class is left out: noise would decide which epoch is best.
    """
    with annotations.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["group"].startswith("person_")]
    people = sorted({row["group"] for row in rows})
    for row in rows:
        row["split"] = SPLITS[people.index(row["group"])]
    bad = [row for row in rows if row["label"] == BAD_CLASS and row["split"] == "train"]
    others = sorted({row["label"] for row in rows} - {BAD_CLASS})
    for i, row in enumerate(bad[1:]):
        row["label"] = others[i % len(others)]
    with annotations.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(row for row in rows if (row["label"], row["split"]) != (BAD_CLASS, "eval"))


@pytest.fixture(scope="session")
def rejected_run(pushed_run: PushedRun, tmp_path_factory: pytest.TempPathFactory) -> RejectedRun:
    """A second training in the project of the pushed run, long enough to learn four colours, on scrambled labels.

    It begins with the weights of the pushed model, which has hardly learned anything, and a worker takes part in it: two
    train what one does.
    """
    return made_once(tmp_path_factory, "rejected", lambda folder: _train_again(pushed_run.project.copy(folder)))


def _train_again(project: Project) -> RejectedRun:
    scramble_training_labels(project.folder / "data" / "annotations.csv")
    project.configure(
        **TRAINING,
        gates={
            "certainty": None,
            "min_accuracy": 0.5,
            "min_recall": 0.5,
            "min_precision": 0.2,
            "min_examples": 3,
            "classes": {label: {"max_forgetting": 1} for label in COLOURS},
        },
    )
    addresses = free_addresses(2)
    run, worker = (
        project.start(
            command,
            TF_CONFIG=json.dumps({"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}),
        )
        for index, command in enumerate(("run", "worker"))
    )
    result = finished(run)
    worker.kill()  # which has ended long ago, if it had a training to take part in
    return RejectedRun(project, result, finished(worker), project.gate())


def finished(process: "subprocess.Popen[str]") -> "subprocess.CompletedProcess[str]":
    """Wait for the end of a process."""
    out, err = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)
