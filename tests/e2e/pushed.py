"""One small project, run once for all tests that look at what a run leaves behind."""

import subprocess
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.project import Project, explain, make_project
from tests.once import made_once

Executions = dict[str, Counter[str]]


@dataclass(frozen=True)
class PushedRun:
    """A project whose first run pushed a model, and what that run printed. To change anything, copy the project."""

    project: Project
    first: "subprocess.CompletedProcess[str]"


@dataclass(frozen=True)
class RepeatedRun:
    """The same command once more, in the project of the pushed run: its end, and the executions before it and after it."""

    result: "subprocess.CompletedProcess[str]"
    before: Executions
    after: Executions


@pytest.fixture(scope="session")
def pushed_run(tmp_path_factory: pytest.TempPathFactory) -> PushedRun:
    """The first run of a small project whose gates let everything pass, and whose data have faults."""
    return made_once(tmp_path_factory, "pushed", _push)


def _push(folder: Path) -> PushedRun:
    project = make_project(folder, num_people=16)
    (project.folder / "data" / "videos" / "broken.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 200)
    with (project.folder / "data" / "annotations.csv").open("a") as annotations:
        annotations.write("videos/broken.mp4,0,1,grey,nobody,\n")
        annotations.write("videos/absent.mp4,0,1,grey,nobody,\n")
        annotations.write("videos/person_00.mp4,2,1,grey,person_00,\n")
    project.configure()
    first = project.run()
    assert first.returncode == 0, explain(first)
    return PushedRun(project, first)


@pytest.fixture(scope="session")
def repeated_run(pushed_run: PushedRun, tmp_path_factory: pytest.TempPathFactory) -> RepeatedRun:
    """Who copies the project's ML Metadata asks for this fixture, so that nobody writes there meanwhile."""
    project = pushed_run.project
    return made_once(
        tmp_path_factory,
        "repeated",
        lambda _: RepeatedRun(
            before=executions_by_state(project), result=project.run(), after=executions_by_state(project)
        ),
    )


def executions_by_state(project: Project) -> Executions:
    """Names of executed nodes by the state in ML Metadata, over all runs so far."""
    from ml_metadata import metadata_store
    from ml_metadata.proto import metadata_store_pb2
    from tfx.orchestration import metadata

    path = project.output_dir / "metadata.sqlite"
    store = metadata_store.MetadataStore(metadata.sqlite_metadata_connection_config(str(path)))
    states: Executions = defaultdict(Counter)
    for execution in store.get_executions():
        contexts = store.get_contexts_by_execution(execution.id)
        node = next(context.name for context in contexts if context.type == "node").rpartition(".")[2]
        states[metadata_store_pb2.Execution.State.Name(execution.last_known_state)][node] += 1
    return dict(states)
