"""Several devices and several processes train what one does, from the weights of an earlier model on."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from foundation.messages.errors import UserError
from models.data import ClipSource
from models.training.distribution import is_chief, make_strategy, require_even_shares
from tests.models.training.child import Request, start, start_two
from tests.models.training.fitting import train, training_config, warm_network

# Sums in another order: after a few steps single-precision rounding is all that differs.
TOLERANCE = 1e-4
# Plain SGD-like steps: Adam's first steps are as long for a gradient of rounding errors as for any other.
OPTIONS = {
    "epochs": 3,
    "batch_size": 4,
    "optimizer": "sgd",
    "warmup_epochs": 0,
    "clip_norm": 0.5,
    "l2": 1e-3,
    "ema_decay": 0.9,
    "label_smoothing": 0.1,
    "class_weights": True,
}


def request(source: ClipSource, folder: Path, num_cpus: int = 1, **changes: Any) -> Request:
    return Request(
        pattern=source.patterns[0],
        transform=str(source.transform.transform_savedmodel_dir).removesuffix("/transform_fn"),
        model=source.model.model_dump(),
        network="warm_network",
        folder=str(folder),
        changes=OPTIONS | changes,
        num_cpus=num_cpus,
    )


@pytest.fixture(scope="module")
def alone(
    source: ClipSource, tmp_path_factory: pytest.TempPathFactory
) -> tuple[list[np.ndarray], list[dict[str, float]]]:
    """Weights and history of a training on one device that begins with the weights of an earlier model."""
    fitted = train(source, warm_network, tmp_path_factory.mktemp("alone"), **OPTIONS)
    return fitted.weights, fitted.history


def assert_close(folder: Path, worker: int, alone: tuple[list[np.ndarray], list[dict[str, float]]]) -> None:
    with np.load(folder / f"result-{worker}.npz") as arrays:
        weights = [arrays[name] for name in arrays.files]
    history = json.loads((folder / f"result-{worker}.json").read_text())
    for left, right in zip(weights, alone[0], strict=True):
        np.testing.assert_allclose(left, right, atol=TOLERANCE)
    for name in ("loss", "accuracy", "val_loss", "val_accuracy"):
        assert [epoch[name] for epoch in history] == pytest.approx([epoch[name] for epoch in alone[1]], abs=TOLERANCE)


def test_two_devices_train_what_one_does(source: ClipSource, tmp_path: Path, alone: Any) -> None:
    child = start(request(source, tmp_path, num_cpus=2, distribution="mirrored"))
    assert child.wait() == 0, (tmp_path / "stderr.txt").read_text()[-3000:]
    assert_close(tmp_path, 0, alone)


def test_two_processes_train_what_one_does(source: ClipSource, tmp_path: Path, alone: Any) -> None:
    children = start_two(request(source, tmp_path, distribution="multi_worker"), {}, {})
    assert [child.wait() for child in children] == [0, 0], (tmp_path / "stderr.txt").read_text()[-3000:]
    for worker in range(2):
        assert_close(tmp_path, worker, alone)
    # Only the first one writes.
    assert len(list((tmp_path / "run/tensorboard").rglob("*tfevents*"))) == 2


def test_one_device_is_a_mirror_too() -> None:
    assert make_strategy(training_config(distribution="mirrored", batch_size=3)).num_replicas_in_sync == 1


def test_a_batch_that_cannot_be_shared_evenly_is_refused() -> None:
    require_even_shares(6, 3)
    with pytest.raises(UserError, match="batch_size: 4 clips .* among 3 devices; choose a multiple of 3"):
        require_even_shares(4, 3)


@pytest.mark.parametrize(
    ("jobs", "task", "expected"),
    [
        (["worker"], ("worker", 0), True),
        (["worker"], ("worker", 1), False),
        (["chief", "worker"], ("chief", 0), True),
        (["chief", "worker"], ("worker", 0), False),
        ([], ("worker", 0), True),
    ],
)
def test_one_process_of_a_cluster_writes_the_files(
    monkeypatch: pytest.MonkeyPatch, jobs: list[str], task: tuple[str, int], expected: bool
) -> None:
    cluster = {job: ["localhost:1", "localhost:2"][: 1 if job == "chief" else 2] for job in jobs}
    tf_config = {"cluster": cluster, "task": {"type": task[0], "index": task[1]}} if jobs else {}
    monkeypatch.setenv("TF_CONFIG", json.dumps(tf_config))
    resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
    # A strategy with this resolver would wait for the others.
    assert is_chief(SimpleNamespace(cluster_resolver=resolver)) == expected
