"""What the handler of a request sees when its connection is closed, with real sockets."""

import asyncio

import pytest
from aiohttp import web

from pipeline.serve.connections import Connection, json_response, make_connections, start


def test_who_reads_a_body_from_a_connection_that_makes_room_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: asyncio.Queue[BaseException] = asyncio.Queue()

    async def read(request: web.BaseRequest) -> web.StreamResponse:
        await request.content.readany()
        assert isinstance(request.protocol, Connection)
        monkeypatch.setattr("pipeline.serve.connections._MAX_CONNECTIONS", 0)
        request.protocol.connections.make_room()
        try:
            await request.content.readany()
        except BaseException as error:
            seen.put_nowait(error)
            raise
        return json_response({})

    async def run() -> BaseException:
        runner = web.ServerRunner(make_connections(read))
        await runner.setup()
        await start(runner, "127.0.0.1", 0)
        reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n1")
        ended = await seen.get()
        writer.close()
        await runner.cleanup()
        return ended

    assert isinstance(asyncio.run(run()), asyncio.CancelledError)
