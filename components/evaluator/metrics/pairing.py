"""Metric for TFMA: two models on the same clips."""

import numpy as np
import tensorflow_model_analysis as tfma
from tensorflow_model_analysis.metrics.metric_types import MetricComputations, StandardMetricInputs
from tensorflow_model_analysis.proto.config_pb2 import EvalConfig

from components.evaluator.metrics.answers import answer_of, label_ids_of
from components.evaluator.metrics.per_model import SumCombiner, Sums

PAIRING = "pairing"


class PairedAnswers(tfma.metrics.Metric):
    """Of each of the candidate's classes, numbers of its clips that both models found, only the candidate, only the baseline,
    and neither: int64 [classes, 4].

    McNemar's test needs these counts. Without a baseline there are none.
    """

    def __init__(self, name: str = PAIRING) -> None:
        super().__init__(_computations, name=name)


def _computations(name: str = PAIRING, eval_config: EvalConfig | None = None) -> MetricComputations:
    specs = eval_config.model_specs if eval_config else []
    return [
        tfma.metrics.MetricComputation(
            keys=[key], preprocessors=None, combiner=PairingCombiner(key, baseline_name=baseline.name)
        )
        for baseline in specs
        for key in (tfma.metrics.MetricKey(name=name, model_name=spec.name) for spec in specs if not spec.is_baseline)
        if baseline.is_baseline
    ]


class PairingCombiner(SumCombiner):
    """Counts clips of each class by which of two models found it."""

    zero = np.zeros((1, 4), np.int64)

    def __init__(self, key: tfma.metrics.MetricKey, baseline_name: str) -> None:
        self._key, self._baseline_name = key, baseline_name

    def add_input(self, accumulator: Sums, element: StandardMetricInputs) -> Sums:
        names = self._key.model_name, self._baseline_name
        candidate, baseline = (answer_of(element, name) for name in names)
        added = np.zeros((len(candidate.scores), 4), np.int64)
        # The ids of both are in the order of the clip's labels.
        for label, of_baseline in zip(*(label_ids_of(element, name) for name in names), strict=True):
            if label in candidate.labels:
                missed = label not in candidate.chosen
                missed_by_baseline = of_baseline not in baseline.labels or of_baseline not in baseline.chosen
                added[label, 2 * missed + missed_by_baseline] = 1
        return accumulator + added

    def extract_output(self, accumulator: Sums) -> dict[tfma.metrics.MetricKey, Sums]:
        return {self._key: accumulator}
