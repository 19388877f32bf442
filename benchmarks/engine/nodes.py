"""Machines of a cluster, on this one: a network namespace each, with a loopback of its own, and one CPU core. Needs root."""

import os
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from foundation.messages.errors import UserError

_NETWORK = "10.213.0"
_PREFIX_BITS = 24


@dataclass(frozen=True)
class Node:
    """A machine of the cluster; `address` is its own in the cluster's network."""

    namespace: str
    address: str
    core: int

    def command(self, program: Sequence[str]) -> list[str]:
        """What starts a program there."""
        return ["ip", "netns", "exec", self.namespace, "taskset", "--cpu-list", str(self.core), *program]


@contextmanager
def network(count: int) -> Iterator[tuple[str, list[Node]]]:
    """Nodes that end with the context, each on a core of its own as far as there are some.

    Yields:
      The address of what runs outside of them, and the nodes.

    Raises:
      UserError: this process may not make networks.
    """
    if os.geteuid() != 0:
        raise UserError(
            "the nodes of the cluster are network namespaces, which only root can make; run this as root on Linux"
        )
    bridge = f"cg{os.getpid()}"
    cores = sorted(os.sched_getaffinity(0))
    with ExitStack() as stack:
        _ip("link", "add", bridge, "type", "bridge")
        stack.callback(_ip, "link", "del", bridge)
        _ip("addr", "add", f"{_NETWORK}.1/{_PREFIX_BITS}", "dev", bridge)
        _ip("link", "set", bridge, "up")
        nodes = []
        for number in range(count):
            name, address = f"{bridge}-{number}", f"{_NETWORK}.{number + 2}"
            _ip("netns", "add", name)
            stack.callback(_ip, "netns", "del", name)
            _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
            # A namespace that ends takes its end along some time later.
            stack.callback(_ip, "link", "del", name)
            _ip("link", "set", name, "master", bridge, "up")
            _ip("-n", name, "link", "set", "lo", "up")
            _ip("-n", name, "addr", "add", f"{address}/{_PREFIX_BITS}", "dev", "eth0")
            _ip("-n", name, "link", "set", "eth0", "up")
            nodes.append(Node(name, address, cores[number % len(cores)]))
        yield f"{_NETWORK}.1", nodes


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True)
