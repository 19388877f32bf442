"""Measures of each epoch, and what follows from them. No TensorFlow here."""

import json
import math
from collections.abc import Sequence
from pathlib import Path

HISTORY_FILE = "history.json"

# One entry an epoch: metric name to value.
History = list[dict[str, float]]


def eval_losses(history: History) -> list[float]:
    return [epoch["val_loss"] for epoch in history]


def best_epoch(losses: Sequence[float]) -> int | None:
    """The first epoch (from 0) with the lowest loss; None if no loss is finite."""
    finite = [(loss, epoch) for epoch, loss in enumerate(losses) if math.isfinite(loss)]
    return min(finite)[1] if finite else None


def is_over(history: History, num_epochs: int, patience: int) -> bool:
    """Whether all epochs are done, `patience` in a row brought no better loss, or the loss is no number any more."""
    if not history:
        return False
    best = best_epoch(eval_losses(history))
    waited = len(history) if best is None else len(history) - 1 - best
    return len(history) >= num_epochs or waited >= patience or not math.isfinite(history[-1]["loss"])


def count_plateaus(losses: Sequence[float], patience: int) -> int:
    """Number of times that `patience` epochs in a row brought no loss below the best so far."""
    best, waited, plateaus = math.inf, 0, 0
    for loss in losses:
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
            if waited == patience:
                waited, plateaus = 0, plateaus + 1
    return plateaus


def write_history(history: History, folder: Path) -> None:
    """Write the history as JSON: metric name to one value an epoch."""
    folder.mkdir(parents=True, exist_ok=True)
    columns = {name: [epoch[name] for epoch in history] for name in history[0]}
    (folder / HISTORY_FILE).write_text(json.dumps(columns, indent=1) + "\n")
