"""Spark with Beam's job server and our pools of workers, of packages, as processes of this machine.

A master and the job server, and nodes with a worker of Spark's of one core and a `clipgate beam-worker` each. Beam's runner is
of the release that flink.py has, for the same reason.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.engine.nodes import Node, network
from benchmarks.engine.packages import AGENT_JAR, get_jars, get_package, make_agent
from benchmarks.engine.programs import JOB_SERVER, NUM_NODES, Cluster, started
from pipeline.beam.config import BeamConfig
from tests.ports import free_addresses

_MASTER, _WORKER = "spark-master", "spark-worker-"
_SPARK = "3.5.6"
_BEAM_RUNNER = ("org.apache.beam:beam-runners-spark-3:2.62.0", "org.apache.beam:beam-runners-java-job-service:2.62.0")
# Of Beam's dependencies, what Spark has in itself, of other versions.
_OF_SPARK = (
    "slf4j-api", "jackson-", "avro", "snappy", "lz4", "commons-lang3", "commons-text", "protobuf-java",
)  # fmt: skip
# What Spark itself opens for Java 17 where it starts a process.
_OPENS = (
    "java.base/java.lang java.base/java.lang.invoke java.base/java.lang.reflect java.base/java.io java.base/java.net "
    "java.base/java.nio java.base/java.util java.base/java.util.concurrent java.base/java.util.concurrent.atomic "
    "java.base/sun.nio.ch java.base/sun.nio.cs java.base/sun.security.action java.base/sun.util.calendar "
    "java.security.jgss/sun.security.krb5"
)
_MEMORY = "-Xmx512m"
_DEPLOY = "org.apache.spark.deploy"


def install(folder: Path) -> None:
    """Get the jars from the registries of pip and Maven, unless they are there. Needs Java 17 with its compiler, and Maven."""
    get_jars(folder / "beam", *_BEAM_RUNNER)
    for jar in filter(is_of_spark, folder.glob("beam/*.jar")):
        # Beam's jars name it in their manifests, so that it is loaded if it lies beside them.
        jar.unlink()
    if not _spark_home(folder):
        get_package(folder / "spark", f"pyspark=={_SPARK}")
    make_agent(folder)


class SparkCluster(Cluster):
    """A master, and a worker of Spark's with one core on each node, which starts an executor for each job."""

    def __init__(self, installed: Path, folder: Path, address: str, nodes: Sequence[Node]) -> None:
        """`address`: of what runs on none of the nodes."""
        super().__init__(folder, nodes)
        port, web_port = (each.rpartition(":")[2] for each in free_addresses(2))
        self._web = f"http://{address}:{web_port}"
        master = f"spark://{address}:{port}"
        (home,) = _spark_home(installed)
        environment = ["env", f"SPARK_HOME={home}", "SPARK_SCALA_VERSION=2.12", f"SPARK_LOCAL_DIRS={folder}/local"]
        java = ["java", *(f"--add-opens={name}=ALL-UNNAMED" for name in _OPENS.split()), _MEMORY]
        sparks, agent = sorted((home / "jars").glob("*.jar")), installed / AGENT_JAR
        beams = sorted((installed / "beam").glob("*.jar"))
        properties = {
            "spark.driver.host": address,
            "spark.driver.bindAddress": address,
            "spark.executor.memory": "512m",
            "spark.executor.extraClassPath": _joined(beams),
            "spark.ui.enabled": "false",
        }
        self._commands |= {
            _MASTER: [
                *environment,
                *java,
                "-cp",
                f"{home}/jars/*",
                f"{_DEPLOY}.master.Master",
                *("--host", address, "--port", port, "--webui-port", web_port),
            ],
            JOB_SERVER: [
                *environment,
                f"SPARK_LOCAL_IP={address}",
                *java,
                # It sends what its class path names with each job, and the executors have all of that.
                f"-javaagent:{agent}={_joined([*beams, *sparks])}",
                *(f"-D{name}={value}" for name, value in properties.items()),
                "-cp",
                str(agent),
                "org.apache.beam.runners.spark.SparkJobServerDriver",
                f"--spark-master-url={master}",
                *self.job_server_options(),
            ],
        }
        for number, node in enumerate(nodes):
            worker = [
                *(*environment, f"SPARK_LOCAL_IP={node.address}"),
                *java,
                "-cp",
                f"{home}/jars/*",
                f"{_DEPLOY}.worker.Worker",
                *("--host", node.address, "--cores", "1", "--memory", "1g", "--work-dir", f"{folder}/work-{number}"),
                master,
            ]
            self._commands[f"{_WORKER}{number}"] = node.command(worker)

    def settings(self) -> BeamConfig:
        return self.settings_of("spark")

    def has_nodes(self, running: Mapping[str, object]) -> bool:
        try:
            with urlopen(f"{self._web}/json/") as answer:  # noqa: S310 - a literal scheme
                alive = json.load(answer)["aliveworkers"]
        except (URLError, ConnectionError):
            return False
        return bool(alive == sum(name.startswith(_WORKER) for name in running))


@contextmanager
def cluster(installed: Path, folder: Path) -> Iterator[SparkCluster]:
    """A cluster that ends with the context."""
    with network(NUM_NODES) as (address, nodes), started(SparkCluster(installed, folder, address, nodes)) as made:
        yield made


def is_of_spark(jar: Path) -> bool:
    """Whether Spark has this jar of Beam's dependencies in itself, so that Beam's must not be loaded."""
    return jar.name.startswith(_OF_SPARK)


def _spark_home(installed: Path) -> list[Path]:
    return [*installed.glob("spark/lib/python*/site-packages/pyspark")]


def _joined(jars: Iterable[Path]) -> str:
    return os.pathsep.join(map(str, jars))
