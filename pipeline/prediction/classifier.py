"""A pushed model, asked for many clips at a time."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from components.video.config import SamplingConfig
from models.export_info import ExportInfo
from models.labelling import Labelling
from pipeline.loading import load_tensorflow
from pipeline.prediction.model import find_model, use_model

# Clips that are sent to the graph at once. The graph itself works through a few at a time.
BATCH_SIZE = 32


class Classifier:
    """Model that gives probabilities for clips as ingest stores them."""

    def __init__(self, model_dir: Path) -> None:
        """`model_dir`: a pushed version, or the directory of all versions.

        Raises:
          UserError: there is no model of clipgate's.
        """
        find_model(model_dir)
        load_tensorflow()  # takes seconds; mistakes in the input are told before
        # The model is kept, since a signature lives no longer than it.
        self.version, self.info, self._model = use_model(model_dir, _load)
        self.sampling = SamplingConfig.model_validate(self.info.sampling)

    @property
    def classes(self) -> tuple[str, ...]:
        """Labels in the order of the probabilities."""
        return self.info.classes

    @property
    def labelling(self) -> Labelling:
        return Labelling.of(self.info)

    @property
    def signature_names(self) -> frozenset[str]:
        return frozenset(self._model.signatures)

    def signature(self, name: str) -> Callable[..., dict[str, Any]]:
        return cast(Callable[..., dict[str, Any]], self._model.signatures[name])

    def probabilities(self, clips: Sequence[Sequence[bytes]]) -> npt.NDArray[np.float32]:
        """Probabilities, float32 [clips, classes], for clips of equally many JPEGs each."""
        import tensorflow as tf

        outputs = self.signature("predict_jpeg")(frames=tf.constant([list(clip) for clip in clips]))
        return np.asarray(outputs["probabilities"])


def _load(version: Path, info: ExportInfo) -> tuple[Path, ExportInfo, Any]:
    import tensorflow as tf

    return version, info, tf.saved_model.load(str(version))
