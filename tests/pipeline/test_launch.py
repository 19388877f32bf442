"""What is found wrong before the process of a run is started, and how it ends if the command does."""

import functools
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from foundation.messages.errors import UserError
from foundation.processes import child_environment
from pipeline.config import Config
from pipeline.launch import run_pipeline


def test_an_output_directory_that_is_an_address_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    config = Config.model_validate({"output_dir": "s3://bucket/run", "data": {"annotations": "a.csv", "videos": "."}})
    with pytest.raises(
        UserError, match="output_dir: s3://bucket/run is an address; .* keeps its artifacts in a folder"
    ):
        run_pipeline(tmp_path / "config.yaml", config, Console())
    assert not list(tmp_path.iterdir())


COMMAND = """
import sys
from pathlib import Path
from rich.console import Console
from pipeline.config import Config
from pipeline.launch import run_pipeline
folder = Path(sys.argv[1])
config = Config.model_validate({"output_dir": str(folder / "out"), "data": {"annotations": "a.csv", "videos": "."}})
run_pipeline(folder / "config.yaml", config, Console(), module=sys.argv[2])
"""
# One that knows who started it, and one that does not.
RUNNERS = {
    "watching": "import os, sys, time\nfrom pathlib import Path\nfrom foundation.events import report\n"
    "def run(send):\n    Path(sys.argv[2]).with_name('pid').write_text(str(os.getpid()))\n    time.sleep(600)\n"
    "report(int(sys.argv[1]), run)\n",
    "ignorant": "import os, sys, time\nfrom pathlib import Path\n"
    "Path(sys.argv[2]).with_name('pid').write_text(str(os.getpid()))\ntime.sleep(600)\n",
}


def start(folder: Path, runner: str) -> tuple["subprocess.Popen[bytes]", psutil.Process]:
    """A command whose run does nothing for ten minutes, and the process of that run."""
    (folder / f"{runner}.py").write_text(RUNNERS[runner])
    command = [sys.executable, "-c", COMMAND, str(folder), runner]
    environment = child_environment()
    environment["PYTHONPATH"] = f"{folder}:{environment['PYTHONPATH']}"
    process = subprocess.Popen(
        command,
        env=environment,
        stderr=subprocess.DEVNULL,
        # Tests under nohup ignore the end of their terminal, and so would what they start.
        preexec_fn=functools.partial(signal.signal, signal.SIGHUP, signal.SIG_DFL),
    )
    while not ((folder / "pid").is_file() and (folder / "pid").read_text()):
        assert process.poll() is None
        time.sleep(0.05)
    return process, psutil.Process(int((folder / "pid").read_text()))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=lambda number: number.name)
def test_a_run_does_not_outlive_its_command(tmp_path: Path, number: signal.Signals) -> None:
    command, run = start(tmp_path, "watching")
    command.send_signal(number)
    assert command.wait() != 0
    run.wait(timeout=60)
    assert not run.is_running()


def test_while_a_run_works_nobody_else_does_even_if_its_command_is_gone(tmp_path: Path) -> None:
    command, run = start(tmp_path, "ignorant")
    command.kill()
    command.wait()
    config = Config.model_validate(
        {"output_dir": str(tmp_path / "out"), "data": {"annotations": "a.csv", "videos": "."}}
    )
    with pytest.raises(UserError, match="is in use by another run"):
        run_pipeline(tmp_path / "config.yaml", config, Console())
    run.kill()
