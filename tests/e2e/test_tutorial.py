"""The tutorial, word for word, but with fewer people, one epoch, and bars that any model is above."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.ports import free_addresses

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```(python|yaml|sh)\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text(), re.DOTALL)
QUICKLY = {
    "num_people=24": "num_people=12",
    "epochs: 60": "epochs: 1",
    "min_accuracy: 0.6": "min_accuracy: 0\n  min_recall: 0\n  min_precision: 0\n  min_gain_over_majority: null",
}


def test_the_tutorial_comes_to_a_served_model(tmp_path: Path) -> None:
    script = ""
    for kind, text in BLOCKS:
        if kind == "sh":
            script += text
        else:
            name = re.match(r"# (\S+)\n", text)
            assert name, text
            for slow, quick in QUICKLY.items():
                text = text.replace(slow, quick)
            (tmp_path / name[1]).write_text(text)
    (tmp_path / "bin").mkdir()
    for name, words in (("clipgate", "-m pipeline.cli"), ("python", "")):
        (tmp_path / "bin" / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (tmp_path / "bin" / name).chmod(0o755)
    for port, free in zip(("8500", "8501"), free_addresses(2), strict=True):
        script = script.replace(port, free.rpartition(":")[2])
    path = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(["sh", "-ec", script], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"

    assert "If one of them is the class, write under data: label_field: action" in " ".join(done.stdout.split())
    assert "72 segments in 12 videos, 3 classes" in done.stdout
    assert "72 segments in 72 videos, 3 classes" in done.stdout
    assert "pushed: " in done.stdout
    # The server's answer ends without a line's end, so the next one may begin on its last line.
    answers = [json.loads(text) for text in re.findall(r"\{\n.*?^\}", done.stdout, re.DOTALL | re.MULTILINE)]
    assert sorted(answers[-1]) == ["arms", "chair", "walk"]
