"""Whether splits show the same: light, motion and lengths in training against those that the model is judged by."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from math import exp, sqrt

import numpy as np

from components.annotations.checks.config import ChecksConfig, Severity
from components.annotations.checks.finding import CheckInputs, Finding, Unit
from components.annotations.checks.measures import SegmentMeasures
from components.annotations.checks.tightness import measured

_FEWEST_GROUPS = 8
_SIGNIFICANCE = 0.01
_NUM_TERMS = 100

_PROPERTIES: dict[str, Callable[[SegmentMeasures], float]] = {
    "brightness": lambda measures: measures.brightness,
    "contrast": lambda measures: measures.contrast,
    "motion": lambda measures: measures.motion,
    "length": lambda measures: measures.bounds[1] - measures.bounds[0],
}


def check_split_shift(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Splits, as rows name them, whose videos look different from those of training.

    Groups are compared, by the mean of their segments: segments of one person or place are no independent samples.
    """
    bar = config.split_shift or 1.0
    groups: dict[str, dict[str, list[SegmentMeasures]]] = defaultdict(lambda: defaultdict(list))
    for segment, measures in measured(inputs, inputs.segments):
        if segment.split:
            groups[segment.split][inputs.cluster_of[segment.video]].append(measures)
    others = [split for split in sorted(groups) if split != "train"]
    for split in others if inputs.uses_given_splits else ():
        if min(len(groups["train"]), len(groups[split])) < _FEWEST_GROUPS:
            continue
        for name, property_of in _PROPERTIES.items():
            means = [
                [float(np.mean([property_of(each) for each in own])) for own in groups[which].values()]
                for which in ("train", split)
            ]
            distance, probability = kolmogorov_smirnov(*means)
            if distance < bar or probability > _SIGNIFICANCE / (len(_PROPERTIES) * len(others)):
                continue
            yield Finding(
                check="split_shift",
                severity=Severity.WARNING,
                message=f"split {split!r} differs from 'train' in {name}: medians {np.median(means[1]):.3g} and "
                f"{np.median(means[0]):.3g}, Kolmogorov-Smirnov distance {distance:.2f} over groups",
                remedy="Draw the splits anew (splits.mode stratified), or keep in mind that the test is of other recordings.",
                value=distance,
                bar=bar,
                unit=Unit.SHARE,
            )


def kolmogorov_smirnov(one: Sequence[float], other: Sequence[float]) -> tuple[float, float]:
    """The largest distance of two samples' cumulative distributions, 0 to 1, and how probable so much is by chance.

    The probability is the asymptotic one with Stephens' correction (Use of the Kolmogorov-Smirnov, Cramer-Von Mises and
    Related Statistics Without Extensive Tables, 1970).
    """
    values = np.sort(np.concatenate([one, other]))
    shares = [np.searchsorted(np.sort(sample), values, side="right") / len(sample) for sample in (one, other)]
    distance = float(np.abs(shares[0] - shares[1]).max())
    root = sqrt(len(one) * len(other) / (len(one) + len(other)))
    scaled = (root + 0.12 + 0.11 / root) * distance
    if scaled < 0.3:
        # The series needs ever more terms, and its value is 1 to five digits.
        return distance, 1.0
    terms = (2 * (-1) ** (k - 1) * exp(-2 * (k * scaled) ** 2) for k in range(1, _NUM_TERMS))
    return distance, min(1.0, max(0.0, sum(terms)))
