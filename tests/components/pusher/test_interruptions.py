"""Pushes, rollbacks and removals that are killed, and a disk that is full."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.pusher.changes import push
from components.pusher.local import LocalDestination
from foundation.messages.errors import UserError
from tests.components.pusher.conftest import write_model

# Dies at the n-th change of a file system, for each n; a fork shares what was imported.
DYING = """
import json, os, shutil, signal, sys
from pathlib import Path
from components.pusher.changes import push, remove_old, roll_back
from components.pusher.local import LocalDestination
from components.pusher.versions import all_versions

folder, model = Path(sys.argv[1]), Path(sys.argv[2])
ACTIONS = {
    "push": lambda place: push(place, lambda number: model, 300),
    "roll back": lambda place: roll_back(place, 100),
    "bring back": lambda place: roll_back(place, 150),
    "remove": lambda place: remove_old(place, 2),
}

def die_at(moment):
    def hook(event, arguments):
        nonlocal moment
        changes = event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir") or (event == "open" and "w" in str(arguments[1]))
        if changes:
            moment -= 1
            if moment == 0:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)

for name, act in ACTIONS.items():
    moment, died = 0, True
    while died:
        moment += 1
        place = LocalDestination(folder / name / str(moment))
        for version in ("100", "withdrawn/150", "200", "250"):
            shutil.copytree(model, f"{place.uri}/{version}")
        child = os.fork()
        if not child:
            die_at(moment)
            act(place)
            os._exit(0)
        died = os.waitpid(child, 0)[1] == signal.SIGKILL
        seen = [(v.folder, v.is_complete) for v in all_versions(place)]
        act(place)
        after = sorted(os.listdir(place.uri))
        print(json.dumps({"action": name, "died": died, "seen": seen, "after": after}))
"""


@pytest.fixture(scope="module")
def deaths(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What was there after a death at each moment of each action, and after the same action was repeated."""
    folder = tmp_path_factory.mktemp("deaths")
    command = [sys.executable, "-c", DYING, str(folder / "places"), str(write_model(folder / "model"))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).parents[3])
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_whoever_is_killed_at_whatever_moment_leaves_no_half_version(deaths: list[dict[str, Any]]) -> None:
    newest_after = {"push": 300, "roll back": 100, "bring back": 150, "remove": 250}
    assert {death["action"] for death in deaths if death["died"]} == set(newest_after)
    for death in deaths:
        assert all(complete for _, complete in death["seen"]), death
        newest = max(int(folder) for folder, _ in death["seen"] if folder.isdigit())
        assert newest in (250, newest_after[death["action"]]), death
        if death["action"] != "remove":
            numbers = {int(folder.rpartition("/")[2]) for folder, _ in death["seen"]}
            assert numbers - {300} == {100, 150, 200, 250}, death


def test_the_same_command_once_more_finishes_what_was_interrupted(deaths: list[dict[str, Any]]) -> None:
    expected = {
        "roll back": [".lock", "100", "withdrawn"],
        "bring back": [".lock", "100", "150", "withdrawn"],
        "remove": [".lock", "200", "250", "withdrawn"],
    }
    for death in deaths:
        names = death["after"]
        if death["action"] == "push":
            assert set(names) - {"300", "301"} == {".lock", "100", "200", "250", "withdrawn"}, death
        else:
            assert names == expected[death["action"]], death


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for one model of 100 kB."""
    mount = tmp_path / "disk"
    mount.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=160k", "tmpfs", str(mount)], capture_output=True)
    if done.returncode:
        pytest.skip("mounting a file system needs privileges")
    yield mount
    subprocess.run(["umount", str(mount)], check=True)


@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount")
def test_a_full_disk_is_named_and_leaves_what_was_there(small_disk: Path, tmp_path: Path) -> None:
    destination = LocalDestination(small_disk / "action")
    model = write_model(tmp_path / "model")
    (model / "variables/variables.data").write_bytes(b"w" * 100_000)
    push(destination, lambda number: model, 100)
    with pytest.raises(UserError, match=r"action: No space left on device; free some space \(push\.keep_versions"):
        push(destination, lambda number: model, 200)
    assert sorted(path.name for path in (small_disk / "action").iterdir()) == [".lock", "100"]
