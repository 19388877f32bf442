"""A training on two machines, which here are two processes."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.project import environment, make_project
from tests.ports import free_addresses

pytestmark = pytest.mark.e2e


def test_a_run_and_its_worker_train_together(tmp_path: Path) -> None:
    project = make_project(tmp_path, num_people=6)
    project.configure(training={"epochs": 2, "distribution": "multi_worker"})
    addresses = free_addresses(2)
    processes = [
        subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", command, "--config", "config.yaml"],
            cwd=project.folder,
            env=environment()
            | {"TF_CONFIG": json.dumps({"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}})},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for index, command in enumerate(("run", "worker"))
    ]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert "waiting for the first worker" in outputs[1]
    assert "2/2 epochs" in outputs[1]
    assert len(project.versions()) == 1
    assert list(project.output_dir.glob("pipeline/checkpoints/*")) == []


def test_workers_need_to_be_told_who_they_are(tmp_path: Path) -> None:
    project = make_project(tmp_path, num_people=6)
    project.configure()
    alone = project.clipgate("worker", "--config", "config.yaml")
    assert alone.returncode == 2
    assert "training.distribution is none; only multi_worker has workers to start" in alone.stderr
    project.configure(training={"distribution": "multi_worker"})
    nameless = project.clipgate("worker", "--config", "config.yaml")
    assert nameless.returncode == 2
    assert "needs the environment variable TF_CONFIG" in nameless.stderr
