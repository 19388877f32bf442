"""A process that asks a model about clips: it reads one JSON object a line and answers with one.

python -m pipeline.review.model_worker MODEL

MODEL is an exported model. A request names a video (`path`), a stretch of it (`start_seconds`, `end_seconds`, perhaps null) and
what is wanted: {"make": "answer"}, the probabilities of the clip as a whole, or {"make": "scores"}, those of each moment, as
`clipgate predict --segments` finds them. The answer has `classes` and `probabilities`, [classes] or [moments, classes]; of
moments also `step_seconds` and `start_seconds`; or it is {"error": a sentence}.
"""

import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.video.decoder import Decoder
from components.video.protocol import unpack_actor
from components.video.reader import VideoError
from components.video.tasks import Span
from foundation.messages.errors import MachineError, UserError
from foundation.processes import end_with_parent
from pipeline.crops import TRAINED_ON_CROPS
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.config import SegmentsConfig
from pipeline.prediction.defaults import choose_background, choose_windows
from pipeline.prediction.videos import LongVideos, VideoPredictor

_DECIMALS = 4


class Answerer:
    """A model with a decoder."""

    def __init__(self, model: Path, decoder: Decoder) -> None:
        """Raises UserError if there is no such model, or its card says too little to look at long videos."""
        classifier = Classifier(model)
        self._classes = classifier.classes
        self._cuts_clips = classifier.sampling.cuts_clips
        background = choose_background(classifier.classes, None)
        self._long_videos = LongVideos(
            choose_windows(classifier.info, background), SegmentsConfig(background=background)
        )
        self._predictor = VideoPredictor(classifier, decoder)

    def answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """What is asked for, or why it cannot be told."""
        path, start, end = Path(request["path"]), request["start_seconds"], request["end_seconds"]
        try:
            if request["make"] == "scores" and self._cuts_clips:
                return {"error": f"{TRAINED_ON_CROPS}, and moments beside a clip have no boxes"}
            if request["make"] == "scores":
                return {"classes": self._classes, **self._scores(path, start, end)}
            actor = unpack_actor(request["actor"]) if request.get("actor") else None
            if self._cuts_clips and not actor:
                return {"error": f"{TRAINED_ON_CROPS}, and this clip has no boxes at times in seconds"}
            found = self._predictor.predict_clip(path, Span(start, end, actor=actor))
        except (VideoError, UserError, MachineError) as error:
            return {"error": str(error)}
        if not found.best:
            return {"error": found.message}
        return {"classes": self._classes, "probabilities": _rounded(found.best.probabilities)}

    def _scores(self, path: Path, start: float, end: float) -> dict[str, Any]:
        timeline = self._predictor.predict_scores(path, self._long_videos, (start, end))
        step = timeline.step_seconds
        first, last = math.floor(start / step), math.ceil(min(end, timeline.end_seconds) / step)
        return {
            "start_seconds": first * step,
            "step_seconds": step,
            "probabilities": [_rounded(row) for row in timeline.scores[first:last].tolist()],
        }


def _rounded(values: Any) -> list[float]:
    return [round(value, _DECIMALS) for value in values]


def main() -> None:
    """Answer requests until there are no more."""
    end_with_parent()
    # What TensorFlow prints must not come between the answers.
    answers, sys.stdout = sys.stdout, sys.stderr
    with Decoder() as decoder:
        try:
            answerer = Answerer(Path(sys.argv[1]), decoder)
        except UserError as error:
            answerer, problem = None, str(error)
        for line in sys.stdin:
            given = answerer.answer(json.loads(line)) if answerer else {"error": problem}
            print(json.dumps(given), file=answers, flush=True)


if __name__ == "__main__":
    main()
