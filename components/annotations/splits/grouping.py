"""Finds videos that belong together: those of one group, and those with the same bytes."""

from collections import defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from components.annotations.records.record import Segment

Videos = Mapping[str, Sequence[Segment]]
Ties = Sequence[Sequence[str]]
Groups = Mapping[str, str]
GroupsOf = Mapping[str, Sequence[str]]
NO_GROUPS: Groups = MappingProxyType({})


class Node(NamedTuple):
    """A group or a video; a group may have the name of a video."""

    is_video: bool
    name: str

    def __str__(self) -> str:
        return f"{'video' if self.is_video else 'group'} {self.name!r}"


class Link(NamedTuple):
    """Two nodes that belong together, and the reason."""

    ends: tuple[Node, Node]
    reason: str


def find_links(videos: Videos, ties: Ties, groups: Groups) -> Iterator[Link]:
    """All pairs of nodes that belong together directly; `groups` are those of videos without segments."""
    for video, segments in videos.items():
        # One row of each group is reason enough.
        for group, segment in {segment.group: segment for segment in reversed(segments)}.items():
            if group:
                reason = f"{segment.source} puts {video} into the group {group!r}"
                yield Link((Node(True, video), Node(False, group)), reason)
    for video, group in groups.items():
        yield Link((Node(True, video), Node(False, group)), f"data.group_pattern puts {video} into the group {group!r}")
    for first, *others in ties:
        for video in others:
            yield Link((Node(True, first), Node(True, video)), f"{first} and {video} have the same bytes")


def groups_of_videos(videos: Videos, groups: Groups = NO_GROUPS) -> dict[str, tuple[str, ...]]:
    """The groups of each video by name, an empty one among them if a row has none; `groups`: of videos without rows."""
    return {
        video: tuple(sorted({segment.group or "" for segment in segments})) or (groups.get(video, ""),)
        for video, segments in videos.items()
    }


def find_clusters(groups_of: GroupsOf, ties: Ties) -> list[list[Node]]:
    """Sets of nodes that belong together, directly or through others (union-find); the nodes of a set are sorted."""
    parent: dict[Node, Node] = {}

    def find(node: Node) -> Node:
        root = node
        while parent.setdefault(root, root) != root:
            root = parent[root]
        while parent[node] != root:
            parent[node], node = root, parent[node]
        return root

    def join(one: Node, other: Node) -> None:
        left, right = sorted((find(one), find(other)))
        parent[right] = left

    for video, names in groups_of.items():
        find(Node(True, video))
        for name in filter(None, names):
            join(Node(True, video), Node(False, name))
    for first, *others in ties:
        for video in others:
            join(Node(True, first), Node(True, video))
    clusters: dict[Node, list[Node]] = defaultdict(list)
    for node in sorted(parent):
        clusters[find(node)].append(node)
    return list(clusters.values())


def shortest_chain(links: Iterable[Link], start: set[Node], goal: set[Node]) -> list[Link]:
    """Those of the links that are a shortest path from a node of `start` to one of `goal`; there must be one."""
    links_of: dict[Node, list[tuple[Node, Link]]] = defaultdict(list)
    for link in links:
        for one, other in (link.ends, link.ends[::-1]):
            links_of[one].append((other, link))
    came_by: dict[Node, tuple[Node, Link] | None] = dict.fromkeys(sorted(start))
    waiting = deque(came_by)
    while waiting:
        node = waiting.popleft()
        if node in goal:
            chain: list[Link] = []
            while step := came_by[node]:
                node, link = step
                chain.insert(0, link)
            return chain
        for other, link in links_of[node]:
            if other not in came_by:
                came_by[other] = (node, link)
                waiting.append(other)
    raise ValueError("start and goal are not linked")
