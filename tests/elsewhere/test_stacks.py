"""requirements/stacks.sh: which stack a machine can run."""

import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def shell(command: str) -> str:
    script = ["bash", "-euo", "pipefail", "-c", f". requirements/stacks.sh; {command}"]
    return subprocess.run(script, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout.strip()


@pytest.mark.parametrize(
    ("machine", "lacks"),
    [
        ("tfx121 2.39 3.4.32 python", ""),
        ("tfx121 2.41 3.4.33 python", ""),
        ("tfx121 2.36 3.4.33 python", "it needs glibc 2.39 or newer, and here is 2.36"),
        ("tfx121 2.4 3.4.33 python", "it needs glibc 2.39 or newer, and here is 2.4"),
        ("tfx121 2.41 3.4.30 python", "it needs a libstdc++ with GLIBCXX_3.4.32, and here is 3.4.30"),
        ("tfx121 2.41 '' python", "it needs a libstdc++ with GLIBCXX_3.4.32, and here is none"),
        ("tfx121 2.41 3.4.33 ''", "it needs Python 3.13, 3.12 or 3.11, and none was found"),
        ("tfx116 2.17 3.4.19 python", ""),
        ("tfx116 2.41 3.4.33 ''", "it needs Python 3.10, and none was found"),
    ],
)
def test_what_a_machine_lacks_for_a_stack_is_said(machine: str, lacks: str) -> None:
    assert shell(f"stack_lacks {machine}") == lacks


def test_this_machine_is_one_that_can_be_judged() -> None:
    glibc, glibcxx = shell("machine_glibc; machine_glibcxx").splitlines()
    assert glibc.startswith("2.")
    assert glibcxx.startswith("3.4.")


def test_each_stack_has_a_lock_and_the_newest_comes_first() -> None:
    stacks = shell("echo $stacks").split()
    assert stacks == sorted(stacks, reverse=True)
    assert {f"{stack}.txt" for stack in stacks} == {
        path.name for path in (REPOSITORY / "requirements").glob("tfx*.txt")
    }


def test_a_python_that_answers_to_the_name_and_does_not_run_is_passed_over(tmp_path: Path) -> None:
    for name, script in (("python3.99", "exit 127"), ("python3.98", "exit 0")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    found = shell(f"HOME={tmp_path} PATH={tmp_path}:/bin PYTHON= && find_python 3.99 3.98")
    assert found == str(tmp_path / "python3.98")


def test_an_unknown_stack_is_an_error_that_names_those_there_are() -> None:
    result = subprocess.run(
        ["bash", "requirements/install.sh", "tfx99"], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )
    assert result.returncode == 1
    assert result.stderr == "setup: unknown STACK 'tfx99'; there are: tfx121 tfx116\n"
