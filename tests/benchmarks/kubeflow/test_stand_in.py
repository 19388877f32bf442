"""A small pipeline from its compiled form to its artifacts in a store, by the stand-ins for driver and launcher."""

import os
import socket
import sys
from pathlib import Path

import pytest

from benchmarks.kubeflow.cluster import BUCKET, cluster, store_client
from benchmarks.kubeflow.pods import Mount
from benchmarks.kubeflow.stand_in.command import write_stand_in
from benchmarks.kubeflow.workflow import Programs, Step, StepFailedError, execute, make_workflow
from pipeline.kubeflow.execute import produced_by
from pipeline.kubeflow.metadata import Lineage
from tests.pipeline.kubeflow.samples import make_spec, make_task

OUTPUT = "{{$.outputs.artifacts['model'].path}}"
INPUT = "{{$.inputs.artifacts['model'].path}}"
ROOT = Path(__file__).resolve().parents[3]


def is_taken(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


pytestmark = [
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mount namespaces take root on Linux"),
    pytest.mark.skipif(is_taken(9000), reason="the object store's port is taken"),
]


def test_a_pipeline_runs_is_answered_from_the_cache_and_tries_again_what_was_killed(tmp_path: Path) -> None:
    trainer = make_task(
        "sh", "-c", 'mkdir "$0"; echo weights > "$0/file"; echo trains; sleep 1', OUTPUT, outputs=["model"]
    )
    trainer["task"]["retryPolicy"] = {"maxRetryCount": 1}
    copy = make_task("cp", "-r", INPUT, OUTPUT, inputs={"model": ("Trainer", "model")}, outputs=["model"])
    spec = make_spec(Trainer=trainer, Copy=copy) | {"defaultPipelineRoot": f"minio://{BUCKET}/clipgate"}
    failing = make_spec(Trainer=make_task("sh", "-c", "echo out of memory; exit 9"))
    failing["defaultPipelineRoot"] = spec["defaultPipelineRoot"]
    services = tmp_path / "services"
    services.mkdir()
    programs = Programs(*(write_stand_in(name, services / name) for name in Programs._fields))
    volumes = (Mount(tmp_path, str(tmp_path)), Mount(ROOT, str(ROOT)))
    with cluster(services) as found:
        steps: list[Step] = []
        for run_id, kill in (("run-1", {"Trainer": "trains"}), ("run-2", {})):
            workflow = make_workflow([spec], run_id, programs, found, tmp_path / "pods", volumes)
            steps += execute(workflow, lambda _: None, kill)
        first, second = (
            produced_by(Lineage(found.metadata(), "sample", name).executions()) for name in ("run-1", "run-2")
        )
        key = first["Copy", "model"]["uri"].removeprefix(f"minio://{BUCKET}/")
        body = store_client("http://127.0.0.1:9000").get_object(Bucket=BUCKET, Key=f"{key}/file")["Body"].read()
        workflow = make_workflow([failing], "run-3", programs, found, tmp_path / "pods", volumes)
        with pytest.raises(StepFailedError, match=r"(?s)Trainer has failed 1 times;.*out of memory"):
            execute(workflow, lambda _: None)
        (failed,) = Lineage(found.metadata(), "sample", "run-3").executions()
    assert [(step.task, step.num_attempts, step.is_cached) for step in steps] == [
        ("Trainer", 2, False),
        ("Copy", 1, False),
        ("Trainer", 0, True),
        ("Copy", 0, True),
    ]
    assert body == b"weights\n"
    assert first["Trainer", "executor-logs"]["uri"].endswith("/executor-logs-1")
    assert second == first
    assert failed.state == "FAILED"
