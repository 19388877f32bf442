"""A training on two machines, which here are two processes."""

from tests.e2e.conftest import RejectedRun
from tests.e2e.project import explain
from tests.e2e.rejected import TRAINING


def test_a_run_and_its_worker_train_together(rejected_run: RejectedRun) -> None:
    worker, epochs = rejected_run.worker, TRAINING["training"]["epochs"]
    assert worker.returncode == 0, explain(worker)
    assert "waiting for the first worker" in worker.stdout
    assert f"{epochs}/{epochs} epochs" in worker.stdout
    assert "the training has ended" in worker.stdout
    assert list(rejected_run.project.output_dir.glob("pipeline/checkpoints/*")) == []
