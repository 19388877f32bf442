"""Where clips lie on the map: those that move alike, or look alike to a network, lie close together. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from components.annotation_validator.inputs.embeddings import Embedding, principal_plane


class Region(NamedTuple):
    """A rectangle of the map; edges are shares of its width and height, from its upper left corner."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, place: tuple[float, float] | None) -> bool:
        """Whether a place lies in it; None does not."""
        return place is not None and self.left <= place[0] <= self.right and self.top <= place[1] <= self.bottom


@dataclass(frozen=True)
class ClipMap:
    """The map.

    Attributes:
      places: of the clips that could be measured, by id: across and down, each 0 to 1.
      shares: of the vectors' variance that the map shows across and down.
      verb: what clips do that are near each other: "move" or "look", as in "look alike".
    """

    places: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    shares: tuple[float, float] = (0.0, 0.0)
    verb: str = "move"


def draw_map(embedding: Embedding | None) -> ClipMap:
    """The map of all segments of an embedding."""
    if embedding is None:
        return ClipMap()
    points, shares = principal_plane(embedding.vectors)
    low, high = points.min(axis=0), points.max(axis=0)
    scaled = (points - low) / (high - low).clip(1e-9)
    scaled[:, 1] = 1 - scaled[:, 1]
    pairs = zip(embedding.segments, scaled.round(4).tolist(), strict=True)
    return ClipMap({segment.id: (x, y) for segment, (x, y) in pairs}, shares, embedding.verb)


def read_region(text: str) -> Region:
    """The region that an address names: left, top, right and bottom, with commas between. Raises ValueError."""
    try:
        edges = [float(edge) for edge in text.split(",")]
    except ValueError:
        edges = []
    if len(edges) != 4 or not all(0 <= edge <= 1 for edge in edges):
        raise ValueError(f"region is {text[:80]}; expected four numbers from 0 to 1, such as 0.1,0.2,0.5,0.6")
    return Region(*edges)
