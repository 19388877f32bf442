"""Pushes, rollbacks and removals, on real folders."""

import os
import threading
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.pusher.changes import push, remove_old, roll_back, rollback_target
from components.pusher.destination import Destination
from components.pusher.local import LocalDestination, hold
from components.pusher.twins import trained_from
from components.pusher.versions import all_versions, available_versions, last_available, withdrawn_twin
from foundation.messages.errors import UserError
from tests.components.pusher.conftest import PushModel, write_model


@pytest.fixture
def destination(tmp_path: Path) -> Destination:
    return LocalDestination(tmp_path / "serving" / "action")


def served(destination: Destination) -> str | None:
    """What TensorFlow Serving would load: the highest number among the folders, whatever is in it."""
    return max((name for name in destination.folders() if name.isdigit()), key=int, default=None)


def test_a_push_copies_the_whole_model_into_a_folder_named_by_the_time(
    destination: Destination, push_model: PushModel, tmp_path: Path
) -> None:
    version = push_model(destination, now_seconds=1700000000.5)
    assert version.uri == str(tmp_path / "serving/action/1700000000")
    files = {path.relative_to(version.uri).as_posix() for path in Path(version.uri).rglob("*")}
    assert files == {
        "assets", "assets.extra", "assets.extra/clipgate.json", "saved_model.pb", "variables", "variables/variables.data",
    }  # fmt: skip
    assert version.info.training_key == "key"


@pytest.mark.parametrize("mode", [0o755, 0o750])
def test_a_server_of_another_user_can_read_what_was_pushed_whatever_the_umask(
    tmp_path: Path, push_model: PushModel, mode: int
) -> None:
    before = os.umask(0o077)
    try:
        version = push_model(LocalDestination(tmp_path / "serving" / "action", mode), now_seconds=1)
    finally:
        os.umask(before)
    folder = Path(version.uri)
    folders = [tmp_path / "serving", folder.parent, folder, folder / "variables"]
    assert {path.stat().st_mode & 0o777 for path in folders} == {mode}
    assert {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_file()} == {mode & ~0o111}


class FailingStore(LocalDestination):
    """A store that keeps another file than the one it was given."""

    def put(self, source: Path, name: str) -> None:
        super().put(source, name)
        (Path(self.uri) / name / "variables/variables.data").write_bytes(b"kez")


def test_a_version_that_did_not_arrive_as_it_was_is_removed_again(tmp_path: Path, push_model: PushModel) -> None:
    destination = FailingStore(tmp_path / "serving" / "action")
    with pytest.raises(UserError, match=r"100/variables/variables.data has changed.* the version was removed again"):
        push_model(destination)
    assert all_versions(destination) == []


def test_numbers_grow_although_the_clock_was_set_back(destination: Destination, push_model: PushModel) -> None:
    assert [push_model(destination, now_seconds=now).number for now in (100, 100, 50, 200)] == [100, 101, 102, 200]


def test_a_number_is_not_given_again_after_a_rollback(destination: Destination, push_model: PushModel) -> None:
    push_model(destination)
    push_model(destination)
    roll_back(destination, 100)
    assert push_model(destination).number == 102


def test_a_number_is_above_that_of_a_folder_which_is_no_model(destination: Destination, push_model: PushModel) -> None:
    (Path(destination.uri) / "500").mkdir(parents=True)
    assert push_model(destination).number == 501


def test_by_default_the_version_before_the_served_one_is_the_target(
    destination: Destination, push_model: PushModel
) -> None:
    for _ in range(3):
        push_model(destination)
    assert [version.name for version in roll_back(destination, rollback_target(destination).number)] == ["102"]
    assert served(destination) == "101"
    assert rollback_target(destination).number == 100


def test_a_rollback_over_several_versions_withdraws_them_all_and_keeps_their_files(
    destination: Destination, push_model: PushModel
) -> None:
    for key in "abc":
        push_model(destination, key)
    assert [version.name for version in roll_back(destination, 100)] == ["101", "102"]
    assert served(destination) == "100"
    kept = Path(destination.uri) / "withdrawn/102"
    assert (kept / "variables/variables.data").read_text() == "c"


def test_a_withdrawn_version_can_be_brought_back(destination: Destination, push_model: PushModel) -> None:
    for _ in range(3):
        push_model(destination)
    roll_back(destination, 100)
    assert roll_back(destination, 101) == []
    assert served(destination) == "101"
    assert rollback_target(destination).number == 100


def test_what_the_next_model_is_compared_with_is_what_is_served(
    destination: Destination, push_model: PushModel
) -> None:
    push_model(destination, "old")
    push_model(destination, "new")
    roll_back(destination, 100)
    last = last_available(destination, trained_from("another"))
    assert last and last.info.training_key == "old"


