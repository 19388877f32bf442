"""Files that are damaged between the steps of a run, between two runs, and after a push."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.conftest import PushedRun, RepeatedRun
from tests.e2e.project import Project, explain


@dataclass(frozen=True)
class DamagedRuns:
    """A run whose model was damaged before it was judged; the next one, before which more was; and what that should say."""

    project: Project
    first: "subprocess.CompletedProcess[str]"
    second: "subprocess.CompletedProcess[str]"
    expected: list[str]


@pytest.fixture(scope="module")
def damaged_runs(
    pushed_run: PushedRun, repeated_run: RepeatedRun, tmp_path_factory: pytest.TempPathFactory
) -> DamagedRuns:
    project = pushed_run.project.beside(tmp_path_factory.mktemp("damaged"))
    project.configure()
    process = project.start("run")
    assert process.stdout
    next(line for line in process.stdout if " Trainer " in line)
    model = project.artifact("Trainer", "model")
    # Whoever reads the model meanwhile does not stumble over it.
    (model / "old").write_bytes(b"old")
    out, err = process.communicate()
    first = subprocess.CompletedProcess(process.args, process.returncode, out, err)

    examples = project.artifact("VideoExampleGen", "examples")
    shard = next(examples.glob("Split-test/*.gz"))
    flip(shard)
    graph = next(project.artifact("Transform", "transform_graph").rglob("saved_model.pb"))
    cut(graph)
    index = next(model.rglob("variables.index"))
    index.unlink()
    expected = [
        f"{shard} has changed: other content of the same size; so VideoExampleGen runs again",
        f"{graph} is cut: 1000 of",
        f"{index} is missing; {model}/old was not written with the others; so Trainer runs again",
    ]
    return DamagedRuns(project, first, project.run(), expected)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:1000])


def test_what_is_damaged_during_a_run_is_not_read(damaged_runs: DamagedRuns) -> None:
    first = damaged_runs.first
    assert first.returncode == 1, explain(first)
    assert "/old was not written with the others: something has changed it during the run" in first.stderr
    assert "run the same command again, which makes it anew" in first.stderr
    assert "Traceback" not in first.stdout + first.stderr


def test_the_same_command_names_what_is_damaged_and_makes_it_anew(damaged_runs: DamagedRuns) -> None:
    second = damaged_runs.second
    assert second.returncode == 0, explain(second)
    for line in damaged_runs.expected:
        assert line in second.stdout
    assert "cached" not in next(
        line for line in second.stdout.splitlines() if " VideoExampleGen " in line and "/" in line
    )
    (version,) = damaged_runs.project.versions()
    assert f"pushed: {version}" in second.stdout


def test_a_version_that_is_damaged_after_its_push_is_known_by_its_card(damaged_runs: DamagedRuns) -> None:
    project = damaged_runs.project
    (version,) = project.versions()
    assert project.clipgate("verify", "--config", "config.yaml").returncode == 0
    weights = next(version.glob("variables/variables.data*"))
    flip(weights)
    verified = project.clipgate("verify", str(version))
    assert verified.returncode == 3
    assert verified.stdout == f"{weights} has changed: other content of the same size\n"
    served = project.clipgate("serve", str(version.parent), "--grpc-port", "0", "--rest-port", "0")
    assert served.returncode == 2
    assert f"{weights} has changed" in served.stderr
