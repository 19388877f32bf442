"""What driver and launcher find around them: real servers, asked by real clients."""

import base64
import json
import ssl
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from ml_metadata import errors
from ml_metadata.proto import metadata_store_pb2 as proto

from benchmarks.kubeflow.cluster import connect
from benchmarks.kubeflow.kubernetes_api import kubernetes_api, objects
from benchmarks.kubeflow.metadata_server import metadata_server
from benchmarks.kubeflow.task_service import MESSAGES, call, task_service
from pipeline.kubeflow.metadata import Execution, Lineage
from tests.pipeline.kubeflow.samples import TITLE


def test_ml_metadata_answer_by_grpc_and_keep_what_they_are_told(tmp_path: Path) -> None:
    database = tmp_path / "metadata.sqlite"
    with metadata_server(database) as port:
        lineage = Lineage(connect("127.0.0.1", port), "sample", "run-1")
        number = lineage.begin("Trainer", {}, "print")
        outputs = lineage.end(
            number, {"model": {"uri": "minio://a/model", "type": TITLE, "metadata": {"epochs": 2}}}, {}
        )
    with metadata_server(database) as port:
        found = Lineage(connect("127.0.0.1", port), "sample", "run-2").find("print")
    assert found == Execution(number, "Trainer", "COMPLETE", outputs)


def test_an_error_of_ml_metadata_reaches_the_client_with_its_code(tmp_path: Path) -> None:
    with metadata_server(tmp_path / "metadata.sqlite") as port:
        store = connect("127.0.0.1", port)
        with pytest.raises(errors.InvalidArgumentError):
            store.put_artifacts([proto.Artifact()])
        with pytest.raises(errors.NotFoundError):
            store.get_artifact_type("unknown")


def task(number: int, fingerprint: str = "print", namespace: str = "kubeflow") -> object:
    """What a launcher tells when its step has ended."""
    return MESSAGES["Task"](
        pipelineName="pipeline/sample",
        namespace=namespace,
        runId="run",
        mlmdExecutionID=str(number),
        fingerprint=fingerprint,
    )


def test_the_task_service_finds_the_newest_execution_with_a_fingerprint() -> None:
    wanted = {"fingerprint": "print", "pipelineName": "pipeline/sample", "namespace": "kubeflow"}
    predicates = [{"op": "EQUALS", "key": key, "stringValue": value} for key, value in wanted.items()]
    request = MESSAGES["ListTasksRequest"](
        filter=json.dumps({"predicates": predicates}), sort_by="created_at desc", page_size=1
    )
    with task_service() as port:
        address = f"127.0.0.1:{port}"
        assert not call(address, "ListTasksV1", request, "ListTasksResponse").tasks
        for each in (task(1), task(2), task(3, fingerprint="other"), task(4, namespace="mine")):
            assert call(address, "CreateTaskV1", MESSAGES["CreateTaskRequest"](task=each), "Task") == each
        (found,) = call(address, "ListTasksV1", request, "ListTasksResponse").tasks
    assert found.mlmdExecutionID == "2"


def test_a_message_keeps_the_fields_that_nobody_here_knows() -> None:
    # created_at, number 6: a time of 3 seconds.
    raw = task(1).SerializeToString() + bytes([6 << 3 | 2, 2, 8, 3])  # type: ignore[attr-defined]
    assert MESSAGES["Task"].FromString(raw).SerializeToString() == raw


def test_kubernetes_gives_the_secret_and_how_s3_is_reached_and_knows_no_pods(tmp_path: Path) -> None:
    account = tmp_path / "account"
    known = objects("seaweedfs.kubeflow:9000", "key", "secret")
    with kubernetes_api(known, account) as port:
        trusted = ssl.create_default_context(cafile=str(account / "ca.crt"))
        base = f"https://127.0.0.1:{port}/api/v1/namespaces/{(account / 'namespace').read_text()}"
        config = json.load(urllib.request.urlopen(f"{base}/configmaps/kfp-launcher", context=trusted))
        secret = json.load(urllib.request.urlopen(f"{base}/secrets/mlpipeline-minio-artifact", context=trusted))
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(f"{base}/pods/trainer-0", context=trusted)
    s3 = json.loads(config["data"]["providers"])["s3"]["default"]
    assert (s3["endpoint"], s3["forcePathStyle"]) == ("seaweedfs.kubeflow:9000", True)
    assert base64.b64decode(secret["data"][s3["credentials"]["secretRef"]["secretKeyKey"]]) == b"secret"
    assert caught.value.code == 404
    assert json.load(caught.value)["reason"] == "NotFound"
