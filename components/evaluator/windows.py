"""One answer for each segment that was cut into windows: the mean of theirs. The Evaluator finds this by its module path."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto.config_pb2 import EvalConfig

from components.evaluator import extractors
from components.evaluator.metrics.answers import THRESHOLDS
from components.evaluator.slices import features_of_ranges
from models import features

Extracts = dict[str, Any]


def custom_extractors(
    eval_shared_model: Any, eval_config: EvalConfig, tensor_adapter_config: Any
) -> list[tfma.extractors.Extractor]:
    """The extractors of clips, and one more that merges the windows of a segment before it is sliced."""
    return merging_windows(
        extractors.custom_extractors(eval_shared_model, eval_config, tensor_adapter_config), eval_config
    )


def merging_windows(
    of_clips: Sequence[tfma.extractors.Extractor], eval_config: EvalConfig
) -> list[tfma.extractors.Extractor]:
    """Extractors of clips, with that which merges windows."""
    keys = {key for spec in eval_config.slicing_specs for key in spec.feature_keys}
    place = [extractor.stage_name for extractor in of_clips].index(extractors.RANGES_STAGE)
    merging = tfma.extractors.Extractor(stage_name="MergeWindows", ptransform=merge_windows(sorted(keys)))
    return [*of_clips[:place], merging, *of_clips[place:]]


@beam.ptransform_fn
def merge_windows(windows: beam.PCollection, slice_keys: list[str]) -> beam.PCollection:
    """Merge extracts of clips into extracts of segments; only the features that slice or name the clips are kept."""
    kept = {*slice_keys, *features_of_ranges(slice_keys), features.SEGMENT_ID}
    return (
        windows
        | "KeyBySegment" >> beam.Map(lambda extracts: (_segment_of(extracts), _without_frames(extracts, kept)))
        | "GroupWindows" >> beam.GroupByKey()
        | "AverageWindows" >> beam.MapTuple(lambda _, group: average(group))
    )


def average(windows: Iterable[Extracts]) -> Extracts:
    """Average the windows' predictions; the segment begins with its first window and ends with its last."""
    ordered = sorted(
        windows, key=lambda extracts: float(np.ravel(extracts[tfma.FEATURES_KEY][features.START_SECONDS])[0])
    )
    first, last = ordered[0], ordered[-1]
    end = {features.END_SECONDS: last[tfma.FEATURES_KEY][features.END_SECONDS]}
    return {
        **first,
        tfma.FEATURES_KEY: {**first[tfma.FEATURES_KEY], **end},
        tfma.PREDICTIONS_KEY: _mean([extracts[tfma.PREDICTIONS_KEY] for extracts in ordered]),
    }


def _segment_of(extracts: Extracts) -> bytes:
    # The window's number stands behind a hyphen; the id itself is hexadecimal.
    return bytes(np.ravel(extracts[tfma.FEATURES_KEY][features.SEGMENT_ID])[0]).partition(b"-")[0]


def _without_frames(extracts: Extracts, kept: set[str]) -> Extracts:
    """Drop the frames: grouped extracts are held in memory."""
    found = {name: value for name, value in extracts[tfma.FEATURES_KEY].items() if name in kept}
    wanted = (tfma.LABELS_KEY, tfma.PREDICTIONS_KEY, tfma.EXAMPLE_WEIGHTS_KEY)
    return {**{key: extracts[key] for key in wanted if key in extracts}, tfma.FEATURES_KEY: found}


def _mean(predictions: list[Any]) -> Any:
    """Mean of arrays; dicts of arrays, such as those of several models, are averaged key by key.

    Thresholds are the same in all windows, and their mean might be rounded.
    """
    if isinstance(predictions[0], Mapping):
        return {
            name: one if name == THRESHOLDS else _mean([each[name] for each in predictions])
            for name, one in predictions[0].items()
        }
    return np.mean(predictions, axis=0)
