"""Parts that the metrics share: one computation for each model, and sums over clips."""

from collections.abc import Callable, Iterable
from functools import reduce
from typing import Any

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import FeaturePreprocessor, MetricComputations

Sums = npt.NDArray[Any]


def computation_per_model(
    model_names: Iterable[str] | None,
    names: Iterable[str],
    make_combiner: Callable[..., beam.CombineFn],
    features: Iterable[str] = (),
) -> MetricComputations:
    """Make a computation for each model, or one for the only model, which has no name.

    Args:
      model_names: as TFMA gives them.
      names: of the metrics that one combiner computes; `make_combiner` gets a key for each of them.
      features: that the combiner reads, beside labels and predictions.
    """
    keys_by_model = [
        [tfma.metrics.MetricKey(name=name, model_name=model_name) for name in names]
        for model_name in model_names or [""]
    ]
    preprocessors = [FeaturePreprocessor([*features])] if features else None
    return [tfma.metrics.MetricComputation(keys, preprocessors, make_combiner(*keys)) for keys in keys_by_model]


class SumCombiner(beam.CombineFn):
    """Adds up arrays over clips; a subclass gives the `zero` to begin with, what a clip adds, and the result.

    An axis of length 1 in `zero` becomes as long as what the clips add.
    """

    zero: Sums

    def create_accumulator(self) -> Sums:
        return self.zero.copy()

    def merge_accumulators(self, accumulators: Iterable[Sums]) -> Sums:
        return reduce(np.add, accumulators, self.create_accumulator())
