"""A training that is killed ends as if it had not been."""

import json
import random
import signal
import time
from pathlib import Path

import numpy as np
import pytest

from models.data import ClipSource
from tests.models.training.child import Request, epochs_done, start
from tests.models.training.fitting import dropout_network, train

NUM_EPOCHS = 60
NUM_KILLS = 2
OPTIONS = {
    "epochs": NUM_EPOCHS,
    "learning_rate": 0.05,
    "ema_decay": 0.9,
    "early_stopping_patience": 50,
    "augmentation": {},
}


def result(folder: Path) -> tuple[list[np.ndarray], list[dict[str, float]]]:
    with np.load(folder / "result-0.npz") as arrays:
        weights = [arrays[f"arr_{i}"] for i in range(len(arrays.files))]
    return weights, json.loads((folder / "result-0.json").read_text())


def test_two_kills_at_random_moments_change_nothing(source: ClipSource, tmp_path: Path) -> None:
    """Dropout, augmentation, a moving average and a schedule: everything that has a state."""
    undisturbed = train(source, dropout_network, tmp_path / "undisturbed", **OPTIONS)

    request = Request(
        pattern=source.patterns[0],
        transform=str(source.transform.transform_savedmodel_dir).removesuffix("/transform_fn"),
        model=source.model.model_dump(),
        network="dropout_network",
        folder=str(tmp_path / "killed"),
        changes=OPTIONS,
    )
    generator = random.Random(1)
    num_resumed = 0
    for kill in range(NUM_KILLS):
        child = start(request)
        # All in the first three fifths: the last one must not end before it is killed.
        wanted = generator.randint(kill * NUM_EPOCHS // 5 + 1, (kill + 1) * NUM_EPOCHS // 5)
        for line in child.lines():
            num_resumed += "resumed" in line
            if epochs_done(line) >= wanted:
                break
        time.sleep(generator.uniform(0, 0.1))
        child.process.kill()
        assert child.wait() == -signal.SIGKILL
    last = start(request)
    num_resumed += sum("resumed" in line for line in last.lines())
    assert last.wait() == 0
    assert num_resumed == NUM_KILLS

    weights, history = result(tmp_path / "killed")
    for left, right in zip(weights, undisturbed.weights, strict=True):
        np.testing.assert_allclose(left, right, atol=1e-6)
    assert len(history) == len(undisturbed.history) > NUM_EPOCHS // 2
    for name in ("loss", "accuracy", "val_loss", "val_accuracy", "learning_rate"):
        left, right = ([epoch[name] for epoch in epochs] for epochs in (history, undisturbed.history))
        assert left == pytest.approx(right, abs=1e-6)
