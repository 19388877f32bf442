"""Ports of this machine that nobody listens on."""

import socket
from contextlib import ExitStack


def free_addresses(count: int) -> list[str]:
    """Different addresses on this machine, `localhost:port`."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("localhost", 0))
        return [f"localhost:{one.getsockname()[1]}" for one in sockets]
