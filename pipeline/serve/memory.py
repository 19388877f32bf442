"""Memory for what clients send, given out before it is needed. No TensorFlow here."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import grpc

from pipeline.serve.errors import ServeError

# A request is in memory as what was sent, as tensors, and once more as TensorFlow's.
_COPIES = 3
# A request that is sent for longer than this loses its place to one that waits, and so does one that has come and waits, too.
_GRACE_SECONDS, _WAITING_GRACE_SECONDS = 0.15, 1.0
_WAIT_SECONDS = 10.0
# Of one lane; each has a little in the buffers of its connection.
_MAX_WAITING = 512
# What the budget should be, and must be, in the largest requests: a sixth of it holds one with its copies.
LARGEST_REQUESTS, MIN_LARGEST_REQUESTS = 24, 6 * _COPIES

_Result = TypeVar("_Result")


@dataclass(eq=False)
class Hold:
    """Bytes that a request may take; while it is `receiving`, it gives them back for others that wait.

    `owner`: whose it is, such as a connection; empty if that is not known.
    """

    num_bytes: int
    owner: str = ""
    since_seconds: float = 0.0
    grace_seconds: float = _GRACE_SECONDS
    has_given_way: bool = False
    _receiving: "asyncio.Future[Any] | None" = None

    async def receiving(self, awaitable: Awaitable[_Result]) -> _Result:
        """What is awaited, which depends on the client.

        Raises:
          ServeError: RESOURCE_EXHAUSTED; others needed the memory before all of it came.
        """
        task = asyncio.ensure_future(awaitable)
        self._receiving = task
        try:
            return await task
        except asyncio.CancelledError:
            if self.has_given_way:
                raise ServeError(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    "the request came slowly while others waited for memory; try later",
                ) from None
            raise
        finally:
            self._receiving = None

    @property
    def is_receiving(self) -> bool:
        return self._receiving is not None and not self._receiving.done() and not self.has_given_way

    def give_way(self) -> None:
        assert self._receiving
        self.has_given_way = True
        self._receiving.cancel()


@dataclass(eq=False)
class Lane:
    """A number of bytes that requests share. The smallest one that waits is next, of equal ones that of the owner who has
    least, and then the newest. The more requests of an owner are still sent, the sooner they give way.

    So a client that sends quickly has its turn soon, however many others wait who do not, and however much one of them wants.
    """

    num_bytes: int
    _holds: dict[Hold, None] = field(default_factory=dict)  # oldest first
    _waiting: dict[Hold, "asyncio.Future[None]"] = field(default_factory=dict)
    _look_again: asyncio.TimerHandle | None = None

    @property
    def free_bytes(self) -> int:
        return self.num_bytes - sum(hold.num_bytes for hold in self._holds)

    @asynccontextmanager
    async def hold(self, num_bytes: int, owner: str = "") -> AsyncIterator[Hold]:
        """Have so many bytes, or all that the lane has, for as long as the context lasts.

        Raises:
          ServeError: RESOURCE_EXHAUSTED; they did not become free in time.
        """
        hold = Hold(min(num_bytes, self.num_bytes), owner)
        try:
            if hold.num_bytes <= self.free_bytes:
                self._give(hold)
            else:
                await self._wait_for_turn(hold)
            yield hold
        finally:
            self._holds.pop(hold, None)
            self._wake()

    def shrink(self, hold: Hold, num_bytes: int) -> None:
        """Give back all but so many bytes, when the request has come."""
        hold.num_bytes, hold.grace_seconds = min(hold.num_bytes, num_bytes), _WAITING_GRACE_SECONDS
        self._wake()

    def _give(self, hold: Hold) -> None:
        hold.since_seconds = asyncio.get_running_loop().time()
        self._holds[hold] = None

    async def _wait_for_turn(self, hold: Hold) -> None:
        loop = asyncio.get_running_loop()
        self._waiting[hold] = turn = loop.create_future()
        # Not `wait_for`, which forgets, before Python 3.12, that it was cancelled when the turn comes at the same time.
        end = loop.call_later(_WAIT_SECONDS, self._refuse, hold)
        if len(self._waiting) > _MAX_WAITING:
            self._refuse(max(self._waiting, key=lambda other: other.num_bytes))
        self._make_room()
        try:
            await turn
        finally:
            end.cancel()
            self._waiting.pop(hold, None)

    def _refuse(self, hold: Hold) -> None:
        turn = self._waiting.pop(hold, None)
        if turn and not turn.done():
            turn.set_exception(
                ServeError(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    "no memory is free: other requests have all of --max-memory-megabytes; try later",
                )
            )

    def _wake(self) -> None:
        while self._waiting and (hold := self._next()).num_bytes <= self.free_bytes:
            turn = self._waiting.pop(hold)
            if not turn.done():
                self._give(hold)
                turn.set_result(None)
        self._make_room()

    def _next(self) -> Hold:
        taken = self._holds_by_owner()
        return min(reversed(self._waiting), key=lambda hold: (hold.num_bytes, taken[hold.owner]))

    def _holds_by_owner(self) -> Counter[str]:
        return Counter(hold.owner for hold in self._holds)

    def _make_room(self) -> None:
        """End those that are still sent after their time of grace, as far as someone waits for their bytes."""
        if not self._waiting or self._look_again:
            return
        loop = asyncio.get_running_loop()
        missing = self._next().num_bytes - self.free_bytes
        missing -= sum(hold.num_bytes for hold in self._holds if hold.has_given_way)
        taken = self._holds_by_owner()
        ends = {
            hold: hold.since_seconds + hold.grace_seconds / (taken[hold.owner] if hold.owner else 1)
            for hold in self._holds
            if hold.is_receiving
        }
        for hold in sorted(ends, key=ends.__getitem__):
            if missing <= 0:
                return
            left = ends[hold] - loop.time()
            if left > 0:
                self._look_again = loop.call_later(left, self._look)
                return
            hold.give_way()
            missing -= hold.num_bytes

    def _look(self) -> None:
        self._look_again = None
        self._make_room()


class MemoryBudget:
    """What all requests together may take, of REST and gRPC. Small requests have bytes that large ones cannot take."""

    def __init__(self, num_bytes: int, max_request_bytes: int) -> None:
        """`num_bytes`: at least `MIN_LARGEST_REQUESTS` times `max_request_bytes`."""
        self.max_request_bytes = max_request_bytes
        self._small_bytes = num_bytes // 384
        self._small, self._large = Lane(num_bytes // 6), Lane(num_bytes // 6)
        # Messages of gRPC, whose sizes are known only when they are there.
        self.arriving = Lane(num_bytes // 3)
        # Of the process that reads large requests in JSON.
        self.json_bytes = num_bytes // 3

    def of(self, request_bytes: int) -> Lane:
        """Where a request of this size has its memory, as it was sent and as tensors."""
        return self._small if request_bytes <= self._small_bytes else self._large

    def cost(self, request_bytes: int) -> int:
        """Bytes that a request of this size takes while it is answered."""
        return _COPIES * request_bytes
