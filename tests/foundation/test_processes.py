"""Child processes of our own, and what they tell."""

import json
import os
import sys
from pathlib import Path

import pytest

from foundation.processes import child_environment, direct_loopback, reporting_process

REPORTING = """
import sys
from foundation.events import report, send_progress
from foundation.messages.errors import DataFaultsError, UserError
from foundation.messages.progress import say

def run(send):
    send_progress(send)
    say("begun")
    ENDING

report(int(sys.argv[1]), run)
"""


def events_of(ending: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """What a module tells whose work ends in this way."""
    (folder / "reporting.py").write_text(REPORTING.replace("ENDING", ending))
    monkeypatch.syspath_prepend(str(folder))
    with reporting_process("reporting", "argument", env=child_environment()) as (process, events):
        told = [json.loads(line) for line in events]
        assert process.wait() == 0
    return told


@pytest.mark.parametrize(
    ("ending", "last"),
    [
        ("send({'result': sys.argv[2]})", {"result": "argument"}),
        ("raise UserError('mend it')", {"error": "mend it", "kind": "user"}),
        ("raise DataFaultsError('too few')", {"error": "too few", "kind": "faults"}),
        ("1 / 0", {"error": "ZeroDivisionError: division by zero", "kind": "internal"}),
    ],
)
def test_a_process_tells_its_progress_and_how_it_ended(
    ending: str, last: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert events_of(ending, tmp_path, monkeypatch) == [{"message": "begun"}, last]


def test_no_descriptor_is_left_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    events_of("pass", tmp_path, monkeypatch)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_child_finds_the_code_that_this_process_has_and_the_variables_given(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    environment = child_environment(QUIET="yes")
    paths = environment["PYTHONPATH"].split(os.pathsep)
    assert Path(paths[0], "foundation", "processes.py").is_file()
    assert {str(tmp_path), *filter(None, sys.path)} <= set(paths)
    assert environment["QUIET"] == "yes"


def test_no_proxy_is_asked_for_this_machine_and_what_is_excepted_already_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY", "no_grpc_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("no_proxy", "example.org,localhost")
    assert direct_loopback() == {
        "no_proxy": "example.org,localhost,127.0.0.1,::1",
        "NO_PROXY": "localhost,127.0.0.1,::1",
    }
    monkeypatch.setenv("no_grpc_proxy", "inside")
    assert direct_loopback()["no_grpc_proxy"] == "inside,localhost,127.0.0.1,::1"
