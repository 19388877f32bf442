"""A pushed model, asked for many clips at a time."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from components.video.config import SamplingConfig
from models.export_info import ExportInfo
from models.labelling import Labelling
from models.metadata import WITH_METADATA
from pipeline.loading import load_tensorflow
from pipeline.prediction.model import find_model, use_model

# Clips that are sent to the graph at once. The graph itself works through a few at a time.
BATCH_SIZE = 32


class Classifier:
    """Model that gives probabilities for clips as ingest stores them."""

    def __init__(self, model_dir: Path, numbers: Mapping[str, float] | None = None) -> None:
        """`model_dir`: a pushed version, or the directory of all versions.

        `numbers`: of all clips, by inputs of the model; those that it takes beside them are not known.

        Raises:
          UserError: there is no model of clipgate's.
        """
        find_model(model_dir)
        load_tensorflow()  # takes seconds; mistakes in the input are told before
        # The model is kept, since a signature lives no longer than it.
        self.version, self.info, self._model = use_model(model_dir, _load)
        self._numbers = numbers or {}
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

        frames = tf.constant([list(clip) for clip in clips])
        if self._numbers:
            values = {name: self._numbers.get(name, np.nan) for name in self.info.numbers_card.inputs}
            numbers = {name: tf.fill([len(clips)], np.float32(value)) for name, value in values.items()}
            outputs = self.signature(f"predict_jpeg{WITH_METADATA}")(frames=frames, **numbers)
        else:
            outputs = self.signature("predict_jpeg")(frames=frames)
        return np.asarray(outputs["probabilities"])


def _load(version: Path, info: ExportInfo) -> tuple[Path, ExportInfo, Any]:
    import tensorflow as tf

    return version, info, tf.saved_model.load(str(version))
