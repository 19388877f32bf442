"""One small project, run once for all tests that look at what a run leaves behind."""

import subprocess
from dataclasses import dataclass

import pytest

from tests.e2e.project import Project, explain, make_project


@dataclass(frozen=True)
class PushedRun:
    """A project whose first run pushed a model, and what that run printed. To change anything, copy the project."""

    project: Project
    first: "subprocess.CompletedProcess[str]"


@pytest.fixture(scope="session")
def pushed_run(tmp_path_factory: pytest.TempPathFactory) -> PushedRun:
    """The first run of a small project whose gates let everything pass, and whose data have faults."""
    project = make_project(tmp_path_factory.mktemp("pushed"), num_people=16)
    (project.folder / "data" / "videos" / "broken.mp4").write_bytes(b"\0\0\0\x18ftypmp42" + b"\0" * 200)
    with (project.folder / "data" / "annotations.csv").open("a") as annotations:
        annotations.write("videos/broken.mp4,0,1,grey,nobody,\n")
        annotations.write("videos/absent.mp4,0,1,grey,nobody,\n")
        annotations.write("videos/person_00.mp4,2,1,grey,person_00,\n")
    project.configure()
    first = project.run()
    assert first.returncode == 0, explain(first)
    return PushedRun(project, first)
