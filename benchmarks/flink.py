"""Flink with Beam's job server, of packages, as processes of this machine: a JobManager, and two TaskManagers of a slot each.

Beam's runner for Flink is of 2.62, the last release whose jars can be had one by one, and the SDK here is a later one. Beam
does not promise that they go together.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.ports import free_addresses

SLOTS = 2
_FLINK, _BEAM_RUNNER, _BEAM = "1.19.3", "beam-runners-flink-1.19", "2.62.0"
_POM = f"""\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>clipgate</groupId><artifactId>engine</artifactId><version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.beam</groupId><artifactId>{_BEAM_RUNNER}</artifactId><version>{_BEAM}</version></dependency>
  </dependencies>
</project>
"""
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
jobmanager.rpc.address: localhost
jobmanager.rpc.port: {rpc_port}
jobmanager.bind-host: 0.0.0.0
rest.address: localhost
rest.port: {rest_port}
rest.bind-port: {rest_port}
taskmanager.host: localhost
taskmanager.numberOfTaskSlots: 1
taskmanager.cpu.cores: 1
taskmanager.memory.framework.heap.size: 128m
taskmanager.memory.task.heap.size: 384m
taskmanager.memory.framework.off-heap.size: 128m
taskmanager.memory.task.off-heap.size: 128m
taskmanager.memory.network.min: 256m
taskmanager.memory.network.max: 256m
taskmanager.memory.managed.size: 128m
taskmanager.memory.jvm-metaspace.size: 256m
taskmanager.memory.jvm-overhead.min: 192m
taskmanager.memory.jvm-overhead.max: 192m
taskmanager.network.sort-shuffle.min-buffers: 64
classloader.resolve-order: parent-first
restart-strategy.type: fixed-delay
restart-strategy.fixed-delay.attempts: 3
restart-strategy.fixed-delay.delay: 1 s
"""
_MEMORY = ("-Xmx512m", "-XX:MaxDirectMemorySize=512m", "-XX:MaxMetaspaceSize=256m")
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
        subprocess.run([*pip, "setuptools", "wheel"], check=True)
        libraries = ["--no-build-isolation", f"apache-flink-libraries=={_FLINK}"]
        subprocess.run([*pip, *libraries], check=True)


@contextmanager
def cluster(installed: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """The cluster and the job server; their logs are in `folder`, and all ends with the context.

    Yields:
      HOST:PORT of the job server, and of where it takes what jobs consist of.
    """
    rpc, rest, jobs, artifacts, expansion = (address.rpartition(":")[2] for address in free_addresses(5))
    conf = folder / "conf"
    conf.mkdir(parents=True)
    (conf / "flink-conf.yaml").write_text(_CONFIGURATION.format(rpc_port=rpc, rest_port=rest))
    master = f"localhost:{rest}"
    configured = ["--configDir", str(conf)]
    task_manager = ("org.apache.flink.runtime.taskexecutor.TaskManagerRunner", *configured)
    programs: dict[str, Sequence[str]] = {
        "jobmanager": (
            "org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint",
            *configured,
            "--executionMode",
            "cluster",
        ),
        **{f"taskmanager-{number}": task_manager for number in range(SLOTS)},
        "job-server": (
            "org.apache.beam.runners.flink.FlinkJobServerDriver",
            f"--flink-master={master}",
            f"--flink-conf-dir={conf}",
            f"--job-port={jobs}",
            f"--artifact-port={artifacts}",
            f"--expansion-port={expansion}",
            f"--artifacts-dir={folder}/artifacts",
        ),
    }
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for name, program in programs.items():
            with (folder / f"{name}.log").open("wb") as log:
                command = ["java", *_java_options(), *_MEMORY, "-cp", _class_path(installed), *program]
                processes.append(subprocess.Popen(command, stdout=log, stderr=log, cwd=folder))
        _wait_for_slots(master, processes)
        yield f"localhost:{jobs}", f"localhost:{artifacts}"
    finally:
        for process in processes:
            process.terminate()
        for process in processes:
            process.wait()


def _wait_for_slots(master: str, processes: Sequence["subprocess.Popen[bytes]"]) -> None:
    """Until all TaskManagers have told the JobManager of themselves."""
    while True:
        for process in processes:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args!r} has ended with status {process.returncode}")
        try:
            with urlopen(f"http://{master}/taskmanagers") as answer:  # noqa: S310 - a literal scheme
                if answer.read().count(b'"slotsNumber":1') == SLOTS:
                    return
        except (URLError, ConnectionError):
            pass
        time.sleep(_SECONDS_BETWEEN_LOOKS)


def _class_path(installed: Path) -> str:
    beam = [jar for jar in sorted((installed / "beam").glob("*.jar")) if not jar.name.startswith(_OF_FLINK)]
    return os.pathsep.join(map(str, [*_flink_jars(installed), *beam]))


def _flink_jars(installed: Path) -> list[Path]:
    lib = [*installed.glob("flink/lib/python*/site-packages/pyflink/lib")]
    return [jar for folder in lib for kind in ("flink-dist*.jar", "log4j*.jar") for jar in sorted(folder.glob(kind))]


def _java_options() -> list[str]:
    exports = [f"--add-exports={name}=ALL-UNNAMED" for name in _EXPORTS.split()]
    return [*exports, *(f"--add-opens={name}=ALL-UNNAMED" for name in _OPENS.split())]
