"""`clipgate run --runner compiled` as a user meets it, on compiled files of shell commands."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from foundation.messages.errors import UserError
from pipeline.cli import app
from pipeline.config import load_config
from pipeline.kubeflow.metadata import Execution
from pipeline.kubeflow.trial import run, summary
from tests.e2e.project import environment
from tests.pipeline.kubeflow.samples import make_spec, make_task

CONFIG = "output_dir: out\ndata: {annotations: data/annotations.csv, videos: data}\n"


def clipgate(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """`clipgate run` in this folder, with a configuration."""
    (folder / "config.yaml").write_text(CONFIG)
    command = [sys.executable, "-m", "pipeline.cli", "run", "--config", "config.yaml", *arguments]
    return subprocess.run(command, cwd=folder, env=environment(), capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("script", "code", "words"),
    [
        (
            'echo \'clipgate {"error": "no such folder", "kind": "user"}\'; exit 2',
            2,
            "wrong input: Second: no such folder\n",
        ),
        ("echo out of memory; exit 9", 1, "its last lines:\n  out of memory\n"),
    ],
    ids=("user", "internal"),
)
def test_a_step_that_fails_is_named_and_ends_the_run_as_the_local_runner_does(
    tmp_path: Path, script: str, code: int, words: str
) -> None:
    first = make_task(
        "sh", "-c", 'echo \'clipgate {"message": "all is well"}\'; mkdir "$0"', "{{$.outputs.artifacts['a'].uri}}"
    )
    first["component"]["outputDefinitions"] = make_task(outputs=["a"])["component"]["outputDefinitions"]
    second = make_task("sh", "-c", script, inputs={"a": ("First", "a")})
    (tmp_path / "pipeline.yaml").write_text(yaml.safe_dump(make_spec(First=first, Second=second)))
    result = clipgate(tmp_path, "--runner", "compiled", "--compiled", "pipeline.yaml")
    assert result.returncode == code, result.stderr
    assert words in result.stderr
    assert "Traceback" not in result.stdout + result.stderr
    (line,) = (line for line in result.stdout.splitlines() if " First " in line)
    assert line.startswith(" 1/2 ") and line.endswith("all is well")
    assert {path.name for path in (tmp_path / "out/compiled/sample").glob("*/First/*/*")} == {"a", "executor-logs-0"}


@pytest.mark.parametrize(
    ("compiled", "parameters", "words"),
    [
        ("absent.yaml", (), "absent.yaml: the compiled pipeline cannot be read"),
        ("", ("epochs",), "--parameter epochs: expected NAME=VALUE"),
    ],
    ids=str,
)
def test_what_cannot_be_run_is_said_before_anything_runs(
    tmp_path: Path, compiled: str, parameters: tuple[str, ...], words: str
) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    with pytest.raises(UserError, match=words):
        run(load_config(tmp_path / "config.yaml"), compiled, parameters, lambda _: None)


def test_options_of_the_compiled_runner_are_not_for_the_other(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(CONFIG)
    result = CliRunner().invoke(app, ["run", "--config", str(tmp_path / "config.yaml"), "--compiled", "pipeline.yaml"])
    assert isinstance(result.exception, UserError)
    assert "are for --runner compiled" in str(result.exception)


def test_the_end_of_a_run_is_summed_up_as_the_local_runner_does() -> None:
    gate = Execution(
        1, "ModelGate", "CACHED", {"gate_report": {"uri": "/runs/ModelGate/gate_report", "metadata": {}}}, 7
    )
    assert summary([gate, pusher(pushed=1, pushed_destination="/serving/7")]) == {
        "nodes": {"ModelGate": "cached", "Pusher": "complete"},
        "uris": {"ModelGate.gate_report": "/runs/ModelGate/gate_report", "Pusher.pushed_model": "/runs/Pusher"},
        "pushed_version": "/serving/7",
        "not_pushed_reason": "",
    }
    found = summary([pusher(pushed=0, not_pushed_reason="it was withdrawn")])
    assert (found["pushed_version"], found["not_pushed_reason"]) == (None, "it was withdrawn")


def pusher(**metadata: Any) -> Execution:
    """What the Pusher has done."""
    return Execution(2, "Pusher", "COMPLETE", {"pushed_model": {"uri": "/runs/Pusher", "metadata": metadata}})
