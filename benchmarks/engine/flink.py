"""Flink with Beam's job server and our pools of workers, of packages, as processes of this machine.

A JobManager and the job server, and nodes with a TaskManager of one slot and a `clipgate beam-worker` each. Beam's runner for
Flink is of 2.62, the last release whose jars can be had one by one, and the SDK here is a later one. Beam does not promise that
they go together.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import psutil

from benchmarks.engine.nodes import Node, network
from foundation.processes import child_environment
from tests.ports import free_addresses

NUM_NODES = 2
JOB_MANAGER, JOB_SERVER = "job-manager", "job-server"
_MANAGER, _POOL = "task-manager-", "pool-"
_FLINK, _BEAM_RUNNER, _BEAM = "1.19.3", "beam-runners-flink-1.19", "2.62.0"
_POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>clipgate</groupId><artifactId>engine</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.beam</groupId><artifactId>{_BEAM_RUNNER}</artifactId><version>{_BEAM}</version></dependency>
  </dependencies>
</project>
"""
_AGENT = """\
import java.lang.instrument.Instrumentation;
import java.util.jar.JarFile;

public class Agent {
  public static void premain(String jars, Instrumentation instrumentation) throws Exception {
    for (String jar : jars.split(":")) {
      instrumentation.appendToSystemClassLoaderSearch(new JarFile(jar));
    }
  }
}
"""
_AGENT_JAR = "agent.jar"
# Of Beam's dependencies, what Flink has in itself.
_OF_FLINK = ("flink-", "slf4j-api", "kryo", "minlog", "objenesis", "chill", "snakeyaml-engine")
# What Flink's own configuration opens for Java 17.
_EXPORTS = (
    "java.base/sun.net.util java.rmi/sun.rmi.registry jdk.compiler/com.sun.tools.javac.api "
    "jdk.compiler/com.sun.tools.javac.file jdk.compiler/com.sun.tools.javac.parser jdk.compiler/com.sun.tools.javac.tree "
    "jdk.compiler/com.sun.tools.javac.util java.security.jgss/sun.security.krb5"
)
_OPENS = (
    "java.base/java.lang java.base/java.net java.base/java.io java.base/java.nio java.base/sun.nio.ch "
    "java.base/java.lang.reflect java.base/java.text java.base/java.time java.base/java.util java.base/java.util.concurrent "
    "java.base/java.util.concurrent.atomic java.base/java.util.concurrent.locks"
)
_CONFIGURATION = """\
jobmanager.rpc.address: {address}
jobmanager.rpc.port: {rpc_port}
jobmanager.bind-host: 0.0.0.0
rest.address: {address}
rest.port: {rest_port}
rest.bind-port: {rest_port}
taskmanager.numberOfTaskSlots: 1
taskmanager.cpu.cores: 1
taskmanager.memory.framework.heap.size: 128m
taskmanager.memory.task.heap.size: 384m
taskmanager.memory.framework.off-heap.size: 128m
taskmanager.memory.task.off-heap.size: 128m
taskmanager.memory.network.min: 1g
taskmanager.memory.network.max: 1g
taskmanager.memory.managed.size: 128m
taskmanager.memory.jvm-metaspace.size: 256m
taskmanager.memory.jvm-overhead.min: 192m
taskmanager.memory.jvm-overhead.max: 192m
taskmanager.network.sort-shuffle.min-buffers: 64
classloader.resolve-order: parent-first
pekko.ask.timeout: 5 min
web.timeout: 300000
slot.request.timeout: 3600000
heartbeat.timeout: 120000
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 12
restart-strategy.fixed-delay.delay: 5 s
"""
_MEMORY = ("-Xmx512m", "-XX:MaxDirectMemorySize=1400m", "-XX:MaxMetaspaceSize=256m")
# Otherwise only errors are in the logs.
_LOGGING = "-Dlog4j2.level=INFO"
_FLINKS = "org.apache.flink.runtime"
_POOL_PORT = 50000
_WORKER = "pipeline.beam.worker_process"
_SECONDS_BETWEEN_LOOKS = 0.5


