"""What segments look like to an encoder that knows pictures: of their first, middle and last frame."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import numpy as np

from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import NUM_LOOKS, Vector
from components.annotation_validator.measuring.headers import OnVideo
from models.pretrained.picture_encoder import PictureEncoder

_SEGMENTS_AT_ONCE = 16
_SEED = 0


def see_looks(inputs: CheckInputs, on_segments: OnVideo = lambda done, total: None) -> CheckInputs:
    """The inputs with `looks` of all segments whose frames were measured.

    Raises:
      UserError: the encoder is not installed.
    """
    encoder, projection = PictureEncoder(), _Projection()
    pictures = {segment.id: measures.pictures for segment, measures in inputs.measured(inputs.segments)}
    waiting: Iterator[tuple[str, tuple[bytes, ...]]] = iter(pictures.items())
    looks: dict[str, Vector] = {}
    while some := list(islice(waiting, _SEGMENTS_AT_ONCE)):
        seen = encoder.encode([picture for _, own in some for picture in own])
        for (segment_id, _), parts in zip(some, seen.reshape(len(some), -1, *seen.shape[1:]), strict=True):
            looks[segment_id] = projection.of(parts)
            on_segments(len(looks), len(pictures))
    return replace(inputs, looks=looks)


class _Projection:
    """Keeps of a segment what neighbours are told by, in a few numbers.

    Random projections keep distances (Achlioptas, Database-friendly random projections, JCSS 2003): of 24,320 numbers a
    segment, 768 are left.
    """

    def __init__(self) -> None:
        self._rng = np.random.default_rng(_SEED)
        self._signs: list[Vector] = []

    def of(self, parts: Vector) -> Vector:
        """From float32 [3, parts, channels] to [3 * NUM_LOOKS]: the mean, the drift, and how abruptly it comes."""
        first, middle, last = parts
        kinds = (parts.mean(axis=0).ravel(), (last - first).ravel(), np.abs(last - 2 * middle + first).mean(axis=0))
        if not self._signs:
            self._signs = [
                self._rng.choice(np.array([-1, 1], np.float32), (len(kind), NUM_LOOKS)) / np.sqrt(np.float32(len(kind)))
                for kind in kinds
            ]
        return np.concatenate([kind @ signs for kind, signs in zip(kinds, self._signs, strict=True)])