def test_a_withdrawn_model_is_known_until_it_is_brought_back(destination: Destination, push_model: PushModel) -> None:
    push_model(destination, "old")
    push_model(destination, "bad")
    assert withdrawn_twin(destination, trained_from("bad")) is None
    roll_back(destination, 100)
    twin = withdrawn_twin(destination, trained_from("bad"))
    assert twin and twin.number == 101
    assert withdrawn_twin(destination, trained_from("old")) is None
    roll_back(destination, 101)
    assert withdrawn_twin(destination, trained_from("bad")) is None


def test_mistakes_of_a_rollback_are_named(destination: Destination, push_model: PushModel) -> None:
    with pytest.raises(UserError, match="no model was pushed there"):
        rollback_target(destination)
    push_model(destination)
    with pytest.raises(UserError, match="version 100 is served, and none is available before it"):
        rollback_target(destination)
    with pytest.raises(UserError, match="--to: .* has no version 7; the versions there: 100"):
        rollback_target(destination, 7)


def test_old_versions_are_removed_and_withdrawn_ones_stay(destination: Destination, push_model: PushModel) -> None:
    for _ in range(3):
        push_model(destination)
    roll_back(destination, 101)
    push_model(destination)
    assert [version.name for version in remove_old(destination, 2)[0]] == ["100"]
    assert [version.folder for version in all_versions(destination)] == ["101", "withdrawn/102", "103"]


def test_what_somebody_relies_on_is_no_old_version(destination: Destination, push_model: PushModel) -> None:
    for _ in range(4):
        push_model(destination)
    with hold(Path(destination.uri) / "100"):
        removed, needed = remove_old(destination, 2, named={101, 103, 7})
    assert ([version.name for version in removed], [version.name for version in needed]) == ([], ["100", "101"])
    assert [version.name for version in remove_old(destination, 2)[0]] == ["100", "101"]


def test_who_reads_a_version_while_it_is_removed_reads_on(destination: Destination, push_model: PushModel) -> None:
    for key in "abc":
        push_model(destination, key)
    with (Path(destination.uri) / "100/variables/variables.data").open() as file:
        remove_old(destination, 2)
        assert file.read() == "a"


def test_a_push_waits_for_another_one(destination: Destination, push_model: PushModel, tmp_path: Path) -> None:
    at_work, may_go_on = threading.Event(), threading.Event()

    def make_slowly(number: int) -> Path:
        at_work.set()
        may_go_on.wait()
        return write_model(tmp_path / "slow", "slow")

    slow = threading.Thread(target=push, args=(destination, make_slowly, 100))
    slow.start()
    at_work.wait()
    names = []
    quick = threading.Thread(target=lambda: names.append(push_model(destination, "quick").name))
    quick.start()
    time.sleep(0.05)
    assert served(destination) is None
    may_go_on.set()
    slow.join()
    quick.join()
    assert names == ["101"]
    assert [version.info.training_key for version in available_versions(destination)] == ["slow", "quick"]


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("push"), st.integers(0, 300)),
        st.tuples(st.just("roll back"), st.integers(0, 20)),
        st.tuples(st.just("remove"), st.integers(2, 3)),
    ),
    max_size=8,
)


@settings(max_examples=25)
@given(ACTIONS)
def test_whatever_is_done_in_whatever_order_a_number_means_one_model_and_the_newest_is_served(
    actions: list[tuple[str, int]],
) -> None:
    with TemporaryDirectory() as folder:
        destination: Destination = LocalDestination(Path(folder) / "serving")
        model_of: dict[int, str] = {}
        for step, (action, value) in enumerate(actions):
            known = all_versions(destination)
            if action == "push":
                key = f"{step}"
                version = push(destination, lambda number, key=key: write_model(Path(folder) / "model", key), value)
                assert version.number >= value
                assert version.number > max(model_of, default=-1)
                model_of[version.number] = key
                assert served(destination) == version.name
            elif action == "roll back" and known:
                target = known[value % len(known)]
                withdrawn = roll_back(destination, target.number)
                assert served(destination) == target.name
                assert {v.folder.rpartition("/")[2] for v in known} == {v.name for v in all_versions(destination)}
                assert all(version.number > target.number for version in withdrawn)
            elif action == "remove":
                before = served(destination)
                remove_old(destination, value)
                assert served(destination) == before
                assert len(available_versions(destination)) <= value
            for version in all_versions(destination):
                assert version.is_complete
                assert version.info.training_key == model_of[version.number]
        assert {path.name for path in (Path(folder) / "serving").glob("*") if not path.name.isdigit()} <= {
            ".lock",
            "withdrawn",
        }
