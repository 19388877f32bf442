"""Flink with Beam's job server and our pools of workers, of packages, as processes of this machine.

A JobManager and the job server, and nodes with a TaskManager of one slot and a `clipgate beam-worker` each. Beam's runner for
Flink is of 2.62, the last release whose jars can be had one by one, and the SDK here is a later one. Beam does not promise that
they go together.
"""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.engine.nodes import Node, network
from benchmarks.engine.packages import AGENT_JAR, get_jars, get_package, make_agent
from benchmarks.engine.programs import JOB_SERVER, NUM_NODES, Cluster, started
from pipeline.beam.config import BeamConfig
from tests.ports import free_addresses

# The folder, in that of a cluster, for all that lies on disks while a job runs.
STAGING = "staging"
JOB_MANAGER, _MANAGER = "job-manager", "task-manager-"
_FLINK, _BEAM_RUNNER = "1.19.3", "org.apache.beam:beam-runners-flink-1.19:2.62.0"
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
heartbeat.timeout: 60000
io.tmp.dirs: {staging}
blob.storage.directory: {staging}
taskmanager.slot.timeout: 10 s
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 12
restart-strategy.fixed-delay.delay: 5 s
"""
_MEMORY = ("-Xmx512m", "-XX:MaxDirectMemorySize=1400m", "-XX:MaxMetaspaceSize=256m")
# Otherwise only errors are in the logs.
_LOGGING = "-Dlog4j2.level=INFO"
_FLINKS = "org.apache.flink.runtime"


def install(folder: Path) -> None:
    """Get the jars from the registries of pip and Maven, 400 MB in all, unless they are there. Needs Java 17 and Maven."""
    get_jars(folder / "beam", _BEAM_RUNNER)
    if not _flink_jars(folder):
        get_package(folder / "flink", f"apache-flink-libraries=={_FLINK}")
    make_agent(folder)


class FlinkCluster(Cluster):
    """A JobManager, and a TaskManager of one slot on each node."""

    def __init__(self, installed: Path, folder: Path, address: str, nodes: Sequence[Node], lacking: str = "") -> None:
        """`address`: of what runs on none of the nodes; `lacking`: Flink has no jar whose name begins so."""
        super().__init__(folder, nodes)
        rpc, rest = (each.rpartition(":")[2] for each in free_addresses(2))
        self._rest = f"http://{address}:{rest}"
        conf = folder / "conf"
        conf.mkdir()
        (conf / "flink-conf.yaml").write_text(
            _CONFIGURATION.format(address=address, rpc_port=rpc, rest_port=rest, staging=folder / STAGING)
        )
        virtual_machine = ["java", *_java_options(), *_MEMORY, _LOGGING]
        agent = installed / AGENT_JAR
        jars = _jars(installed)
        java = [
            *virtual_machine,
            "-cp",
            _class_path(jar for jar in jars if not (lacking and jar.name.startswith(lacking))),
        ]
        configured = ["--configDir", str(conf)]
        self._commands |= {
            JOB_MANAGER: [
                *java,
                f"{_FLINKS}.entrypoint.StandaloneSessionClusterEntrypoint",
                *configured,
                "--executionMode=cluster",
            ],
            JOB_SERVER: [
                *virtual_machine,
                # It sends what its class path names with each job, and the cluster has all of that.
                f"-javaagent:{agent}={_class_path(jars)}",
                "-cp",
                str(agent),
                "org.apache.beam.runners.flink.FlinkJobServerDriver",
                f"--flink-master={address}:{rest}",
                f"--flink-conf-dir={conf}",
                *self.job_server_options(),
            ],
        }
        for number, node in enumerate(nodes):
            manager = [
                *java,
                f"{_FLINKS}.taskexecutor.TaskManagerRunner",
                *configured,
                f"-Dtaskmanager.host={node.address}",
            ]
            self._commands[task_manager(number)] = node.command(manager)

    def settings(self, slots: int = NUM_NODES) -> BeamConfig:
        return self.settings_of("flink", parallelism=slots)

    def has_nodes(self, running: Mapping[str, object]) -> bool:
        try:
            slots = sum(each["slotsNumber"] for each in self.ask("/taskmanagers")["taskmanagers"])
        except (URLError, ConnectionError):
            return False
        return slots == sum(name.startswith(_MANAGER) for name in running)

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


@contextmanager
def cluster(installed: Path, folder: Path, lacking: str = "") -> Iterator[FlinkCluster]:
    """A cluster that ends with the context; `lacking`: see FlinkCluster."""
    with (
        network(NUM_NODES) as (address, nodes),
        started(FlinkCluster(installed, folder, address, nodes, lacking)) as made,
    ):
        yield made


def task_manager(number: int) -> str:
    """The name of a node's TaskManager."""
    return f"{_MANAGER}{number}"


def _class_path(jars: Iterable[Path]) -> str:
    return os.pathsep.join(map(str, jars))


def _jars(installed: Path) -> list[Path]:
    beam = [jar for jar in sorted((installed / "beam").glob("*.jar")) if not jar.name.startswith(_OF_FLINK)]
    return [*_flink_jars(installed), *beam]


def _flink_jars(installed: Path) -> list[Path]:
    lib = [*installed.glob("flink/lib/python*/site-packages/pyflink/lib")]
    return [jar for folder in lib for kind in ("flink-dist*.jar", "log4j*.jar") for jar in sorted(folder.glob(kind))]


def _java_options() -> list[str]:
    exports = [f"--add-exports={name}=ALL-UNNAMED" for name in _EXPORTS.split()]
    return [*exports, *(f"--add-opens={name}=ALL-UNNAMED" for name in _OPENS.split())]