def install(folder: Path) -> None:
    """Get the jars from the registries of pip and Maven, 400 MB in all, unless they are there. Needs Java 17 and Maven."""
    if not list((folder / "beam").glob("*.jar")):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pom.xml").write_text(_POM)
        copy = ["dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory=beam"]
        subprocess.run(["mvn", "-q", "-B", *copy], cwd=folder, check=True)
    if not _flink_jars(folder):
        subprocess.run([sys.executable, "-m", "venv", folder / "flink"], check=True)
        pip = [folder / "flink/bin/python", "-m", "pip", "install", "-q", "--no-deps"]
        subprocess.run([*pip, "setuptools", "wheel", "packaging"], check=True)
        libraries = ["--no-build-isolation", f"apache-flink-libraries=={_FLINK}"]
        subprocess.run([*pip, *libraries], check=True)
    if not (folder / _AGENT_JAR).exists():
        (folder / "Agent.java").write_text(_AGENT)
        (folder / "agent.txt").write_text("Premain-Class: Agent\n")
        subprocess.run(["javac", "Agent.java"], cwd=folder, check=True)
        subprocess.run(["jar", "cfm", _AGENT_JAR, "agent.txt", "Agent.class"], cwd=folder, check=True)


class Cluster:
    """The programs of a cluster, by name. What they say is in files of their names in `folder`."""

    def __init__(self, installed: Path, folder: Path, address: str, nodes: Sequence[Node]) -> None:
        """`address`: of what runs on none of the nodes."""
        rpc, rest, jobs, artifacts, expansion = (each.rpartition(":")[2] for each in free_addresses(5))
        self._folder = folder
        self._rest = f"http://{address}:{rest}"
        self.job_server, self.artifact_server = f"localhost:{jobs}", f"localhost:{artifacts}"
        self.workers_at = f"localhost:{_POOL_PORT}"
        conf = folder / "conf"
        conf.mkdir(parents=True)
        (conf / "flink-conf.yaml").write_text(_CONFIGURATION.format(address=address, rpc_port=rpc, rest_port=rest))
        virtual_machine, jars = ["java", *_java_options(), *_MEMORY, _LOGGING], _class_path(installed)
        agent = installed / _AGENT_JAR
        java = [*virtual_machine, "-cp", jars]
        configured = ["--configDir", str(conf)]
        pool = [sys.executable, "-m", "pipeline.cli", "beam-worker", "--port", str(_POOL_PORT)]
        self._commands: dict[str, list[str]] = {
            JOB_MANAGER: [
                *java,
                f"{_FLINKS}.entrypoint.StandaloneSessionClusterEntrypoint",
                *configured,
                "--executionMode=cluster",
            ],
            JOB_SERVER: [
                *virtual_machine,
                # It sends what its class path names with each job, and the cluster has all of that.
                f"-javaagent:{agent}={jars}",
                "-cp",
                str(agent),
                "org.apache.beam.runners.flink.FlinkJobServerDriver",
                f"--flink-master={address}:{rest}",
                f"--flink-conf-dir={conf}",
                f"--job-port={jobs}",
                f"--artifact-port={artifacts}",
                f"--expansion-port={expansion}",
                f"--artifacts-dir={folder}/artifacts",
            ],
        }
        for number, node in enumerate(nodes):
            manager = [
                *java,
                f"{_FLINKS}.taskexecutor.TaskManagerRunner",
                *configured,
                f"-Dtaskmanager.host={node.address}",
            ]
            self._commands |= {task_manager(number): node.command(manager), pool_of(number): node.command(pool)}
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        # How much of its log each had written before it was started the last time.
        self._written: dict[str, int] = {}

    def start(self, *names: str) -> None:
        """Start programs that do not run; all, where none is named."""
        for name in names or self._commands:
            with (self._folder / f"{name}.log").open("ab") as log:
                self._written[name] = log.tell()
                self._processes[name] = subprocess.Popen(
                    self._commands[name], env=child_environment(), stdout=log, stderr=log, cwd=self._folder
                )
        self._wait()

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
        """Beam's worker processes on a node."""
        children = psutil.Process(self._processes[pool_of(number)].pid).children()
        return [child for child in children if _WORKER in child.cmdline()]

    def ask(self, path: str) -> Mapping[str, Any]:
        """The answer of Flink's REST interface, such as to `/jobs`."""
        with urlopen(f"{self._rest}{path}") as answer:  # noqa: S310 - a literal scheme
            return dict(json.load(answer))

    def jobs(self) -> list[Mapping[str, Any]]:
        """What Flink says of all jobs, oldest first."""
        return sorted(self.ask("/jobs/overview")["jobs"], key=lambda job: int(job["start-time"]))

    def records_by_node(self, job: str) -> dict[str, int]:
        """How many records the tasks of a job have taken so far, by the machine that they ran on."""
        records: Counter[str] = Counter()
        for vertex in self.ask(f"/jobs/{job}")["vertices"]:
            for task in self.ask(f"/jobs/{job}/vertices/{vertex['id']}")["subtasks"]:
                records[task["host"].partition(":")[0]] += task["metrics"]["read-records"]
        return dict(records)

    def _wait(self) -> None:
        """Until all TaskManagers have told the JobManager of themselves, and the job server and the pools listen."""
        while not self._is_ready():
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise RuntimeError(
                        f"{name} has ended with status {process.returncode}; see {self._folder}/{name}.log"
                    )
            time.sleep(_SECONDS_BETWEEN_LOOKS)

    def _is_ready(self) -> bool:
        names = self._processes.keys()
        try:
            slots = sum(each["slotsNumber"] for each in self.ask("/taskmanagers")["taskmanagers"])
        except (URLError, ConnectionError):
            return False
        pools = [name for name in names if name.startswith(_POOL)]
        return (
            slots == sum(name.startswith(_MANAGER) for name in names)
            and (JOB_SERVER not in names or _listens(self.job_server))
            and all(b"workers can be had" in self._said(name) for name in pools)
        )

    def _said(self, name: str) -> bytes:
        """What a program has said since it was started the last time."""
        return (self._folder / f"{name}.log").read_bytes()[self._written[name] :]


