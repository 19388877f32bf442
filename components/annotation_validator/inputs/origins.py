"""Where segments come from: most of what checks count."""

from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple, TypeVar

_Part = TypeVar("_Part")


class Origin(NamedTuple):
    """Where segments come from, and where they go.

    Attributes:
      cluster: one name for all videos that belong together.
      group, given_split: what their rows name; None where they name none.
      split: that in which a run would have them; None where that cannot be said.
    """

    cluster: str
    group: str | None
    given_split: str | None
    split: str | None


def by_part(origins: Mapping[Origin, int], part: Callable[[Origin], _Part]) -> Counter[_Part]:
    """How many segments there are by a part of their origin, in the order of `origins`."""
    counts: Counter[_Part] = Counter()
    for origin, count in origins.items():
        counts[part(origin)] += count
    return counts


def by_cluster(origins: Mapping[Origin, int]) -> Counter[str]:
    """How many segments there are of each cluster."""
    return by_part(origins, lambda origin: origin.cluster)
