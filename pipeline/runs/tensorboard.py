"""Names for TensorBoard: a folder in which each training's curves are called after the run that made them."""

import os
from contextlib import suppress
from pathlib import Path

# models.training.summaries has the same name, but loads TensorFlow.
_LOGS = "tensorboard"
_TRAINERS = {"Trainer": "", "SingleFrameTrainer": "-single-frame"}


def link_logs(output_dir: Path, number: int, node: str, model_run: Path) -> None:
    """Let `tensorboard/run-<number>` lead to the curves of a training, if the component `node` is one.

    The link is relative, since the `output_dir` may be moved. Where no link can be made there is none.
    """
    if node not in _TRAINERS:
        return
    folder = output_dir / _LOGS
    link = folder / f"run-{number}{_TRAINERS[node]}"
    with suppress(OSError):
        folder.mkdir(exist_ok=True)
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(model_run / _LOGS, folder))


def remove_dead_links(output_dir: Path) -> None:
    """Remove the names of curves that are gone."""
    for link in (output_dir / _LOGS).glob("run-*"):
        if link.is_symlink() and not link.exists():
            link.unlink()
