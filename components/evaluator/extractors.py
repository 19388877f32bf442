"""An extractor for TFMA that adds the ranges in which a clip's numbers lie. The Evaluator finds it by its module path."""

from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto.config_pb2 import EvalConfig

from components.evaluator.slices import features_of_ranges, is_of_ranges, range_of

RANGES_STAGE = "AddRanges"
_SLICING_STAGE = "ExtractSliceKeys"


def custom_extractors(
    eval_shared_model: Any, eval_config: EvalConfig, tensor_adapter_config: Any
) -> list[tfma.extractors.Extractor]:
    """TFMA's own extractors, and one more that adds the ranges just before the clips are sliced."""
    extractors = tfma.default_extractors(
        eval_shared_model=eval_shared_model, eval_config=eval_config, tensor_adapter_config=tensor_adapter_config
    )
    keys = sorted({key for spec in eval_config.slicing_specs for key in spec.feature_keys if is_of_ranges(key)})
    place = [extractor.stage_name for extractor in extractors].index(_SLICING_STAGE)
    ranges = tfma.extractors.Extractor(stage_name=RANGES_STAGE, ptransform=beam.Map(_with_ranges, keys=keys))
    return [*extractors[:place], ranges, *extractors[place:]]


def _with_ranges(extracts: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    features = extracts[tfma.FEATURES_KEY]
    # A gap in the metadata is an empty array.
    values = {name: np.ravel(features[name]) for name in features_of_ranges(keys) if name in features}
    numbers = {name: float(value[0]) for name, value in values.items() if value.size}
    ranges = {key: np.array([range_of(key, numbers)]) for key in keys}
    return {**extracts, tfma.FEATURES_KEY: {**features, **ranges}}
