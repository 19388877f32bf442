"""The programs of a cluster, as processes of this machine: what every engine has in common."""

import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import psutil

from benchmarks.engine.nodes import Node
from foundation.processes import child_environment
from pipeline.beam.config import BeamConfig
from pipeline.beam.pool import WORKER
from tests.ports import free_addresses

NUM_NODES = 2
JOB_SERVER = "job-server"
_POOL, _POOL_PORT = "pool-", 50000
_SECONDS_BETWEEN_LOOKS = 0.5

AnyCluster = TypeVar("AnyCluster", bound="Cluster")


class Cluster(ABC):
    """An engine's programs, Beam's job server for it, and a pool of workers on each node, by name.

    What they say is in files of their names in `folder`.

    Attributes:
      job_server, artifact_server: Beam's, HOST:PORT.
    """

    def __init__(self, folder: Path, nodes: Sequence[Node]) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.job_server, self.artifact_server, self._expansion_server = free_addresses(3)
        self._nodes = nodes
        self._commands = self._pools()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        # How much of its log each had written before it was started the last time.
        self._written: dict[str, int] = {}

    @abstractmethod
    def has_nodes(self, running: Mapping[str, object]) -> bool:
        """Whether those of the engine's own programs that run, named by `running`, have found each other."""

    @abstractmethod
    def settings(self) -> BeamConfig:
        """The keys of the configuration that name the cluster."""

    def settings_of(self, runner: str, **more: object) -> BeamConfig:
        """The keys of the configuration that name the cluster, and `more` of them."""
        keys = {"runner": runner, "job_server": self.job_server, "workers_at": f"localhost:{_POOL_PORT}", **more}
        return BeamConfig.model_validate({**keys, "args": [f"--artifact_endpoint={self.artifact_server}"]})

    def start(self, *names: str) -> None:
        """Start programs that do not run; all, where none is named."""
        for name in names or self._commands:
            with (self._folder / f"{name}.log").open("ab") as log:
                self._written[name] = log.tell()
                self._processes[name] = subprocess.Popen(
                    self._commands[name], env=child_environment(), stdout=log, stderr=log, cwd=self._folder
                )
        self._wait()

    def settings_without_pools(self) -> BeamConfig:
        """The same for an engine that starts its workers itself."""
        command = Path(sys.executable).with_name("clipgate-engine-worker")
        keys = {**self.settings().model_dump(exclude={"workers_at"}), "worker_command": str(command)}
        return BeamConfig.model_validate(keys)

    def stop_pools(self) -> None:
        for name in self._pools():
            self.kill(name)

    def start_pools(self, *around: str) -> None:
        """Start pools of workers, each by a command, such as `env`, that is given its own."""
        pools = self._pools(*around)
        self._commands |= pools
        self.start(*pools)

    def kill(self, name: str) -> None:
        """By SIGKILL."""
        self._processes[name].kill()
        self._processes.pop(name).wait()

    def stop(self) -> None:
        for process in self._processes.values():
            process.terminate()
        for process in self._processes.values():
            process.wait()

    def workers(self, number: int) -> list[psutil.Process]:
        """Beam's worker processes on a node, whose programs, pool and engine's own, have names with its number."""
        programs = [process for name, process in self._processes.items() if name.endswith(f"-{number}")]
        children = [child for program in programs for child in psutil.Process(program.pid).children()]
        return [child for child in children if WORKER[-1] in child.cmdline()]

    def job_server_options(self) -> list[str]:
        """What Beam's job servers for all engines are told."""
        servers = {"job": self.job_server, "artifact": self.artifact_server, "expansion": self._expansion_server}
        ports = [f"--{name}-port={address.rpartition(':')[2]}" for name, address in servers.items()]
        return [*ports, f"--artifacts-dir={self._folder}/artifacts"]

    def _pools(self, *around: str) -> dict[str, list[str]]:
        """The commands of the pools, by name."""
        pool = [*around, sys.executable, "-m", "pipeline.cli", "beam-worker", "--port", str(_POOL_PORT)]
        return {pool_of(number): node.command(pool) for number, node in enumerate(self._nodes)}

    def _wait(self) -> None:
        """Until the engine's programs have found each other, and the job server and the pools listen."""
        while not self._is_ready():
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise RuntimeError(
                        f"{name} has ended with status {process.returncode}; see {self._folder}/{name}.log"
                    )
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _is_ready(self) -> bool:
        running = self._processes
        pools = [name for name in running if name.startswith(_POOL)]
        return (
            self.has_nodes(running)
            and (JOB_SERVER not in running or _listens(self.job_server))
            and all(b"workers can be had" in self._said(name) for name in pools)
        )

    def _said(self, name: str) -> bytes:
        """What a program has said since it was started the last time."""
        return (self._folder / f"{name}.log").read_bytes()[self._written[name] :]


@contextmanager
def started(cluster: AnyCluster) -> Iterator[AnyCluster]:
    """A cluster whose programs run until the context ends."""
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def pool_of(number: int) -> str:
    """The name of a node's pool of workers."""
    return f"{_POOL}{number}"


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as one:
        return one.connect_ex((host, int(port))) == 0
