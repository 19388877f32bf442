"""A run by programs with the command lines of driver and launcher, in pods that are processes."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from benchmarks.kubeflow.cluster import Cluster
from benchmarks.kubeflow.pods import Mount, Pod, expanded, hosts_file, run_pod
from benchmarks.kubeflow.scenario import sources_of
from benchmarks.kubeflow.stand_in.command import write_stand_in
from benchmarks.kubeflow.workflow import (
    Programs,
    Workflow,
    container_flags,
    flags_of,
    make_workflow,
    root_flags,
    step_pod,
    with_known,
)
from foundation.messages.errors import UserError
from pipeline.kubeflow.metadata import Lineage, open_store
from tests.pipeline.kubeflow.samples import TITLE, make_spec, make_task

with_root = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="mount namespaces take root on Linux"
)


@pytest.fixture
def workflow(tmp_path: Path) -> Iterator[Workflow]:
    """A run of two tasks; nobody answers at its ports."""
    producer = make_task("python", "--epochs", parameters={"epochs": 2}, outputs=["model"])
    spec = make_spec(Producer=producer, Consumer=make_task("sh", inputs={"model": ("Producer", "model")}))
    spec["defaultPipelineRoot"] = "minio://mlpipeline/clipgate"
    volume = {"pvcMount": [{"constant": "models", "mountPath": "/models"}]}
    kubernetes = {"platforms": {"kubernetes": {"deploymentSpec": {"executors": {"Producer_executor": volume}}}}}
    programs = Programs(*(write_stand_in(name, tmp_path / name) for name in Programs._fields))
    cluster = Cluster(8080, 8887, 443, (Mount(tmp_path / "account", "/run/account"),))
    yield make_workflow([spec, kubernetes], "run-1", programs, cluster, tmp_path / "pods", (Mount(tmp_path, "/data"),))


def test_the_driver_that_begins_a_run_is_given_the_whole_pipeline_and_its_root(workflow: Workflow) -> None:
    flags = root_flags(workflow)
    assert flags["type"] == "ROOT_DAG"
    assert json.loads(flags["component"]) == workflow.run.spec["root"]
    assert json.loads(flags["runtime_config"]) == {
        "parameterValues": {},
        "gcsOutputDirectory": "minio://mlpipeline/clipgate",
    }
    assert flags["execution_id_path"].startswith("/tmp/outputs/")


def test_the_driver_of_a_task_is_given_what_stands_in_the_compiled_file(workflow: Workflow) -> None:
    flags = container_flags(workflow, "Producer", "7")
    assert (flags["type"], flags["task_name"], flags["dag_execution_id"]) == ("CONTAINER", "Producer", "7")
    spec = workflow.run.spec
    assert json.loads(flags["component"]) == spec["components"]["Producer"]
    assert json.loads(flags["task"]) == spec["root"]["dag"]["tasks"]["Producer"]
    assert json.loads(flags["container"]) == spec["deploymentSpec"]["executors"]["Producer_executor"]["container"]
    assert json.loads(flags["kubernetes_config"])["pvcMount"][0]["mountPath"] == "/models"
    assert container_flags(workflow, "Consumer", "7")["kubernetes_config"] == ""
    assert (flags["mlmd_server_port"], flags["ml_pipeline_server_port"]) == ("8080", "8887")


def test_a_program_is_given_the_flags_that_its_release_knows(tmp_path: Path) -> None:
    # Go's package `flag` answers so, on the standard error.
    driver = tmp_path / "driver"
    usage = "Usage of driver:\n  -cache_disabled\n    \tDisable.\n  -type string\n    \tone of a -b\n"
    driver.write_text(f"#!/bin/sh\ncat >&2 <<END\n{usage}END\nexit 2\n")
    driver.chmod(0o755)
    known = flags_of(driver)
    assert known == {"cache_disabled", "type"}
    assert with_known({"type": "CONTAINER", "run_name": "x", "cache_disabled": "false"}, known) == [
        "--type=CONTAINER",
        "--cache_disabled=false",
    ]


@pytest.mark.parametrize("content", [None, "#!/bin/sh\necho no flags\n"], ids=["absent", "something else"])
def test_what_is_no_driver_is_refused_with_its_name(tmp_path: Path, content: str | None) -> None:
    driver = tmp_path / "no-driver"
    if content:
        driver.write_text(content)
        driver.chmod(0o755)
    with pytest.raises(UserError, match="no-driver"):
        flags_of(driver)


def test_a_step_runs_the_launcher_with_the_drivers_command_and_variables_on_an_empty_disk(workflow: Workflow) -> None:
    container = {
        "name": "main",
        "command": ["/kfp-launcher/launch", "--pod_name", "$(KFP_POD_NAME)", "--"],
        "args": ["python"],
        "env": [{"name": "STORE", "value": "here"}],
    }
    pod = step_pod(workflow, "Producer", 1, {"containers": [{"name": "sidecar"}, container]})
    assert pod.command == ["/kfp-launcher/launch", "--pod_name", "$(KFP_POD_NAME)", "--", "python"]
    assert (pod.variables["STORE"], pod.variables["KFP_RETRY_INDEX"]) == ("here", "1")
    places = {mount.path: mount.source for mount in pod.mounts}
    assert (places["/kfp-launcher"] / "launch").read_text() == workflow.programs.launcher.read_text()
    for path in ("/minio", "/s3", "/gcs"):
        assert list(places[path].iterdir()) == []
    assert places.keys() >= {"/data", "/run/account"}


@pytest.mark.parametrize(
    ("text", "value"),
    [("$(NAME)-$(OTHER)", "pod-$(OTHER)"), ("$$(NAME)", "$(NAME)"), ("{{$.inputs}} $NAME", "{{$.inputs}} $NAME")],
)
def test_arguments_are_expanded_as_kubernetes_does(text: str, value: str) -> None:
    assert expanded(text, {"NAME": "pod"}) == value


def test_the_names_of_a_clusters_services_lead_to_this_machine() -> None:
    assert "127.0.0.1 seaweedfs.kubeflow\n" in hosts_file()
    assert "127.0.0.1 metadata-grpc-service.kubeflow.svc.cluster.local\n" in hosts_file()


def make_pod(folder: Path, script: str, *mounts: Mount) -> Pod:
    """A pod that runs a script."""
    return Pod(folder / "pod", ["sh", "-c", script], {"PATH": os.environ["PATH"]}, mounts)


@with_root
def test_a_pod_finds_its_mounts_and_this_machines_programs_but_not_its_temporary_files(tmp_path: Path) -> None:
    (tmp_path / "hosts").write_text("127.0.0.1 a.cluster\n")
    (tmp_path / "disk").mkdir()
    mounts = (Mount(tmp_path / "hosts", "/etc/hosts"), Mount(tmp_path / "disk", "/minio"))
    before = Path("/etc/hosts").read_text()
    script = f"cat /etc/hosts; ls -A /tmp; ls {tmp_path} 2>&1; touch /minio/made /tmp/gone; exit 7"
    pod = make_pod(tmp_path, script, *mounts)
    assert run_pod(pod) == 7
    lines = pod.log_path.read_text().splitlines()
    assert lines[0] == "127.0.0.1 a.cluster"
    assert (tmp_path / "disk" / "made").exists()
    if str(tmp_path).startswith("/tmp/"):
        assert lines[1:] == [line for line in lines if "No such file" in line]
    assert Path("/etc/hosts").read_text() == before
    assert not Path("/tmp/gone").exists() and not Path("/minio").exists()


@with_root
def test_a_pod_is_killed_with_all_its_processes_when_its_log_says_so(tmp_path: Path) -> None:
    pod = make_pod(tmp_path, "sleep 1000 & echo begins; wait")
    assert run_pod(pod, kill_at="begins") == -9


def test_the_sources_of_a_task_are_found_through_what_it_was_made_from(tmp_path: Path) -> None:
    lineage = Lineage(open_store(tmp_path / "metadata.sqlite"), "sample", "run-1")
    given: dict[str, int] = {}
    for name in ("Ingest", "Trainer", "Pusher"):
        number = lineage.begin(name, given)
        made: dict[str, Any] = {"out": {"uri": f"/{name}", "type": TITLE, "metadata": {}}}
        given = {"in": int(lineage.end(number, made, {})["out"]["name"])}
    lineage.end(lineage.begin("Bystander", {}), {"out": {"uri": "/x", "type": TITLE, "metadata": {}}}, {})
    assert sources_of("Pusher", lineage.executions(), lineage) == {"Ingest", "Trainer"}
