"""Checkpoints: whole or not at all."""

import json
import logging
from pathlib import Path

import numpy as np
import pytest

from models.training.checkpoints import Checkpoint, CheckpointFolder


def checkpoint(*eval_losses: float) -> Checkpoint:
    """A checkpoint whose arrays tell after which epoch it was made, and which epoch's weights are the best."""
    epoch = len(eval_losses) - 1
    history = [{"loss": 1.0, "val_loss": loss} for loss in eval_losses]
    state = [np.full((2, 3), epoch, np.float32), np.array(epoch, np.int64), np.array([1, 2], np.uint32)]
    finite = [loss for loss in eval_losses if loss == loss]
    best = [np.array([eval_losses.index(min(finite))], np.float32)] if finite else None
    return Checkpoint(history, state, best)


@pytest.fixture
def folder(tmp_path: Path) -> CheckpointFolder:
    return CheckpointFolder(str(tmp_path / "some/checkpoint"))


def assert_equal(loaded: Checkpoint | None, saved: Checkpoint) -> None:
    assert loaded
    assert json.dumps(loaded.history) == json.dumps(saved.history)
    for left, right in zip(loaded.state, saved.state, strict=True):
        assert left.dtype == right.dtype
        np.testing.assert_array_equal(left, right)
    assert (loaded.best is None) == (saved.best is None)
    for left, right in zip(loaded.best or [], saved.best or [], strict=True):
        np.testing.assert_array_equal(left, right)


def files(folder: CheckpointFolder) -> set[str]:
    return {path.name for path in Path(folder.path).iterdir()}


def test_without_a_checkpoint_there_is_none(folder: CheckpointFolder) -> None:
    assert folder.load() is None
    folder.clear()


def test_what_was_saved_last_comes_back(folder: CheckpointFolder) -> None:
    for losses in ([2.0], [2.0, 1.0], [2.0, 1.0, 3.0], [2.0, 1.0, 3.0, 0.5]):
        folder.save(checkpoint(*losses))
        assert_equal(folder.load(), checkpoint(*losses))
        assert len(files(folder)) == 2


def test_a_checkpoint_without_a_best_epoch_can_be_saved(folder: CheckpointFolder) -> None:
    folder.save(checkpoint(float("nan")))
    assert_equal(folder.load(), checkpoint(float("nan")))


@pytest.mark.parametrize("num_files", [0, 1])
def test_a_save_that_was_cut_off_leaves_the_checkpoint_before_it(
    folder: CheckpointFolder, monkeypatch: pytest.MonkeyPatch, num_files: int
) -> None:
    """The process dies while it writes the new best weights, or the state after them."""
    import tensorflow as tf

    folder.save(checkpoint(2.0))
    renamed: list[str] = []
    rename = tf.io.gfile.rename

    def die_after(source: str, target: str, overwrite: bool) -> None:
        if len(renamed) == num_files:
            raise SystemExit
        renamed.append(target)
        rename(source, target, overwrite)

    monkeypatch.setattr(tf.io.gfile, "rename", die_after)
    with pytest.raises(SystemExit):
        folder.save(checkpoint(2.0, 1.0))
    monkeypatch.undo()
    assert_equal(folder.load(), checkpoint(2.0))
    folder.save(checkpoint(2.0, 1.0))
    assert_equal(folder.load(), checkpoint(2.0, 1.0))
    assert files(folder) == {"state.npz", "best-1.npz"}


@pytest.mark.parametrize("name", ["state.npz", "best-0.npz"])
@pytest.mark.parametrize("damage", ["cut", "empty", "gone"])
def test_a_damaged_checkpoint_is_said_and_not_used(
    folder: CheckpointFolder, caplog: pytest.LogCaptureFixture, name: str, damage: str
) -> None:
    folder.save(checkpoint(2.0))
    path = Path(folder.path) / name
    if damage == "gone":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[: 100 if damage == "cut" else 0])
    with caplog.at_level(logging.INFO):
        assert folder.load() is None
    is_nothing = name == "state.npz" and damage == "gone"
    assert ("cannot be read" in caplog.text) == (not is_nothing)


def test_no_pickle_is_read(folder: CheckpointFolder, caplog: pytest.LogCaptureFixture) -> None:
    folder.save(checkpoint(2.0))
    np.savez(Path(folder.path) / "state.npz", np.array([{"a": 1}], dtype=object))
    with caplog.at_level(logging.INFO):
        assert folder.load() is None
    assert "cannot be read" in caplog.text


def test_clearing_removes_everything(folder: CheckpointFolder) -> None:
    folder.save(checkpoint(2.0))
    folder.clear()
    assert not Path(folder.path).exists()
    assert folder.load() is None
