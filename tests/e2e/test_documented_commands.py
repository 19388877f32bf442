"""The command lines of the documentation, word for word, where a project has been run."""

import pytest

from pipeline.commands.terminal import DATA_FAULTS
from tests.docs.documented import ROOT, Line, lines_of
from tests.e2e.conftest import PushedRun, RepeatedRun
from tests.e2e.project import Project
from tests.pipeline.commands.conftest import run_clipgate

PAGES = ("checks.md", "data.md", "gates.md", "runs.md", "serving.md")
# These train, serve, or change what was pushed; or they need a cluster, or what a run of the demo leaves.
WITH_TESTS_OF_THEIR_OWN = {
    "demo-data": "tests/pipeline/commands/test_demo_data.py",
    "init": "tests/pipeline/commands/test_init.py",
    "run": "tests/e2e/project.py",
    "predict": "tests/e2e/test_predict.py",
    "export": "tests/e2e/test_export.py",
    "serve": "tests/pipeline/serve/test_command.py",
    "apply": "tests/pipeline/commands/test_apply.py",
    "weights import": "tests/pipeline/commands/test_weights.py",
    "weights list": "tests/pipeline/commands/test_weights.py",
    "review": "tests/pipeline/commands/test_review.py",
    "suggest": "tests/e2e/test_suggest.py",
    "rollback": "tests/pipeline/commands/test_rollback.py",
    "watch": "tests/e2e/test_watch.py",
    "worker": "tests/e2e/rejected.py",
    "beam-worker": "tests/e2e/test_beam_engine.py",
    "compile": "tests/e2e/test_kubeflow.py",
    "submit": "tests/pipeline/kubeflow/test_submit.py",
}
CVAT = """<annotations><meta><task><size>64</size></task><source>person_00.mp4</source></meta>
<track id="0" label="grey"><box frame="0" outside="0" xtl="1" ytl="1" xbr="9" ybr="9"/>
<box frame="16" outside="1" xtl="1" ytl="1" xbr="9" ybr="9"/></track></annotations>"""

EXECUTED = [line for line in lines_of("clipgate") if line.page in PAGES and line.command not in WITH_TESTS_OF_THEIR_OWN]


@pytest.fixture(scope="module")
def project(pushed_run: PushedRun, repeated_run: RepeatedRun) -> Project:
    """Two runs, and beside them what the pages name: files for the commands to read, and a place for what they write."""
    project = pushed_run.project
    folder = project.folder
    for name, target in {
        "labels.csv": "data/annotations.csv",
        "march.csv": "data/annotations.csv",
        "videos": "data",
        "from_the_camera": "data/videos",
        "serving": "out/serving",
        "runs": "out",
    }.items():
        (folder / name).symlink_to(folder / target)
    (folder / "export.xml").write_text(CVAT)
    return project


def as_it_is_here(line: Line, project: Project) -> list[str]:
    """The words of a line with the numbers and the paths that the project's runs have."""
    (version,) = project.versions()
    here = {
        "1795337920": version.name,
        "1795995167": version.name,
        "runs/first/serving/action/1795337920": str(version),
        "runs/first/pipeline/VideoExampleGen/ledger/1": str(project.artifact("VideoExampleGen", "ledger")),
        "3": "1",
        "6": "2",
    }
    return [here.get(word, word) for word in line.words[1:]]


@pytest.mark.parametrize("line", EXECUTED, ids=lambda line: f"{line.page}: {line.text}")
def test_it_does_what_the_page_says(
    line: Line, project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(project.folder)
    done = run_clipgate(monkeypatch, capsys)(*as_it_is_here(line, project))
    # The data of this project have faults.
    expected = {0, DATA_FAULTS} if line.command == "check" else {0}
    assert done.code in expected, f"{done.out}\n{done.err}"
    for option in ("-o", "--output", "--fix"):
        if option in line.words:
            assert (project.folder / line.words[line.words.index(option) + 1]).stat().st_size > 0


def test_the_other_commands_have_tests_of_their_own() -> None:
    shown = {line.command for line in lines_of("clipgate") if line.page != "tutorial.md"}
    others = shown - {line.command for line in EXECUTED}
    assert others == set(WITH_TESTS_OF_THEIR_OWN)
    for command, path in WITH_TESTS_OF_THEIR_OWN.items():
        assert f'"{command.split()[-1]}"' in (ROOT / path).read_text(), path
