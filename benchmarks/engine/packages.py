"""Java programs of the registries of Maven and pip, and an agent that loads jars which are on no class path."""

import subprocess
import sys
from pathlib import Path

AGENT_JAR = "agent.jar"
_POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion><groupId>clipgate</groupId><artifactId>engine</artifactId><version>1</version>
  <dependencies>
    {dependencies}
  </dependencies>
</project>
"""
_DEPENDENCY = (
    "<dependency><groupId>{group}</groupId><artifactId>{name}</artifactId><version>{version}</version></dependency>"
)
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


def get_jars(folder: Path, *artifacts: str) -> None:
    """Put artifacts of Maven, `group:name:version`, and all that they need into `folder`, unless jars are there."""
    if any(folder.glob("*.jar")):
        return
    folder.mkdir(parents=True, exist_ok=True)
    (folder.parent / "pom.xml").write_text(pom(*artifacts))
    copy = ["dependency:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}"]
    subprocess.run(["mvn", "-q", "-B", *copy], cwd=folder.parent, check=True)


def get_package(folder: Path, requirement: str) -> None:
    """Put a package of pip, `name==version`, into an environment of its own, without what it needs of Python."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    pip = [folder / "bin/python", "-m", "pip", "install", "-q", "--no-deps"]
    subprocess.run([*pip, "setuptools", "wheel", "packaging"], check=True)
    subprocess.run([*pip, "--no-build-isolation", requirement], check=True)


def make_agent(folder: Path) -> None:
    """Compile the agent, unless it is there. Its argument are the jars, with colons between them."""
    if (folder / AGENT_JAR).exists():
        return
    (folder / "Agent.java").write_text(_AGENT)
    (folder / "agent.txt").write_text("Premain-Class: Agent\n")
    subprocess.run(["javac", "Agent.java"], cwd=folder, check=True)
    subprocess.run(["jar", "cfm", AGENT_JAR, "agent.txt", "Agent.class"], cwd=folder, check=True)


def pom(*artifacts: str) -> str:
    """A project of Maven's that needs these artifacts, `group:name:version`."""
    parts = (artifact.split(":") for artifact in artifacts)
    dependencies = (_DEPENDENCY.format(group=group, name=name, version=version) for group, name, version in parts)
    return _POM.format(dependencies="\n    ".join(dependencies))
