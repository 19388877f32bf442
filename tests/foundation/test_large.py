"""Collections of any size: what is in them does not depend on whether they have moved to a file."""

import gc
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation import large
from foundation.large import MOST_IN_MEMORY, Ordered, Shelf, grouped, kept
from foundation.messages.errors import MachineError


@pytest.fixture(autouse=True, scope="module")
def few_in_memory() -> Iterator[None]:
    with patch.object(large, "MOST_IN_MEMORY", 7):
        yield


@given(items=st.lists(st.text(max_size=3), max_size=40))
def test_what_is_kept_can_be_gone_through_again_and_again(items: list[str]) -> None:
    found = kept(iter(items))
    first, second = iter(found), iter(found)
    assert list(islice(first, 3)) == items[:3]
    assert list(second) == items
    assert [*items[:3], *first] == items
    assert (len(found), bool(found)) == (len(items), bool(items))
    assert all(item in found for item in items)


@given(items=st.lists(st.tuples(st.integers(0, 4), st.integers()), max_size=40))
def test_items_are_ordered_by_their_keys_and_among_equal_ones_as_they_came(items: list[tuple[int, int]]) -> None:
    ordered = Ordered[tuple[int, int]](key=lambda item: item[0])
    for item in items:
        ordered.add(item)
    expected = sorted(items, key=lambda item: item[0])
    assert list(ordered) == list(ordered) == expected


@given(values=st.dictionaries(st.text(max_size=3), st.lists(st.integers(), max_size=5), max_size=20))
def test_a_shelf_has_what_was_put_there(values: dict[str, list[int]]) -> None:
    shelf = Shelf[str, list[int]]()
    for key, value in values.items():
        shelf.put(key, value)
        assert shelf[key] == value
    assert list(shelf.items()) == list(values.items())
    assert (len(shelf), shelf) == (len(values), values)
    assert "none of these" not in shelf
    with pytest.raises(KeyError):
        shelf["none of these"]


def test_a_shelf_may_be_read_by_several_at_once() -> None:
    shelf = Shelf[int, list[int]]()
    for key in range(200):
        shelf.put(key, [key] * 100)
    with ThreadPoolExecutor(8) as pool:
        assert all(found == [key] * 100 for key, found in enumerate(pool.map(shelf.__getitem__, range(200))))


@pytest.mark.parametrize("size", [1, 100_000], ids=["seen when it is read", "seen when it is written"])
def test_a_full_disk_is_told_from_a_fault_of_the_items(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **_: Path("/dev/full").open("w+b"))  # noqa: SIM115
    with pytest.raises(MachineError, match=f"the disk of {tempfile.gettempdir()} is full"):
        list(kept([bytes(size)] * 10))


class _Item:
    """Is counted."""


def test_of_many_items_few_are_in_memory() -> None:
    most = 0

    def made() -> Iterator[_Item]:
        nonlocal most
        for number in range(1000):
            if number % 100 == 0:
                gc.unfreeze()  # What is frozen is not among the objects.
                most = max(most, sum(type(each) is _Item for each in gc.get_objects()))
            yield _Item()

    assert sum(1 for _ in kept(made())) == 1000
    # What is being written, and what the unpickler still knows of the block before.
    assert most <= 2 * 64 + 7 < MOST_IN_MEMORY


@given(items=st.lists(st.tuples(st.integers(0, 4), st.integers()), max_size=40))
def test_groups_have_their_items_in_the_order_in_which_they_came(items: list[tuple[int, int]]) -> None:
    groups = grouped(items, lambda item: item[0])
    expected = {key: [item for item in items if item[0] == key] for key in sorted({key for key, _ in items})}
    assert [(key, list(group)) for key, group in groups.items()] == list(expected.items())
    assert [len(group) for group in groups.values()] == list(map(len, expected.values()))
    assert all(item in groups[item[0]] for item in items)
