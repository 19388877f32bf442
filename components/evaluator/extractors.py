"""Extractors for TFMA: the ids of a clip's labels, and the ranges of its numbers. Found by their module path."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import apache_beam as beam
import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.proto.config_pb2 import EvalConfig

from components.evaluator.metrics.answers import as_label_ids
from components.evaluator.slices import features_of_ranges, is_of_ranges, range_of
from models.export_info import read_export_info

RANGES_STAGE = "AddRanges"
_SLICING_STAGE = "ExtractSliceKeys"


def custom_extractors(
    eval_shared_model: Any, eval_config: EvalConfig, tensor_adapter_config: Any
) -> list[tfma.extractors.Extractor]:
    """TFMA's own extractors, and two more just before the clips are sliced."""
    extractors = tfma.default_extractors(
        eval_shared_model=eval_shared_model, eval_config=eval_config, tensor_adapter_config=tensor_adapter_config
    )
    ids = {name: _ids(Path(model.model_path)) for name, model in _by_name(eval_shared_model).items()}
    return before_slicing(extractors, eval_config, "AddIds", beam.Map(with_ids, ids=ids))


def before_slicing(
    extractors: Sequence[tfma.extractors.Extractor], eval_config: EvalConfig, name: str, transform: beam.PTransform
) -> list[tfma.extractors.Extractor]:
    """TFMA's `extractors` with one called `name` and that of ranges, which see clips one by one, before they are sliced."""
    keys = sorted({key for spec in eval_config.slicing_specs for key in spec.feature_keys if is_of_ranges(key)})
    place = [extractor.stage_name for extractor in extractors].index(_SLICING_STAGE)
    own = (
        tfma.extractors.Extractor(stage_name=name, ptransform=transform),
        tfma.extractors.Extractor(stage_name=RANGES_STAGE, ptransform=beam.Map(_with_ranges, keys=keys)),
    )
    return [*extractors[:place], *own, *extractors[place:]]


def with_ids(extracts: dict[str, Any], ids: Mapping[str, Mapping[str, int]]) -> dict[str, Any]:
    """Put what `as_label_ids` makes of the clip's labels in place of what each model's graph makes of them.

    A graph does not know the new names of classes that were renamed in the model's card.

    Args:
      ids: by the model's name, class ids by label.
    """
    found = {name: as_label_ids(extracts[tfma.FEATURES_KEY], of_model) for name, of_model in ids.items()}
    is_one_model = not isinstance(extracts[tfma.LABELS_KEY], Mapping)
    return {**extracts, tfma.LABELS_KEY: next(iter(found.values())) if is_one_model else found}


def _by_name(models: Any) -> dict[str, tfma.types.EvalSharedModel]:
    """TFMA gives one model, a list, or a dict."""
    if isinstance(models, Mapping):
        return dict(models)
    return {model.model_name: model for model in (models if isinstance(models, list) else [models])}


def _ids(model_dir: Path) -> dict[str, int]:
    return {label: number for number, label in enumerate(read_export_info(model_dir).classes)}


def _with_ranges(extracts: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    found = extracts[tfma.FEATURES_KEY]
    # A gap in the metadata is an empty array.
    values = {name: np.ravel(found[name]) for name in features_of_ranges(keys) if name in found}
    numbers = {name: float(value[0]) for name, value in values.items() if value.size}
    ranges = {key: np.array([range_of(key, numbers)]) for key in keys}
    return {**extracts, tfma.FEATURES_KEY: {**found, **ranges}}
