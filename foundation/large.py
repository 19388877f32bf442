"""Collections of any size: in memory while they are small, else in a temporary file that vanishes with its last user."""

import gc
import heapq
import os
import pickle
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sized
from dataclasses import dataclass
from io import BufferedReader, RawIOBase
from itertools import chain, groupby, islice
from typing import Any, Generic, TypeVar

# So many items are held at a time, of each collection; tens of megabytes if they are rows of annotations.
MOST_IN_MEMORY = 50_000
# Of what is sorted in parts: what a processor's cache may hold is sorted and written faster.
_MOST_IN_A_PART = 10_000
# What is read at a time of each sorted part: there may be thousands of them.
_ITEMS_PER_BLOCK = 64
_BUFFER_SIZE = 1 << 14

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
    """A temporary file without a name. It is only added to; several may read it at once, also in threads."""

    def __init__(self) -> None:
        # So many items pass through memory that what imports have made would be looked at for garbage again and again.
        gc.freeze()
        self._file = tempfile.TemporaryFile(prefix="clipgate-")  # noqa: SIM115 - it is closed with its last user
        self._is_written = True
        self.end = 0

    def append(self, item: _Item) -> None:
        """Add an item: it lies from what was the `end` on."""
        content = pickle.dumps(item, pickle.HIGHEST_PROTOCOL)
        self._file.write(content)
        self._is_written = False
        self.end += len(content)

    def at(self, start: int, end: int) -> _Item:
        """The one item that lies there."""
        self._write()
        item: _Item = pickle.loads(os.pread(self._file.fileno(), end - start, start))
        return item

    def between(self, start: int, end: int) -> Iterator[_Item]:
        """The items that lie there."""
        self._write()
        with BufferedReader(_Part(self._file.fileno(), start, end), _BUFFER_SIZE) as part:
            while part.peek(1):
                yield pickle.load(part)

    def _write(self) -> None:
        if not self._is_written:
            self._file.flush()
            self._is_written = True


class _Part(RawIOBase):
    """A stretch of a file, read without moving the place at which others read or write."""

    def __init__(self, descriptor: int, start: int, end: int) -> None:
        self._descriptor, self._place, self._end = descriptor, start, end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        content = os.pread(self._descriptor, min(len(buffer), self._end - self._place), self._place)
        buffer[: len(content)] = content
        self._place += len(content)
        return len(content)


class _Blocks(Generic[_Item]):
    """Items one after the other in a temporary file."""

    def __init__(self, packing: Packing[_Item]) -> None:
        self._file = _Pickles[list[Any]]()
        self._packing = packing

    def write(self, items: Iterable[_Item]) -> tuple[int, int]:
        """Where they lie, from start to end."""
        start, rest = self._file.end, map(self._packing.pack, items)
        while block := list(islice(rest, _ITEMS_PER_BLOCK)):
            self._file.append(block)
        return start, self._file.end

    def read(self, start: int, end: int) -> Iterator[_Item]:
        for block in self._file.between(start, end):
            yield from map(self._packing.unpack, block)


def kept(items: Iterable[_Item], packing: Packing[_Item] = _NO_PACKING) -> Collection[_Item]:
    """The items, to be gone through any number of times: a list if they are few."""
    rest = iter(items)
    few = list(islice(rest, MOST_IN_MEMORY))
    if len(few) < MOST_IN_MEMORY:
        return few
    return _Kept(chain(_taken(few), rest), _Blocks(packing))


def _taken(items: list[_Item]) -> Iterator[_Item]:
    """The items, each of which is let go when the next one is asked for."""
    items.reverse()
    while items:
        yield items.pop()


class _Kept(Collection[_Item]):
    """Items that lie next to each other in a file, in which others may lie too."""

    def __init__(self, items: Iterable[_Item], blocks: _Blocks[_Item]) -> None:
        self._blocks = blocks
        self._length = 0
        self._start, self._end = blocks.write(self._counted(items))

    def _counted(self, items: Iterable[_Item]) -> Iterator[_Item]:
        for item in items:
            self._length += 1
            yield item

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[_Item]:
        return self._blocks.read(self._start, self._end)

    def __contains__(self, item: object) -> bool:
        return any(each == item for each in self)


class Ordered(Generic[_Item]):
    """Items by a key; where keys are equal, in the order in which they were added."""

    def __init__(self, key: Callable[[_Item], Any], packing: Packing[_Item] = _NO_PACKING) -> None:
        self._key, self._packing = key, packing
        self._waiting: list[_Item] = []
        self._parts: list[tuple[int, int]] = []

    def add(self, item: _Item) -> None:
        self._waiting.append(item)
        if len(self._waiting) == (min(MOST_IN_MEMORY, _MOST_IN_A_PART) if self._parts else MOST_IN_MEMORY):
            if not self._parts:
                self._blocks = _Blocks[_Item](self._packing)
            self._parts.append(self._blocks.write(sorted(self._waiting, key=self._key)))
            self._waiting = []

    def __iter__(self) -> Iterator[_Item]:
        last = sorted(self._waiting, key=self._key)
        if not self._parts:
            return iter(last)
        parts = (self._blocks.read(start, end) for start, end in self._parts)
        return heapq.merge(*parts, last, key=self._key)


def grouped(
    items: Collection[_Item], key: Callable[[_Item], _Key], packing: Packing[_Item] = _NO_PACKING
) -> Mapping[_Key, Collection[_Item]]:
    """Items by a key, keys sorted; of one key in their own order. Of many items, keys and places are held in memory."""
    ordered = Ordered[_Item](key, packing)
    for item in items:
        ordered.add(item)
    groups = groupby(ordered, key)
    if len(items) < MOST_IN_MEMORY:
        return {each: list(group) for each, group in groups}
    blocks = _Blocks[_Item](packing)
    return {each: _Kept(group, blocks) for each, group in groups}


class Shelf(Mapping[_Key, _Value]):
    """Values of some size by keys, in the order in which they were put. Of large ones, keys and places are held in memory."""

    def __init__(self, packing: Packing[_Value] = _NO_PACKING) -> None:
        self._packing = packing
        self._held: dict[_Key, _Value] = {}
        self._num_held = 0
        self._places: dict[_Key, tuple[int, int]] = {}

    def put(self, key: _Key, value: _Value) -> None:
        """Put the value of a key that is not there yet."""
        self._held[key] = value
        self._num_held += len(value)
        if self._num_held < MOST_IN_MEMORY:
            return
        if not self._places:
            self._file = _Pickles[Any]()
        for each, its_value in self._held.items():
            start = self._file.end
            self._file.append(self._packing.pack(its_value))
            self._places[each] = start, self._file.end
        self._held = {}

    def __getitem__(self, key: _Key) -> _Value:
        if not self._places:
            return self._held[key]
        return self._packing.unpack(self._file.at(*self._places[key]))

    def __iter__(self) -> Iterator[_Key]:
        return iter(self._places or self._held)

    def __len__(self) -> int:
        return len(self._places or self._held)

    def __contains__(self, key: object) -> bool:
        return key in (self._places or self._held)
