"""Ports of this machine that nobody listens on."""

import random
import socket

# Linux gives none of these to programs that ask for any port, as servers of other tests do at the same time.
_PORTS = range(20_000, 32_768)


def free_addresses(count: int) -> list[str]:
    """Different addresses on this machine, `localhost:port`."""
    ports = random.SystemRandom().sample(_PORTS, len(_PORTS))
    free = (port for port in ports if _is_free(port))
    return [f"localhost:{next(free)}" for _ in range(count)]


def _is_free(port: int) -> bool:
    with socket.socket() as one:
        try:
            one.bind(("localhost", port))
        except OSError:
            return False
    return True
