"""Definition of a writer: how to write its format, and what that has a place for."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from components.annotations.records.record import Segment
from components.annotations.writers.content import Content


class Part(str, Enum):
    """What may be said of a segment beside label and times; the value is what people call it."""

    GROUP = "groups"
    SPLIT = "splits"
    BOXES = "boxes"
    MASKS = "masks"
    NUMBERS = "numbers"
    SCORE = "scores"
    PREDICTED_SCORE = "scores of what a model predicted"
    NEGATIVE = "negatives"
    LOOKED_FOR = "labels that were looked for"
    # The format says it of a video, not of each segment.
    GROUP_OF_VIDEO = "groups of whole videos"
    SPLIT_OF_VIDEO = "splits of whole videos"
    NEGATIVE_VIDEO = "videos without an action"


def never(_: Segment) -> bool:
    return False


def always(_: Segment) -> bool:
    return True


def if_open(segment: Segment) -> bool:
    return segment.end is None


@dataclass(frozen=True)
class Writer:
    """One annotation format.

    Attributes:
      write: gives the text of a file; raises UserError for what the format cannot hold in any way.
      suffix: of its files, which tells the format where no other has it.
      keeps: what it has a place for.
      needs_video: whether a segment can only be written when its video was looked at.
      is_of_one_video: a file is of one video; several make a folder.
      note: what people have to know who take the file to the tool; empty, or a sentence without full stop.
    """

    write: Callable[[Content], str]
    suffix: str
    keeps: frozenset[Part] = frozenset()
    needs_video: Callable[[Segment], bool] = field(default=never)
    is_of_one_video: bool = False
    note: Callable[[Content], str] = field(default=lambda _: "")
