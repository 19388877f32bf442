"""Processes that answer requests with a line of JSON each, as the server asks them."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

_LONGEST_LINE = 1 << 26


class Worker:
    """A process of a module of ours, started when first needed and again after it ended.

    One request after the other is answered, those first that came last: who waits for what is on display goes before who has
    gone on since.
    """

    def __init__(
        self, module: str, *arguments: str, environment: Mapping[str, str], timeout_seconds: float, failure: str
    ) -> None:
        """`timeout_seconds`: for an answer; `failure`: a sentence for one that does not come because the process ended."""
        self._command = ("-m", module, *arguments)
        self._environment, self._timeout_seconds, self._failure = environment, timeout_seconds, failure
        self._process: asyncio.subprocess.Process | None = None
        self._is_busy = False
        self._waiting: list[asyncio.Future[None]] = []

    async def ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """What it answers: an object with `error`, a sentence, if something went wrong."""
        async with self._turn():
            return await self._ask(request)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        if self._is_busy:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn
        self._is_busy = True
        try:
            yield
        finally:
            # Who was cancelled waits no more.
            self._waiting = [turn for turn in self._waiting if not turn.done()]
            if self._waiting:
                self._waiting.pop().set_result(None)
            else:
                self._is_busy = False

    async def _ask(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env=self._environment,
                limit=_LONGEST_LINE,
            )
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps(request).encode() + b"\n")
            line = await asyncio.wait_for(self._process.stdout.readline(), self._timeout_seconds)
        except asyncio.TimeoutError:
            await self.stop()
            return {"error": f"that took longer than {self._timeout_seconds:.0f} s"}
        except BaseException:  # cancelled: an answer that comes later would be taken for that of the next request
            await self.stop()
            raise
        if not line:
            await self.stop()
            return {"error": self._failure}
        found: dict[str, Any] = json.loads(line)
        return found

    async def stop(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None
