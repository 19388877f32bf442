"""A training step and inference of R(2+1)D-18 on the CPU, beside the same network in PyTorch.

    .venv/bin/python -m benchmarks.train_step [--batch 2] [--rounds 7]

Clips of 16 frames of 112x112 pixels, float32 and bfloat16. PyTorch gets a virtual environment of its own, which is kept. The
two frameworks are two processes that take turns, so that other work on the machine slows down both. Prints JSON: medians of
seconds and of the CPU seconds of all threads, and ratios ours / PyTorch's, which are medians of the rounds' ratios.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.environments import ROOT, python_with
from benchmarks.timing import Times
from benchmarks.turns import compare

_TORCH = "torch==2.13.0"
_TASKS = ("train", "predict")
_NUM_CLASSES = 10


class Contestant:
    """A process that waits until it is its turn."""

    def __init__(self, python: Path, module: str, precision: str, batch: int) -> None:
        arguments = ["--precision", precision, "--batch", str(batch), "--classes", str(_NUM_CLASSES)]
        self._process = subprocess.Popen(
            [python, "-m", module, *arguments],
            cwd=ROOT,
            env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.facts = self._answer()

    def take_turn(self, task: str) -> Times:
        assert self._process.stdin
        print(task, file=self._process.stdin, flush=True)
        return self._answer()

    def leave(self) -> None:
        self._process.communicate()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"a contestant ended with exit code {self._process.wait()}; its message is above")
        return dict(json.loads(line))


def measure(precision: str, batch: int, rounds: int, torch_python: Path) -> dict[str, Any]:
    contestants = {
        "ours": Contestant(Path(sys.executable), "benchmarks.train_step_keras", precision, batch),
        "pytorch": Contestant(torch_python, "benchmarks.train_step_torch", precision, batch),
    }
    weights = {name: contestant.facts["weights"] for name, contestant in contestants.items()}
    if len(set(weights.values())) > 1:
        raise SystemExit(f"these are not the same network: {weights} weights")
    turns = [
        {task: {name: contestant.take_turn(task) for name, contestant in contestants.items()} for task in _TASKS}
        for _ in range(rounds)
    ]
    for contestant in contestants.values():
        contestant.leave()
    return {task: compare([turn[task] for turn in turns], digits=3) for task in _TASKS}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--batch", type=int, default=2, help="clips in a step")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--precision", nargs="+", default=["float32", "bfloat16"], choices=["float32", "bfloat16"])
    arguments = parser.parse_args()
    torch_python = python_with("torch", _TORCH, "numpy")
    results = {
        precision: measure(precision, arguments.batch, arguments.rounds, torch_python)
        for precision in arguments.precision
    }
    print(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
