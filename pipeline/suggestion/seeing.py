"""A pushed model, asked for probabilities and features of clips at once."""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from components.video.config import SamplingConfig
from models.export_info import WEIGHTS_FILE, ExportInfo
from pipeline.loading import load_tensorflow
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.model import use_model
from pipeline.suggestion.spans import Floats

# Distances between spans hardly change, and ten thousand of them need 20 MB (Johnson and Lindenstrauss 1984; Achlioptas,
# "Database-friendly random projections", 2003).
MOST_FEATURES = 512
_SEED = 20240229

_Clips = Sequence[Sequence[bytes]]


class Answers(NamedTuple):
    """Probabilities, float32 [clips, classes], and features, float32 [clips, width], of at most `MOST_FEATURES` numbers."""

    probabilities: Floats
    features: Floats


class SeeingModel:
    """A version of a model.

    Attributes:
      version, info: its folder and its card.
      has_features: whether it gives what its logits are made of; its probabilities stand in for that otherwise.
    """

    def __init__(self, model_dir: Path) -> None:
        """`model_dir`: a pushed version, or the directory of all versions.

        Raises:
          UserError: there is no model of clipgate's, or it looks at no frame.
        """
        load_tensorflow()
        self.version, self.info, see = use_model(model_dir, _load)
        self.has_features = see is not None
        self._see = see or _by_probabilities(Classifier(self.version))
        self.sampling = SamplingConfig.model_validate(self.info.sampling)

    def see(self, clips: _Clips) -> Answers:
        """Look at clips of equally many JPEGs each; there must be at least one."""
        return self._see(clips)


def reduced(features: Floats) -> Floats:
    """Features, float32 [clips, width], as at most `MOST_FEATURES` numbers each, that are about as far apart."""
    width = features.shape[1]
    if width <= MOST_FEATURES:
        return features
    return np.asarray(features @ _projection(width), np.float32)


@cache
def _projection(width: int) -> Floats:
    directions = np.random.default_rng(_SEED).standard_normal((width, MOST_FEATURES), np.float32)
    return np.asarray(directions / np.sqrt(MOST_FEATURES), np.float32)


def _load(version: Path, info: ExportInfo) -> tuple[Path, ExportInfo, Callable[[_Clips], Answers] | None]:
    if not (version / WEIGHTS_FILE).is_file():
        return version, info, None
    # Keras is loaded with it.
    from models.embedding import FeatureExtractor

    extractor = FeatureExtractor(version, info)

    def see(clips: _Clips) -> Answers:
        features, probabilities = extractor.see(clips)
        return Answers(probabilities, reduced(features))

    return version, info, see


def _by_probabilities(classifier: Classifier) -> Callable[[_Clips], Answers]:
    """Roots of probabilities are points of a sphere, on which distances mean the same everywhere (Hellinger 1909)."""

    def see(clips: _Clips) -> Answers:
        probabilities = classifier.probabilities(clips)
        return Answers(probabilities, np.sqrt(probabilities))

    return see
