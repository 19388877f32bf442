"""What boxes are like, without a look at the frames."""

from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotations.records.boxes import Edges
from components.annotations.records.record import Box, SpaceUnit


def relative_edges(box: Box, segment: CheckedSegment, inputs: CheckInputs) -> Edges | None:
    """A box's edges as shares of the frame; None where they are pixels and the frame's size is unknown."""
    edges = (box.x_min, box.y_min, box.x_max, box.y_max)
    if segment.record.space_unit is SpaceUnit.RELATIVE:
        return edges
    facts = inputs.videos.get(segment.video)
    if not facts or not facts.width or not facts.height:
        return None
    return edges[0] / facts.width, edges[1] / facts.height, edges[2] / facts.width, edges[3] / facts.height


def areas(segment: CheckedSegment, inputs: CheckInputs) -> list[float]:
    """The shares of the frame that the segment's boxes cover, as far as they are known."""
    found = []
    for box in segment.record.boxes:
        edges = None if box.is_end else relative_edges(box, segment, inputs)
        if edges:
            x_min, y_min, x_max, y_max = (min(1.0, max(0.0, edge)) for edge in edges)
            found.append((x_max - x_min) * (y_max - y_min))
    return found
