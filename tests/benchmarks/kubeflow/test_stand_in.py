"""A small pipeline from its compiled form to its artifacts in a store, by the stand-ins for driver and launcher."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.kubeflow.cluster import BUCKET, Cluster, cluster, store_client
from benchmarks.kubeflow.pods import Mount
from benchmarks.kubeflow.stand_in.command import write_stand_in
from benchmarks.kubeflow.workflow import Programs, Step, StepFailedError, execute, make_workflow
from foundation.messages.errors import UserError
from pipeline.kubeflow.execute import produced_by
from pipeline.kubeflow.metadata import Lineage
from pipeline.kubeflow.tasks import Json
from tests.pipeline.kubeflow.samples import make_spec, make_task

OUTPUT = "{{$.outputs.artifacts['model'].path}}"
INPUT = "{{$.inputs.artifacts['model'].path}}"
ROOT = Path(__file__).resolve().parents[3]


def _is_mounted(folder: str) -> bool:
    """Whether a folder is a mount of its own, also of another folder of the same file system."""
    mounts = Path("/proc/self/mountinfo")
    return mounts.exists() and any(line.split()[4] == folder for line in mounts.read_text().splitlines())


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Cluster]:
    """All that driver and launcher find in a cluster."""
    folder = tmp_path / "services"
    folder.mkdir()
    with ExitStack() as stack:
        try:
            found = stack.enter_context(cluster(folder))
        except UserError as error:
            pytest.skip(str(error))
        yield found


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mount namespaces take root on Linux")
@pytest.mark.skipif(_is_mounted(sys.prefix), reason="pods see the file system at /, and not what is mounted in it")
def test_a_pipeline_runs_is_answered_from_the_cache_and_tries_again_what_was_killed(
    tmp_path: Path, services: Cluster
) -> None:
    script = 'mkdir "$0"; echo "$1" > "$0/file"; echo trains; sleep 1'
    trainer = make_task(
        "sh", "-c", script, OUTPUT, "{{$.inputs.parameters['word']}}", parameters={"word": ""}, outputs=["model"]
    )
    trainer["task"]["retryPolicy"] = {"maxRetryCount": 1}
    trainer["task"]["inputs"]["parameters"]["word"] = {"componentInputParameter": "data.word"}
    copy = make_task("cp", "-r", INPUT, OUTPUT, inputs={"model": ("Trainer", "model")}, outputs=["model"])
    spec = make_spec(Trainer=trainer, Copy=copy) | {"defaultPipelineRoot": f"minio://{BUCKET}/clipgate"}
    spec["root"]["inputDefinitions"] = {"parameters": {"data.word": {"parameterType": "STRING"}}}
    failing = make_spec(Trainer=make_task("sh", "-c", "echo out of memory; exit 9"))
    failing["defaultPipelineRoot"] = spec["defaultPipelineRoot"]
    programs = Programs(*(write_stand_in(name, tmp_path / name) for name in Programs._fields))
    volumes = (Mount(tmp_path, str(tmp_path)), Mount(ROOT, str(ROOT)))

    def run(pipeline: Json, run_id: str, **kill: str) -> list[Step]:
        given = {"data.word": "weights"} if pipeline is spec else {}
        workflow = make_workflow([pipeline], run_id, programs, services, tmp_path / "pods", volumes, given)
        return execute(workflow, lambda _: None, kill)

    steps = [*run(spec, "run-1", Trainer="trains"), *run(spec, "run-2")]
    with pytest.raises(StepFailedError, match=r"(?s)Trainer has failed 1 times;.*out of memory"):
        run(failing, "run-3")
    first, second = (
        produced_by(Lineage(services.metadata(), "sample", name).executions()) for name in ("run-1", "run-2")
    )
    (failed,) = Lineage(services.metadata(), "sample", "run-3").executions()
    key = first["Copy", "model"]["uri"].removeprefix(f"minio://{BUCKET}/")
    body = store_client("http://127.0.0.1:9000").get_object(Bucket=BUCKET, Key=f"{key}/file")["Body"].read()
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
