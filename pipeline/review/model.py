"""The model that is asked about clips while they are looked at, in a process of its own: review itself needs no TensorFlow."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from components.annotations.records.actors import Actor
from foundation.processes import child_environment
from pipeline.config import Config
from pipeline.review.media import Media, MediaError, Stretch
from pipeline.review.worker import Worker
from pipeline.runs.record import RunRecord

_TIMEOUT_SECONDS = 600.0
_MOST_KEPT = 500
_EXPORT = ("Trainer.model", "Format-Serving")
_MOST_CURVES, _MOST_POINTS, _MOST_ANSWERS = 4, 400, 5


def find_exported(settings: Config, record: RunRecord) -> Path | None:
    """The model that a run has trained: its pushed version or else the run's own export; None if neither is on this machine."""
    output_dir = Path(settings.output_dir)
    candidates = [output_dir / record.version] if record.version else []
    if _EXPORT[0] in record.artifacts:
        candidates.append(output_dir / record.artifacts[_EXPORT[0]] / _EXPORT[1])
    return next((path for path in candidates if path.is_dir()), None)


class AskedModel:
    """A model's answers about clips, kept for a while."""

    def __init__(self, exported: Path, media: Media) -> None:
        """`exported`: the folder of a model; `media`: knows where the videos are."""
        self._media = media
        self._worker = Worker(
            "pipeline.review.model_worker",
            str(exported),
            environment=child_environment(TF_CPP_MIN_LOG_LEVEL="3"),
            timeout_seconds=_TIMEOUT_SECONDS,
            failure="the model could not be asked; its process ended",
        )
        self._kept: OrderedDict[tuple[object, ...], dict[str, Any]] = OrderedDict()

    async def answer(
        self, video: str, start_seconds: float, end_seconds: float | None, actor: Actor | None
    ) -> list[tuple[str, float]]:
        """The most probable classes of a clip, with their probabilities; `actor`: with times in seconds. Raises MediaError."""
        found = await self._ask("answer", video, start_seconds, end_seconds, actor)
        pairs = sorted(zip(found["classes"], found["probabilities"], strict=True), key=lambda pair: -pair[1])
        return pairs[:_MOST_ANSWERS]

    async def scores(self, video: str, stretch: Stretch) -> dict[str, Any]:
        """Probabilities over time in a stretch of a video; see `pipeline.review.model_worker`. Raises MediaError."""
        return await self._ask("scores", video, stretch.start_seconds, stretch.end_seconds)

    async def close(self) -> None:
        await self._worker.stop()

    async def _ask(
        self, make: str, video: str, start_seconds: float, end_seconds: float | None, actor: Actor | None = None
    ) -> dict[str, Any]:
        key = (make, video, start_seconds, end_seconds, actor)
        if key not in self._kept:
            whose = asdict(actor) if actor else None
            wanted = {"make": make, "start_seconds": start_seconds, "end_seconds": end_seconds, "actor": whose}
            found = await self._media.ask(self._worker, video, wanted)
            if "error" in found:
                raise MediaError(f"the model cannot say: {found['error']}")
            self._kept[key] = found
            if len(self._kept) > _MOST_KEPT:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return self._kept[key]


def curves_within(scores: Mapping[str, Any], label: str, first: float, last: float) -> dict[str, Any]:
    """The curves of a clip's own label and of the most probable other classes, between two times.

    Returns:
      `seconds`, [moments], and `curves`: of each class its `label` and `values`, [moments]; the own label first, if the model
      knows it, the others by their highest value.
    """
    classes, step = scores["classes"], scores["step_seconds"]
    middles = [scores["start_seconds"] + (number + 0.5) * step for number in range(len(scores["probabilities"]))]
    shown = [number for number, middle in enumerate(middles) if first - step / 2 <= middle <= last + step / 2]
    shown = shown[:: max(1, -(-len(shown) // _MOST_POINTS))]
    rows: Sequence[Sequence[float]] = [scores["probabilities"][number] for number in shown]
    highest = [max((row[number] for row in rows), default=0.0) for number in range(len(classes))]
    order = sorted(range(len(classes)), key=lambda number: (classes[number] != label, -highest[number]))
    return {
        "seconds": [round(middles[number], 4) for number in shown],
        "curves": [
            {"label": classes[number], "values": [row[number] for row in rows]} for number in order[:_MOST_CURVES]
        ],
    }
