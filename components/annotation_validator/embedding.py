"""From videos to what a trained network makes of their segments."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from components.annotations.checks.finding import CheckInputs
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.reader import VideoError
from components.video_example_gen.alignment import span_of
from models.card import ModelCard
from models.embedding import FeatureExtractor


def embed_videos(
    inputs: CheckInputs,
    root: Root,
    model_dir: Path,
    card: ModelCard,
    on_video: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, npt.NDArray[np.float32]]:
    """Features of each segment, float32 [width], by its id; one that gives no clip is absent.

    The clips are sampled as those that the model was trained on; of a segment that gives several it is their mean.

    Args:
      inputs: the segments.
      root: where the videos lie.
      model_dir, card: an exported model, and what it says of itself.
      on_video: is called with the number of videos done, and of all.

    Raises:
      UserError: the model has no features to give.
    """
    extractor = FeatureExtractor(model_dir, card)
    sampling = SamplingConfig.model_validate(card.sampling)
    features: dict[str, npt.NDArray[np.float32]] = {}
    with Decoder() as decoder:
        for number, (video, segments) in enumerate(inputs.by_video.items()):
            spans = [span_of(segment.record) for segment in segments]
            clips = []
            # Why a video cannot be read is said by the checks of its rows; what came before it broke counts.
            with suppress(VideoError, OSError), root.local_copy(video) as path:
                for clip in decoder.read_clips(path, spans, sampling):
                    clips += [clip] if clip.jpegs else []
            if clips:
                found = extractor.features([clip.jpegs for clip in clips])  # [clips, width]
                owners = np.array([clip.span for clip in clips])
                features |= {segments[owner].id: found[owners == owner].mean(axis=0) for owner in set(owners.tolist())}
            on_video(number + 1, len(inputs.by_video))
    return features
