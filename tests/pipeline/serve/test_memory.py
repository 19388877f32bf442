"""Who gets memory, and who has to wait or to give way."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from pipeline.serve.errors import ServeError
from pipeline.serve.memory import Lane, MemoryBudget


async def never() -> None:
    await asyncio.Event().wait()


async def soon() -> None:
    await asyncio.sleep(0)


async def hold(lane: Lane, num_bytes: int, work: Callable[[], Awaitable[object]], name: str, done: list[str]) -> None:
    """Do some work in a lane; `done` gets the name when it ends."""
    async with lane.hold(num_bytes):
        await work()
    done.append(name)


def test_more_than_there_is_has_to_wait() -> None:
    async def run() -> None:
        lane, done, event = Lane(10), list[str](), asyncio.Event()
        first = asyncio.create_task(hold(lane, 6, event.wait, "first", done))
        second = asyncio.create_task(hold(lane, 6, soon, "second", done))
        await asyncio.sleep(0.01)
        assert (lane.free_bytes, done) == (4, [])
        event.set()
        await asyncio.gather(first, second)
        assert (lane.free_bytes, done) == (10, ["first", "second"])

    asyncio.run(run())


def test_the_smallest_is_next_and_of_equal_ones_the_newest() -> None:
    async def run() -> None:
        lane, done, event = Lane(10), list[str](), asyncio.Event()
        tasks = [asyncio.create_task(hold(lane, 10, event.wait, "first", done))]
        for num_bytes, name in ((10, "large"), (6, "old"), (6, "new")):
            await asyncio.sleep(0)
            tasks.append(asyncio.create_task(hold(lane, num_bytes, soon, name, done)))
        await asyncio.sleep(0.01)
        event.set()
        await asyncio.gather(*tasks)
        assert done == ["first", "new", "old", "large"]

    asyncio.run(run())


def test_of_equal_ones_the_owner_who_has_least_is_next() -> None:
    async def run() -> None:
        lane, done, event = Lane(10), list[str](), asyncio.Event()

        async def take(owner: str, work: Callable[[], Awaitable[object]]) -> None:
            async with lane.hold(5, owner):
                await work()
            done.append(owner)

        tasks = [asyncio.create_task(take(owner, event.wait)) for owner in ("many", "many")]
        for owner in ("few", "many", "many"):
            await asyncio.sleep(0)
            tasks.append(asyncio.create_task(take(owner, soon)))
        await asyncio.sleep(0.01)
        event.set()
        await asyncio.gather(*tasks)
        assert done.index("few") < done.index("many", 2)

    asyncio.run(run())


def test_who_is_still_sent_gives_way_and_who_is_answered_does_not() -> None:
    async def run() -> None:
        lane, done, event = Lane(10), list[str](), asyncio.Event()

        async def receive() -> None:
            async with lane.hold(5) as held:
                await held.receiving(never())

        answered = asyncio.create_task(hold(lane, 5, event.wait, "answered", done))
        slow = asyncio.create_task(receive())
        await asyncio.sleep(0)
        await hold(lane, 5, soon, "quick", done)
        assert done == ["quick"]
        with pytest.raises(ServeError, match="came slowly while others waited"):
            await slow
        event.set()
        await answered

    asyncio.run(run())


def test_nobody_waits_for_ever_or_without_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.serve.memory._WAIT_SECONDS", 0.01)
    monkeypatch.setattr("pipeline.serve.memory._MAX_WAITING", 2)

    async def run() -> None:
        lane, done = Lane(10), list[str]()
        first = asyncio.create_task(hold(lane, 10, never, "first", done))
        await asyncio.sleep(0)
        waiting = [asyncio.create_task(hold(lane, size, never, "", done)) for size in (3, 9, 3)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [task.done() for task in waiting] == [False, True, False]
        for error in await asyncio.gather(*waiting, return_exceptions=True):
            assert "no memory is free" in str(error)
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        assert lane.free_bytes == 10

    asyncio.run(run())


def test_a_client_that_leaves_gives_its_bytes_back() -> None:
    async def run() -> None:
        lane, done = Lane(10), list[str]()
        tasks = [asyncio.create_task(hold(lane, 10, never, "", done)) for _ in range(2)]
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.wait_for(hold(lane, 10, soon, "next", done), None)
        assert done == ["next"]

    asyncio.run(run())


def test_large_requests_cannot_take_what_small_ones_need() -> None:
    memory = MemoryBudget(24 * 2**20, 2**20)
    assert memory.of(2**20) is not memory.of(2**10)
    assert memory.of(2**20).num_bytes >= memory.cost(2**20)
