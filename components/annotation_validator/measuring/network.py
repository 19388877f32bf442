"""From videos to what a trained network makes of their segments."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import LabelScores
from components.annotation_validator.inputs.segments import CheckedSegment
from components.annotation_validator.measuring.headers import OnVideo
from components.annotation_validator.measuring.windows import window_seconds, window_starts
from components.storage.root import Root
from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.faults import sorted_out
from components.video.reader import VideoError
from components.video.tasks import Clip, Span
from components.video_example_gen.masks import MaskReader
from components.video_example_gen.spans import spans_of
from models.embedding import FeatureExtractor, Seen
from models.export_info import ExportInfo

# All clips of a video of hours would not fit into memory.
_CLIPS_AT_ONCE = 64


def embed_videos(
    inputs: CheckInputs,
    root: Root,
    model_dir: Path,
    info: ExportInfo,
    on_video: OnVideo = lambda done, total: None,
    over_time: bool = True,
) -> CheckInputs:
    """The inputs with `features` of the segments that give a clip, and `scores` of the actions among them.

    The clips are sampled as those that the model was trained on; of a segment that gives several, features are their mean.
    Scores are of windows within a segment's measured bounds, and of labels that the model knows. Each video is decoded once.

    Args:
      model_dir, info: an exported model, and what it says of itself.
      over_time: whether scores are wanted; they take several times as long as features.

    Raises:
      UserError: the model has no features to give.
    """
    extractor = FeatureExtractor(model_dir, info)
    sampling = SamplingConfig.model_validate(info.sampling)
    features: dict[str, npt.NDArray[np.float32]] = {}
    scores: dict[str, LabelScores] = {}
    with Decoder() as decoder:
        for number, (video, segments) in enumerate(inputs.by_video.items()):
            own, _ = spans_of([segment.record for segment in segments], MaskReader(root, decoder, sampling), sampling)
            windows = [
                _windows(inputs, segment, span, info) if over_time else []
                for segment, span in zip(segments, own, strict=True)
            ]
            spans = [*own, *chain(*windows)]
            seen = _look(extractor, _clips(decoder, root, video, spans, sampling), len(spans))
            whole, in_windows = seen[: len(segments)], iter(seen[len(segments) :])
            features |= {segment.id: one.features for segment, one in zip(segments, whole, strict=True) if one}
            for segment, of_segment in zip(segments, windows, strict=True):
                next_ones = islice(in_windows, len(of_segment))
                found = [(window, one) for window, one in zip(of_segment, next_ones, strict=True) if one]
                if found:
                    scores[segment.id] = _scores(found, info.classes.index(segment.label))
            on_video(number + 1, len(inputs.by_video))
    return replace(inputs, features=features, scores=scores)


def _windows(inputs: CheckInputs, segment: CheckedSegment, span: Span, info: ExportInfo) -> list[Span]:
    length, measures = window_seconds(info, segment.label), inputs.measures_of(segment)
    if length is None or measures is None or inputs.is_background(segment.label):
        return []
    # Where clips are cut around an actor, its boxes may be at frames of which nobody knows yet when they are shown.
    actor = None if span.in_frames else span.actor
    return [Span(start, start + length, actor=actor) for start in window_starts(measures.bounds, length).tolist()]


def _clips(decoder: Decoder, root: Root, video: str, spans: Sequence[Span], sampling: SamplingConfig) -> Iterator[Clip]:
    """The clips that a run would take; where a video breaks, those before it."""
    # Why a video cannot be read is said by the checks of its rows.
    with suppress(VideoError), sorted_out(video), root.local_copy(video) as path:
        for clip in decoder.read_clips(path, spans, sampling):
            if clip.num_distinct >= sampling.min_frames and (clip.crop or not sampling.cuts_clips):
                yield clip


def _look(extractor: FeatureExtractor, clips: Iterator[Clip], num_spans: int) -> list[Seen | None]:
    """What the network makes of each span, the mean of its clips; None of one without."""
    found: list[list[Seen]] = [[] for _ in range(num_spans)]
    while some := list(islice(clips, _CLIPS_AT_ONCE)):
        for clip, *values in zip(some, *extractor.see([clip.jpegs for clip in some]), strict=True):
            found[clip.span].append(Seen(*values))
    return [Seen(*(np.mean(values, axis=0) for values in zip(*each, strict=True))) if each else None for each in found]


def _scores(windows: Sequence[tuple[Span, Seen]], label: int) -> LabelScores:
    return LabelScores(
        starts=np.array([window.start for window, _ in windows]),
        ends=np.array([window.end for window, _ in windows]),
        probabilities=np.array([seen.probabilities[label] for _, seen in windows]),
    )
