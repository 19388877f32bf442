"""From a folder of videos to spans: each video is decoded once, and what a model makes of its windows is kept."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.faults import sorted_out
from components.video.queues import Windows
from components.video.reader import VideoError
from components.video.tasks import Clip
from pipeline.prediction.reading import OnProgress, WindowReading, require_video
from pipeline.suggestion.choosing import doubts_of
from pipeline.suggestion.seeing import Answers
from pipeline.suggestion.spans import SeenSpan
from pipeline.suggestion.windows import Bounds, Window, sort_windows, without_overlaps

# 40 MB of features. Of more free spans those stay that the model is least sure of: Zhdanov, "Diverse mini-batch Active
# Learning", 2019 (arXiv:1901.05954).
_MOST_SPANS = 20_000

See = Callable[[Sequence[Sequence[bytes]]], Answers]


@dataclass(frozen=True)
class VideoPart:
    """A video, its group if somebody has told it, and what of it is annotated; `is_wanted`: the rest may be suggested."""

    root: Root
    name: str
    group: str
    annotated: tuple[Bounds, ...] = ()
    is_wanted: bool = True


@dataclass
class Found:
    """What was seen of videos.

    Attributes:
      free, known: spans that nobody has annotated, and spans that are; of one video none overlap.
      broken: why videos could not be read to their end, by video.
      num_free: how many free spans there were; `free` has a limit.
    """

    free: list[SeenSpan] = field(default_factory=list)
    known: list[SeenSpan] = field(default_factory=list)
    broken: dict[str, str] = field(default_factory=dict)
    num_free: int = 0


class Looking:
    """Looks at one video after the other. What is wrong with one costs no other."""

    def __init__(self, see: See, sampling: SamplingConfig, windows: Windows, decoder: Decoder) -> None:
        self._see, self._sampling, self._windows, self._decoder = see, sampling, windows, decoder
        self._found = Found()

    def finish(self) -> Found:
        """What was seen of all videos."""
        self._found.free = least_sure(self._found.free, _MOST_SPANS)
        return self._found

    def look(self, part: VideoPart, on_progress: OnProgress) -> None:
        """See the windows of a video; those before a place where it breaks are kept.

        Raises:
          MachineError: it cannot be read for a reason that lies with the machine.
        """
        seen = _SeenWindows(self._see)
        reading = WindowReading(seen.add, self._windows.step_seconds, on_progress)
        try:
            with sorted_out(part.name), part.root.local_copy(part.name) as path:
                self._read(path, reading)
        except VideoError as error:
            self._found.broken[part.name] = f"{error.code}: {error}"
        reading.close()
        self._keep(part, seen.windows())

    def _read(self, path: Path, reading: WindowReading) -> None:
        require_video(path)
        reading.read(self._decoder.read_windows(path, self._windows, self._sampling))
        reading.check_end(self._sampling)

    def _keep(self, part: VideoPart, windows: Sequence[Window]) -> None:
        free, known = sort_windows(part.name, part.group, windows, part.annotated)
        if free and part.is_wanted:
            # Of windows that overlap the one that fits best: what is still unsure then is unsure of what happens, not when.
            kept = without_overlaps(free, [float(span.probabilities.max()) for span in free])
            self._found.free += kept
            self._found.num_free += len(kept)
        self._found.known += without_overlaps(known, [0.0] * len(known))
        if len(self._found.free) > 2 * _MOST_SPANS:
            self._found.free = least_sure(self._found.free, _MOST_SPANS)
        if len(self._found.known) > 2 * _MOST_SPANS:
            self._found.known = self._found.known[::2]


def least_sure(spans: Sequence[SeenSpan], count: int) -> list[SeenSpan]:
    """Those of the spans that the model is least sure of, in their order."""
    if len(spans) <= count:
        return list(spans)
    chosen = (-doubts_of(spans)).argsort(kind="stable")[:count]
    return [spans[number] for number in sorted(chosen.tolist())]


class _SeenWindows:
    """What a model makes of the windows of a video."""

    def __init__(self, see: See) -> None:
        self._see = see
        self._windows: dict[int, list[Window]] = {}

    def add(self, clips: Sequence[Clip]) -> None:
        """Clips, of which several may be of one window."""
        answers = self._see([clip.jpegs for clip in clips])
        for number, clip in enumerate(clips):
            end = clip.end_seconds - clip.missing_seconds
            one = slice(number, number + 1)
            window = Window(Bounds(clip.start_seconds, end), answers.probabilities[one], answers.features[one])
            self._windows.setdefault(clip.span, []).append(window)

    def windows(self) -> list[Window]:
        """Each window once, with the answers of all its clips."""
        return [_joined(same) for _, same in sorted(self._windows.items())]


def _joined(windows: Sequence[Window]) -> Window:
    start = min(window.bounds.start_seconds for window in windows)
    end = max(window.bounds.end_seconds for window in windows)
    return Window(
        Bounds(start, end),
        np.concatenate([window.probabilities for window in windows]),
        np.concatenate([window.features for window in windows]),
    )
