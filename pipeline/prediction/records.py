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
      segments: in the order of their starts; of a video that is one clip, one for each of its labels, the best first.
      duration_seconds: how much of the video was read.
      reason, message: a code of the ledger's and what happened; empty if all went well. What was found before is kept.
      timeline: the scores that the segments were made of; None for a video that is one clip.
      snapshots: frames from start to end, as far as they were asked for.
      row: of the annotations, for which the model was asked; empty if it was not asked by rows.
      best: the most probable class, of a long video where it is most probable, found or not; None if nothing was read.
    """

    video: str
    segments: tuple[ActionSegment, ...] = ()
    duration_seconds: float = 0.0
    reason: str = ""
    message: str = ""
    timeline: Timeline | None = None
    snapshots: tuple[Snapshot, ...] = ()
    best: ActionSegment | None = None
    row: str = ""

    @property
    def nothing_found(self) -> str:
        """Why there is no segment although nothing went wrong."""
        best = self.best
        if best is None or best.threshold is None:
            return "no class reached the threshold"
        moment = f" at {best.start_seconds:.2f} s" if self.timeline else ""
        return f"none was found; the best is {best.label} with {best.score:.3f}{moment}, its threshold {best.threshold:.3f}"
