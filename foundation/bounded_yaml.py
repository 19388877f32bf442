"""Reads YAML such that no file takes much time or memory, however it was made; what is refused is named with its line.

A few lines can stand for billions of values: aliases repeat what they name, and merge keys repeat its keys.
"""

from pathlib import Path
from typing import Any

import yaml

MOST_BYTES = 1 << 20
MOST_NODES = 50_000
MOST_SCALAR_CHARACTERS = 100_000
MOST_NUMBER_CHARACTERS = 1000
DEEPEST = 100

_TEXT = "tag:yaml.org,2002:str"
# What PyYAML's constructors raise for a tag that does not fit its text, such as !!int x, or a date that does not exist.
_MISFITS = (ValueError, TypeError, LookupError, AttributeError, OverflowError)


class BoundedLoader(yaml.SafeLoader):
    """PyYAML's safe loader, which counts what aliases stand for before anything is made of it."""

    def __init__(self, stream: Any) -> None:
        super().__init__(stream)
        self._depth = 0
        self._num_nodes = 0
        self._sizes: dict[yaml.Node, int] = {}

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]
        mark = event.start_mark
        is_alias = isinstance(event, yaml.AliasEvent)
        self._depth += 1
        if self._depth > DEEPEST:
            raise _refusal(f"more than {DEEPEST} levels deep", mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        if node is None:
            return None
        if is_alias and node not in self._sizes:
            raise _refusal(f"*{event.anchor} stands in what it stands for", mark)
        if not is_alias:
            _require_short(node)
            self._sizes[node] = 1 + sum(self._sizes[child] for child in _children(node))
        self._num_nodes += self._sizes[node] if is_alias else 1
        if self._num_nodes > MOST_NODES:
            raise _refusal(f"more than {MOST_NODES} values, with what aliases and merge keys repeat", mark)
        return node

    def construct_object(self, node: yaml.Node, deep: bool = False) -> Any:
        if not isinstance(node, yaml.ScalarNode):
            return super().construct_object(node, deep)
        try:
            return super().construct_object(node, deep)
        except _MISFITS as error:
            kind = node.tag.rpartition(":")[2]
            raise _refusal(f"{node.value[:80]!r} is no {kind} ({error})", node.start_mark) from error


class StrictLoader(BoundedLoader):
    """Refuses a key that stands twice, of which YAML would drop the first without a word."""

    def compose_mapping_node(self, anchor: dict[Any, yaml.Node]) -> yaml.MappingNode:
        node = super().compose_mapping_node(anchor)
        seen = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {key.value} stands twice", key.start_mark)
            seen.add(key.value)
        return node


def read_bounded(path: Path) -> bytes:
    """The content of a file.

    Raises:
      OSError: it cannot be read.
      yaml.YAMLError: it is larger than any that people write.
    """
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise yaml.YAMLError(f"larger than {MOST_BYTES} bytes")
    return content


def _children(node: yaml.Node) -> list[yaml.Node]:
    if isinstance(node, yaml.MappingNode):
        return [child for pair in node.value for child in pair]
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _require_short(node: yaml.Node) -> None:
    if isinstance(node, yaml.ScalarNode):
        most = MOST_SCALAR_CHARACTERS if node.tag == _TEXT else MOST_NUMBER_CHARACTERS
        if len(node.value) > most:
            raise _refusal(f"a value of {len(node.value)} characters; at most {most} are allowed", node.start_mark)


def _refusal(problem: str, mark: Any) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)
