"""Splits, as a run would make them or rows name them, whose videos look different from those of training.

Groups are compared, by the mean of their segments: segments of one person or place are no independent samples.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np

from components.annotation_validator.analysis.distributions import FEWEST_GROUPS, SIGNIFICANCE
from components.annotation_validator.findings import Found
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inputs.measures import SegmentMeasures
from foundation.statistics import kolmogorov_smirnov

_REMEDY_OF_GIVEN = (
    "Draw the splits anew (splits.mode stratified), or keep in mind that the test is of other recordings."
)
_REMEDY_OF_DRAWN = "Draw them with another splits.seed, and record more groups of what one of them lacks."

_PROPERTIES: dict[str, Callable[[SegmentMeasures], float]] = {
    "brightness": lambda measures: measures.brightness,
    "contrast": lambda measures: measures.contrast,
    "motion": lambda measures: measures.motion,
    "length": lambda measures: measures.bounds[1] - measures.bounds[0],
}


def find(inputs: CheckInputs, bar: float) -> Iterable[Found]:
    groups: dict[str, dict[str, list[SegmentMeasures]]] = defaultdict(lambda: defaultdict(list))
    for segment, measures in inputs.measured(inputs.segments):
        split = inputs.split_of(segment)
        if split:
            groups[split][inputs.cluster_of[segment.video]].append(measures)
    others = [split for split in sorted(groups) if split != "train"]
    for split in others:
        if min(len(groups["train"]), len(groups[split])) < FEWEST_GROUPS:
            continue
        for name, property_of in _PROPERTIES.items():
            means = [
                [float(np.mean([property_of(each) for each in own])) for own in groups[which].values()]
                for which in ("train", split)
            ]
            distance, probability = kolmogorov_smirnov(*means)
            if distance < bar or probability > SIGNIFICANCE / (len(_PROPERTIES) * len(others)):
                continue
            yield Found(
                message=f"split {split!r} differs from 'train' in {name}: medians {np.median(means[1]):.3g} and "
                f"{np.median(means[0]):.3g}, Kolmogorov-Smirnov distance {distance:.2f} over groups",
                remedy=_REMEDY_OF_GIVEN if inputs.uses_given_splits else _REMEDY_OF_DRAWN,
                value=distance,
            )
