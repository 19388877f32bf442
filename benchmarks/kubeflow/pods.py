"""Pods as processes of this machine, each in a mount namespace, with the volumes and variables that Kubernetes gives it."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from foundation.messages.errors import UserError

_SCRIPT = Path(__file__).with_name("pod.sh")
_SECONDS_BETWEEN_LOOKS = 0.2
# The names of a cluster's services that driver and launcher use.
_HOSTS = (
    "ml-pipeline.kubeflow",
    "ml-pipeline.kubeflow.svc.cluster.local",
    "metadata-grpc-service.kubeflow",
    "metadata-grpc-service.kubeflow.svc.cluster.local",
    "minio-service.kubeflow",
    "seaweedfs.kubeflow",
    "seaweedfs.kubeflow.svc.cluster.local",
)


class Mount(NamedTuple):
    """A folder or file of this machine, and where the pod finds it."""

    source: Path
    path: str


class Pod(NamedTuple):
    """What one process is given; `folder` holds its mounts and its log, `output.log`."""

    folder: Path
    command: Sequence[str]
    variables: Mapping[str, str]
    mounts: Sequence[Mount]

    @property
    def log_path(self) -> Path:
        return self.folder / "output.log"


def hosts_file() -> str:
    """The pod's /etc/hosts: all services are on this machine."""
    return "".join(f"127.0.0.1 {name}\n" for name in ("localhost", *_HOSTS))


def require_pods() -> None:
    """Check that this machine can run pods.

    Raises:
      UserError: it cannot.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        raise UserError("pods are processes in mount namespaces here, which takes root on Linux; run it as root")


def expanded(text: str, variables: Mapping[str, str]) -> str:
    """An argument as Kubernetes gives it: `$(NAME)` is the variable's value, `$$` is `$`, and other text stays."""

    def value(match: re.Match[str]) -> str:
        return "$" if match[0] == "$$" else variables.get(match[1], match[0])

    return re.sub(r"\$\$|\$\((\w+)\)", value, text)


def run_pod(pod: Pod, kill_at: str | None = None) -> int:
    """Run a pod to its end; returns its status.

    Args:
      kill_at: once its log holds this, the pod is killed with all its processes, as by a node that is lost.
    """
    root = pod.folder / "root"
    root.mkdir(parents=True)
    mounts_path = pod.folder / "mounts"
    mounts_path.write_text("".join(f"{mount.source}\t{mount.path}\n" for mount in pod.mounts))
    command = [expanded(argument, pod.variables) for argument in pod.command]
    with pod.log_path.open("wb") as log:
        process = subprocess.Popen(
            ["unshare", "--mount", "sh", str(_SCRIPT), str(root), str(mounts_path), *command],
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env=dict(pod.variables),
            start_new_session=True,
        )
        try:
            while kill_at and process.poll() is None:
                if kill_at in pod.log_path.read_text(errors="replace"):
                    os.killpg(process.pid, signal.SIGKILL)
                    break
                time.sleep(_SECONDS_BETWEEN_LOOKS)
            return process.wait()
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
