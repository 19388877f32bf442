"""What people see of a run, in a terminal of 80 columns and in a pipe: a run that reports what a real one has reported."""

import io
import sys
from pathlib import Path

import pytest
from rich.console import Console

from pipeline.config import Config
from pipeline.launch import run_pipeline

EPOCH = (
    "loss 1.{0}3, accuracy 0.45, eval loss 1.30, eval accuracy 0.4{0}; 12.3 clips/s, 1.2% of the time waiting for input"
)
# The pauses are longer than the bar needs to be drawn again.
RUNNER = f"""
import sys, time
from foundation.events import report, send_progress
from foundation.messages.progress import Progress, announce, say
def run(send):
    send_progress(send)
    send({{"nodes": ["VideoExampleGen", "Trainer"]}})
    send({{"state": "running", "node": "VideoExampleGen"}})
    send({{"state": "cached"}})
    send({{"state": "finished"}})
    send({{"state": "running", "node": "Trainer"}})
    announce("r2plus1d_tiny: 763,074 parameters, 0.265 GFLOPs a clip (0.132 billion multiply-adds)")
    announce("r2plus1d_tiny, 3 epochs: about 10 s on this machine")
    progress = Progress(3, "epochs")
    for number, seconds in enumerate((0.3, 0.3, 2.1)):
        time.sleep(seconds)
        progress.advance(detail={EPOCH!r}.format(number))
    say("best of 3 epochs: 3, eval loss 1.30, eval accuracy 0.42; 12.3 clips/s; trained for 1 s")
    send({{"state": "finished"}})
    send({{"result": {{"pushed_version": None, "nodes": {{}}, "uris": {{}}}}}})
report(int(sys.argv[1]), run)
"""


def shown(folder: Path, monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool) -> str:
    """All that was written."""
    (folder / "recorded.py").write_text(RUNNER)
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    config = Config.model_validate({"output_dir": str(folder / "out"), "data": {"annotations": "a.csv", "videos": "."}})
    stream = io.StringIO()
    # As the command line has it; see pipeline.commands.terminal.
    console = Console(file=stream, force_terminal=is_terminal, width=80 if is_terminal else 1000, soft_wrap=True)
    outcome = run_pipeline(folder / "config.yaml", config, console, module="recorded")
    assert outcome.result, outcome
    return stream.getvalue()


def test_in_a_pipe_an_epoch_is_a_line_unless_they_pass_in_a_moment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = shown(tmp_path, monkeypatch, is_terminal=False).splitlines()
    assert lines[0] == " 1/2 VideoExampleGen     cached"
    assert lines[1:3] == [
        "      r2plus1d_tiny: 763,074 parameters, 0.265 GFLOPs a clip (0.132 billion multiply-adds)",
        "      r2plus1d_tiny, 3 epochs: about 10 s on this machine",
    ]
    epochs = lines[3:-1]
    assert [line.partition(" epochs, ")[0].strip() for line in epochs] == [f"Trainer: {done} of 3" for done in (1, 3)]
    assert [line.endswith(EPOCH.format(number)) for line, number in zip(epochs, (0, 2), strict=True)] == [True] * 2
    assert lines[-1].startswith(" 2/2 Trainer ") and lines[-1].endswith("s  best of 3 epochs: 3, eval loss 1.30, "
        "eval accuracy 0.42; 12.3 clips/s; trained for 1 s")  # fmt: skip


def test_in_80_columns_an_epoch_is_shown_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(tmp_path, monkeypatch, is_terminal=True)
    assert "…" not in text
    assert "2/3 epochs" in text and " left" in text
    # The detail takes two lines.
    first, second = EPOCH.format(1)[:72].rsplit(" ", 1)[0], "time waiting for input"
    assert first in text and second in text
