"""What driver and launcher find in a cluster: ML Metadata, the TaskService, Kubernetes' answers, an object store."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import boto3
from ml_metadata.metadata_store import MetadataStore
from ml_metadata.proto import metadata_store_pb2 as proto

from benchmarks.kubeflow.kubernetes_api import kubernetes_api, objects
from benchmarks.kubeflow.metadata_server import metadata_server
from benchmarks.kubeflow.pods import Mount, hosts_file
from benchmarks.kubeflow.task_service import task_service
from foundation.messages.errors import UserError

BUCKET = "mlpipeline"
# Where they look for `minio://` unless they are told otherwise.
STORE_ADDRESS = "seaweedfs.kubeflow:9000"
_STORE_PORT = 9000
_ACCESS_KEY, _SECRET_KEY = "minio", "minio123"  # noqa: S105 - of a store that ends with this process


class Cluster(NamedTuple):
    """Ports of the services on 127.0.0.1, and what each pod is given: variables, and files that are mounted."""

    metadata_port: int
    task_port: int
    kubernetes_port: int
    mounts: tuple[Mount, ...]

    @property
    def variables(self) -> dict[str, str]:
        """Of each pod: where Kubernetes is, the programs of this Python, and the keys of the store for the component itself."""
        path = f"{Path(sys.executable).parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        return {
            "PATH": path,
            "HOME": "/root",
            "PYTHONPATH": str(Path(__file__).resolve().parents[2]),
            "PYTHONWARNINGS": "ignore",
            "TF_CPP_MIN_LOG_LEVEL": "2",
            "KUBERNETES_SERVICE_HOST": "127.0.0.1",
            "KUBERNETES_SERVICE_PORT": str(self.kubernetes_port),
            "METADATA_GRPC_SERVICE_HOST": "127.0.0.1",
            "METADATA_GRPC_SERVICE_PORT": str(self.metadata_port),
        }

    def metadata(self) -> MetadataStore:
        """A client of ML Metadata."""
        return connect("127.0.0.1", self.metadata_port)


def connect(host: str, port: int) -> MetadataStore:
    """A client of ML Metadata's gRPC service."""
    return MetadataStore(proto.MetadataStoreClientConfig(host=host, port=port))


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Start all services; they keep their files in the folder.

    Raises:
      UserError: the object store's port is taken.
    """
    account, hosts = folder / "account", folder / "hosts"
    hosts.write_text(hosts_file())
    known = objects(STORE_ADDRESS, _ACCESS_KEY, _SECRET_KEY)
    with (
        object_store(_STORE_PORT) as endpoint,
        metadata_server(folder / "metadata.sqlite") as metadata_port,
        task_service() as task_port,
        kubernetes_api(known, account) as kubernetes_port,
    ):
        store_client(endpoint).create_bucket(Bucket=BUCKET)
        # /var/run is a link to /run on most machines, and a mount must not go through it.
        secrets = Path("/var/run").resolve() / "secrets/kubernetes.io/serviceaccount"
        mounts = (Mount(account, str(secrets)), Mount(hosts, "/etc/hosts"))
        yield Cluster(metadata_port, task_port, kubernetes_port, mounts)


@contextmanager
def object_store(port: int) -> Iterator[str]:
    """An S3 server in memory; gives its address. Port 0 is any free one.

    Raises:
      UserError: the port is taken.
    """
    # Without the variable it takes the first word of a host's name for a bucket.
    variables = {**os.environ, "S3_IGNORE_SUBDOMAIN_BUCKETNAME": "true"}
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=variables)
    assert server.stderr is not None
    try:
        addresses = (re.search(r"Running on (http://\S+)", line) for line in server.stderr)
        address = next((found[1] for found in addresses if found), None)
        if address is None:
            raise UserError(
                f"port {port} of this machine is taken; the object store needs it, where driver and launcher look"
            )
        # The server writes a line for each request, and stops when nobody reads them.
        threading.Thread(target=server.stderr.read, daemon=True).start()
        yield address
    finally:
        server.terminate()
        server.wait()


def store_client(endpoint: str) -> "boto3.client":
    """A client of the object store."""
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=_ACCESS_KEY,
        aws_secret_access_key=_SECRET_KEY,
        region_name="us-east-1",
    )
