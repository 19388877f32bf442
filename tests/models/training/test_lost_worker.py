"""Two workers end together, and when one is gone the other one ends."""

import signal
from pathlib import Path

import pytest
import tensorflow as tf

from foundation.messages.errors import UserError
from models.data import ClipSource
from models.training.distribution import explained_loss
from tests.models.training.child import Child, Request, epochs_done, start_two

FOR_EVER = {"PAUSE_SECONDS": "1000"}


def request(source: ClipSource, folder: Path, num_epochs: int) -> Request:
    return Request(
        pattern=source.patterns[0],
        transform=str(source.transform.transform_savedmodel_dir).removesuffix("/transform_fn"),
        model=source.model.model_dump(),
        network="linear_network",
        folder=str(folder),
        changes={"epochs": num_epochs, "distribution": "multi_worker"},
    )


def wait_for_epoch(child: Child, epoch: int) -> None:
    next(line for line in child.lines() if epochs_done(line) >= epoch)


def test_the_first_worker_does_not_leave_before_the_second(source: ClipSource, tmp_path: Path) -> None:
    first, second = start_two(request(source, tmp_path, num_epochs=2), {}, {"PAUSE_SECONDS": "2"})
    assert [first.wait(), second.wait()] == [0, 0]
    assert (tmp_path / "result-0.json").stat().st_mtime >= (tmp_path / "paused").stat().st_mtime


def test_the_second_worker_has_ended_even_if_the_first_one_is_killed_in_the_end(
    source: ClipSource, tmp_path: Path
) -> None:
    first, second = start_two(request(source, tmp_path, num_epochs=2), FOR_EVER, {})
    wait_for_epoch(second, 2)
    first.process.kill()
    assert [first.wait(), second.wait()] == [-signal.SIGKILL, 0]
    assert (tmp_path / "result-1.json").exists()


@pytest.mark.parametrize("index", [0, 1])
def test_a_training_that_has_lost_a_worker_ends_with_an_error(source: ClipSource, tmp_path: Path, index: int) -> None:
    workers = start_two(request(source, tmp_path, num_epochs=1000), {}, {})
    killed, left = workers[index], workers[1 - index]
    wait_for_epoch(left, 2)
    killed.process.kill()
    assert left.wait() == 1
    # What `explained_loss` looks for.
    assert "Collective ops is aborted by: " in (tmp_path / "stderr.txt").read_text()


def test_a_lost_worker_is_told_with_what_to_do() -> None:
    reason = (
        "{{node CollectiveReduceV2}} Collective ops is aborted by: Socket closed\nAdditional GRPC error information"
    )
    with (
        pytest.raises(UserError, match=r"another worker of this training is gone \(Socket closed\). Start .* again"),
        explained_loss(),
    ):
        raise tf.errors.UnavailableError(None, None, reason)


def test_other_errors_of_tensorflow_are_told_as_they_are() -> None:
    with pytest.raises(tf.errors.NotFoundError, match="no such file"), explained_loss():
        raise tf.errors.NotFoundError(None, None, "no such file")