@contextmanager
def cluster(installed: Path, folder: Path) -> Iterator[Cluster]:
    """A cluster that ends with the context."""
    with network(NUM_NODES) as (address, nodes):
        made = Cluster(installed, folder, address, nodes)
        try:
            made.start()
            yield made
        finally:
            made.stop()


def task_manager(number: int) -> str:
    """The name of a node's TaskManager."""
    return f"{_MANAGER}{number}"


def pool_of(number: int) -> str:
    """The name of a node's pool of workers."""
    return f"{_POOL}{number}"


def _listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    with socket.socket() as one:
        return one.connect_ex((host, int(port))) == 0


def _class_path(installed: Path) -> str:
    beam = [jar for jar in sorted((installed / "beam").glob("*.jar")) if not jar.name.startswith(_OF_FLINK)]
    return os.pathsep.join(map(str, [*_flink_jars(installed), *beam]))


def _flink_jars(installed: Path) -> list[Path]:
    lib = [*installed.glob("flink/lib/python*/site-packages/pyflink/lib")]
    return [jar for folder in lib for kind in ("flink-dist*.jar", "log4j*.jar") for jar in sorted(folder.glob(kind))]


def _java_options() -> list[str]:
    exports = [f"--add-exports={name}=ALL-UNNAMED" for name in _EXPORTS.split()]
    return [*exports, *(f"--add-opens={name}=ALL-UNNAMED" for name in _OPENS.split())]
