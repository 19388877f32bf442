"""The tutorial, word for word, but with fewer people, one epoch, and bars that any model is above."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from tests.ports import free_addresses

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.findall(r"```(python|yaml|sh)\n(.*?)```", (ROOT / "docs" / "tutorial.md").read_text(), re.DOTALL)
QUICKLY = {
    "num_people=24": "num_people=12",
    "epochs: 60": "epochs: 1",
    "min_accuracy: 0.6": "min_accuracy: 0\n  min_recall: 0\n  min_precision: 0\n  min_gain_over_majority: null",
}


def carried_out(script: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str, str]:
    """Status and words of a shell; what it has left in the background, such as a server after an error, ends with it."""
    with (folder / "said").open("w+") as said, (folder / "complaints").open("w+") as complaints:
        shell = subprocess.Popen(
            ["sh", "-ec", script], cwd=folder, env=environment, stdout=said, stderr=complaints, start_new_session=True
        )
        status = shell.wait()
        with suppress(ProcessLookupError):
            os.killpg(shell.pid, signal.SIGKILL)
        for file in (said, complaints):
            file.seek(0)
        return status, said.read(), complaints.read()


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
    status, said, complaints = carried_out(script, tmp_path, environment)
    assert status == 0, f"{said}\n{complaints}"

    assert "If one of them is the class, write under data: label_field: action" in " ".join(said.split())
    assert "72 segments in 12 videos, 3 classes" in said
    assert "72 segments in 72 videos, 3 classes" in said
    assert "pushed: " in said
    # The server's answer ends without a line's end, so the next one may begin on its last line.
    answers = [json.loads(text) for text in re.findall(r"\{\n.*?^\}", said, re.DOTALL | re.MULTILINE)]
    assert sorted(answers[-1]) == ["arms", "chair", "walk"]
