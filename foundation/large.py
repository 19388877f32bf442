"""Collections of any size: in memory while they are small, else in a temporary file that vanishes with its last user."""

import gc
import heapq
import os
import pickle
import tempfile
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from operator import itemgetter
from typing import Any, Generic, TypeVar

from foundation.disk import is_disk_full
from foundation.messages.errors import MachineError

# So many items are held at a time, of each collection; tens of megabytes if they are rows of annotations.
MOST_IN_MEMORY = 50_000
# Of what is sorted in parts: what a processor's cache may hold is sorted and written faster.
_MOST_IN_A_PART = 10_000
# What is read at a time of each sorted part: there may be thousands of them.
_ITEMS_PER_BLOCK = 64

_Item = TypeVar("_Item")
_Key = TypeVar("_Key")
_Value = TypeVar("_Value", bound=Sized)


@dataclass(frozen=True)
class Packing(Generic[_Item]):
    """How an item is written to a file: as something that pickle is quick with."""

    pack: Callable[[_Item], Any]
    unpack: Callable[[Any], _Item]


def _as_it_is(item: Any) -> Any:
    return item


_NO_PACKING: Packing[Any] = Packing(_as_it_is, _as_it_is)


class _Pickles(Generic[_Item]):
    """Items by number, in a temporary file without a name. It is only added to; several may read it, also in threads.

    Raises MachineError where the disk of temporary files is full, when an item is added or later, when one is read.
    """

    def __init__(self) -> None:
        # So many items pass through memory that what imports have made would be looked at for garbage again and again.
        gc.freeze()
        self._file = tempfile.TemporaryFile(prefix="clipgate-")  # noqa: SIM115 - it is closed with its last user
        self._is_written = True
        self._starts = array("Q", [0])

    def __len__(self) -> int:
        return len(self._starts) - 1

    def append(self, item: _Item) -> int:
        """Add an item; its number."""
        content = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        with _full_disk_explained():
            self._file.write(content)
        self._is_written = False
        self._starts.append(self._starts[-1] + len(content))
        return len(self) - 1

    def __getitem__(self, number: int) -> _Item:
        if not self._is_written:
            with _full_disk_explained():
                self._file.flush()
            self._is_written = True
        start, end = self._starts[number : number + 2]
        item: _Item = pickle.loads(os.pread(self._file.fileno(), end - start, start))
        return item


@contextmanager
def _full_disk_explained() -> Iterator[None]:
    """Whoever reads a file, and puts what is in it here, would take it for a fault of that file."""
    try:
        yield
    except OSError as error:
        if not is_disk_full(error):
            raise
        raise MachineError(
            f"the disk of {tempfile.gettempdir()} is full, where what is too much for memory lies for a while. Free some "
            "space there, or name another folder in the environment's TMPDIR, and run the same command again"
        ) from error


class _Blocks(Generic[_Item]):
    """Items in a temporary file, many at a time."""

    def __init__(self, packing: Packing[_Item]) -> None:
        self._file = _Pickles[list[Any]]()
        self._packing = packing

    def append(self, block: Iterable[_Item]) -> int:
        """Add a block; its number."""
        return self._file.append(list(map(self._packing.pack, block)))

    def read(self, numbers: Iterable[int]) -> Iterator[_Item]:
        """The items of these blocks."""
        return map(self._packing.unpack, chain.from_iterable(map(self._file.__getitem__, numbers)))


def kept(items: Iterable[_Item], packing: Packing[_Item] = _NO_PACKING) -> Collection[_Item]:
    """The items, to be gone through any number of times: a list if they are few."""
    rest = iter(items)
    few = list(islice(rest, MOST_IN_MEMORY))
    if len(few) < MOST_IN_MEMORY:
        return few
    return _Kept(_Blocks(packing), chain(_taken(few), rest))


def _taken(items: list[_Item]) -> Iterator[_Item]:
    """The items, each of which is let go when the next one is asked for."""
    items.reverse()
    while items:
        yield items.pop()


