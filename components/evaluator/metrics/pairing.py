"""TFMA's metric for two models on the same clips."""

from collections.abc import Iterable

import apache_beam as beam
import numpy as np
import numpy.typing as npt
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs
from tensorflow_model_analysis.proto.config_pb2 import EvalConfig

from components.evaluator.metrics.answers import answer_of

PAIRING = "pairing"

_Counts = npt.NDArray[np.int64]


class PairedAnswers(tfma.metrics.Metric):
    """How many clips both models got right, only the candidate, only the baseline, and neither: int64 [4].

    The counts that McNemar's test needs. It says nothing where there is no baseline.
    """

    def __init__(self, name: str = PAIRING) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = PAIRING, eval_config: EvalConfig | None = None) -> MetricComputations:
    """One computation for each model that is compared with the baseline."""
    specs = eval_config.model_specs if eval_config else []
    return [
        tfma.metrics.MetricComputation(
            keys=[key], preprocessors=None, combiner=PairingCombiner(key, baseline_name=baseline.name)
        )
        for baseline in specs
        for key in (tfma.metrics.MetricKey(name=name, model_name=spec.name) for spec in specs if not spec.is_baseline)
        if baseline.is_baseline
    ]


class PairingCombiner(beam.CombineFn):
    """Counts of clips by who got them right."""

    def __init__(self, key: tfma.metrics.MetricKey, baseline_name: str) -> None:
        self._key, self._baseline_name = key, baseline_name

    def create_accumulator(self) -> _Counts:
        """No clip."""
        return np.zeros(4, np.int64)

    def add_input(self, accumulator: _Counts, element: StandardMetricInputs) -> _Counts:
        """One clip more."""
        missed, missed_by_baseline = (
            not answer_of(element, name).is_right for name in (self._key.model_name, self._baseline_name)
        )
        accumulator[2 * missed + missed_by_baseline] += 1
        return accumulator

    def merge_accumulators(self, accumulators: Iterable[_Counts]) -> _Counts:
        """The sums of several parts."""
        return np.sum(list(accumulators), axis=0)

    def extract_output(self, accumulator: _Counts) -> dict[tfma.metrics.MetricKey, _Counts]:
        """The counts."""
        return {self._key: accumulator}
