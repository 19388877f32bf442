"""What prediction says of a video."""

from dataclasses import dataclass

from pipeline.prediction.segments import ActionSegment
from pipeline.prediction.timeline import Timeline


@dataclass(frozen=True)
class Snapshot:
    """A stored frame, and when it is shown."""

    seconds: float
    jpeg: bytes


@dataclass(frozen=True)
class VideoPrediction:
    """The actions in a video, or why there are none.

    Attributes:
      video: as it was named.
      segments: in the order of their starts; for a video that is one clip, the only one.
      duration_seconds: how much of the video was read.
      reason, message: a code of the ledger's and what happened; empty if all went well. What was found before is kept.
      timeline: the scores that the segments were made of; None for a video that is one clip.
      snapshots: frames from start to end, as far as they were asked for.
    """

    video: str
    segments: tuple[ActionSegment, ...] = ()
    duration_seconds: float = 0.0
    reason: str = ""
    message: str = ""
    timeline: Timeline | None = None
    snapshots: tuple[Snapshot, ...] = ()