class _Kept(Collection[_Item]):
    """Items that lie in some blocks of a file."""

    def __init__(self, blocks: _Blocks[_Item], items: Iterable[_Item] = ()) -> None:
        self._blocks, self._numbers, self._length = blocks, array("Q"), 0
        self.extend(items)

    def extend(self, items: Iterable[_Item]) -> None:
        rest = iter(items)
        while block := list(islice(rest, _ITEMS_PER_BLOCK)):
            self._numbers.append(self._blocks.append(block))
            self._length += len(block)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[_Item]:
        return self._blocks.read(self._numbers)

    def __contains__(self, item: object) -> bool:
        return any(each == item for each in self)


class Ordered(Generic[_Item]):
    """Items by a key; where keys are equal, in the order in which they were added."""

    def __init__(self, key: Callable[[_Item], Any], packing: Packing[_Item] = _NO_PACKING) -> None:
        self._key, self._packing = key, packing
        self._waiting: list[_Item] = []
        self._parts: list[_Kept[_Item]] = []

    def add(self, item: _Item) -> None:
        self._waiting.append(item)
        if len(self._waiting) == (min(MOST_IN_MEMORY, _MOST_IN_A_PART) if self._parts else MOST_IN_MEMORY):
            if not self._parts:
                self._blocks = _Blocks[_Item](self._packing)
            self._parts.append(_Kept(self._blocks, sorted(self._waiting, key=self._key)))
            self._waiting = []

    def __iter__(self) -> Iterator[_Item]:
        last = sorted(self._waiting, key=self._key)
        if not self._parts:
            return iter(last)
        return heapq.merge(*self._parts, last, key=self._key)


def grouped(
    items: Iterable[_Item], key: Callable[[_Item], _Key], packing: Packing[_Item] = _NO_PACKING
) -> Mapping[_Key, Collection[_Item]]:
    """Items by a key, keys sorted; of one key in their own order. Of many items, keys and places are held in memory."""
    rest = iter(items)
    some = list(islice(rest, MOST_IN_MEMORY))
    if len(some) < MOST_IN_MEMORY:
        return _by_key(some, key)
    blocks = _Blocks(packing)
    groups: dict[_Key, _Kept[_Item]] = defaultdict(lambda: _Kept(blocks))
    while some:
        for each, own in _by_key(_taken(some), key).items():
            groups[each].extend(own)
        some = list(islice(rest, MOST_IN_MEMORY))
    return _sorted(groups)


def _by_key(items: Iterable[_Item], key: Callable[[_Item], _Key]) -> Mapping[_Key, list[_Item]]:
    groups: dict[_Key, list[_Item]] = defaultdict(list)
    for item in items:
        groups[key(item)].append(item)
    return _sorted(groups)


def _sorted(groups: Mapping[_Key, _Value]) -> Mapping[_Key, _Value]:
    return dict(sorted(groups.items(), key=itemgetter(0)))


class Shelf(Mapping[_Key, _Value]):
    """Values of some size by keys, in the order in which they were put. Of large ones, keys and places are held in memory."""

    def __init__(self, packing: Packing[_Value] = _NO_PACKING) -> None:
        self._packing = packing
        self._held: dict[_Key, _Value] = {}
        self._num_held = 0
        self._numbers: dict[_Key, int] = {}

    def put(self, key: _Key, value: _Value) -> None:
        """Put the value of a key that is not there yet."""
        self._held[key] = value
        self._num_held += len(value)
        if self._num_held < MOST_IN_MEMORY:
            return
        if not self._numbers:
            self._file = _Pickles[Any]()
        for each, its_value in self._held.items():
            self._numbers[each] = self._file.append(self._packing.pack(its_value))
        self._held = {}

    def __getitem__(self, key: _Key) -> _Value:
        if not self._numbers:
            return self._held[key]
        return self._packing.unpack(self._file[self._numbers[key]])

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._numbers or self._held)

    def __len__(self) -> int:
        return len(self._numbers or self._held)

    def __contains__(self, key: object) -> bool:
        return key in (self._numbers or self._held)
