"""Whether what is served has drifted away from what was trained. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from foundation.group_differences import find_differences, group_means, thin_like
from foundation.statistics import Interval
from models.labelling import Labelling
from pipeline.watch.clips import ClipTable, Reference
from pipeline.watch.config import WatchConfig
from pipeline.watch.looks import (
    Kind,
    Look,
    Novelty,
    Values,
    looks_at_answers,
    looks_at_inputs,
    measure_novelty,
)

# Features and answers are compared with other clips of the data, each with half of the rate of false alarms.
_NUM_FAMILIES = 2

Groups = npt.NDArray[np.str_]


class State(Enum):
    """What became of the comparison; OPEN: too few clients or groups to tell."""

    UNCHANGED = "unchanged"
    DRIFTED = "drifted"
    OPEN = "open"


@dataclass(frozen=True)
class Finding:
    """One look, compared.

    Attributes:
      served, usual: means over groups, of requests and of the data.
      difference: of the two, with its 95 % interval for itself alone.
      size: Kolmogorov-Smirnov distance of a feature, or how much a share changed; what the bars are for.
      p_value: how often unchanged traffic would show as clear a difference in anything.
      is_drift: clearer than chance, and larger than the bar.
    """

    look: Look
    served: float
    usual: float
    difference: float
    interval: Interval
    size: float
    p_value: float
    is_drift: bool

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.look.name,
            "kind": self.look.kind.value,
            "served": self.served,
            "usual": self.usual,
            "difference": self.difference,
            "interval": list(self.interval),
            "size": self.size,
            "p_value": self.p_value,
            "is_drift": self.is_drift,
        }


@dataclass(frozen=True)
class Comparison:
    """Everything that was compared; without findings where `state` is OPEN because of too few groups."""

    state: State
    findings: tuple[Finding, ...]
    novelty: Novelty
    num_served_groups: int
    num_usual_groups: int

    @property
    def drifts(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_drift]


def compare(served: ClipTable, reference: Reference, labelling: Labelling, config: WatchConfig) -> Comparison:
    """Compare served clips with those of the data; there must be at least one of each."""
    if config.group_by == "clip":
        served = replace(served, groups=np.arange(len(served)).astype(np.str_))
    held_out = reference.held_out
    novelty = measure_novelty(served, reference, config.unlike_share)
    counts = served.num_groups, held_out.num_groups
    if min(counts) < config.min_groups:
        return Comparison(State.OPEN, (), novelty, *counts)
    inputs = looks_at_inputs(served, reference.clips, config.left_out)
    answers = looks_at_answers(served, held_out, labelling, novelty, config)
    findings = [
        *_findings(inputs, served.groups, reference.clips.groups, config),
        *_findings(answers, served.groups, held_out.groups, config),
    ]
    state = State.DRIFTED if any(finding.is_drift for finding in findings) else State.UNCHANGED
    return Comparison(state, tuple(findings), novelty, *counts)


def _findings(looks: Sequence[Look], served: Groups, usual: Groups, config: WatchConfig) -> list[Finding]:
    if not looks:
        return []
    p_values = _p_values(looks, served, usual)
    means = group_means(np.stack([look.served for look in looks], axis=1), served)  # [groups, looks]
    usual_means = group_means(np.stack([look.usual for look in looks], axis=1), usual)
    intervals = find_differences(means, usual_means)
    found = []
    for number, look in enumerate(looks):
        one, other = float(means[:, number].mean()), float(usual_means[:, number].mean())
        is_feature = look.kind is Kind.FEATURE
        size = _distance(look) if is_feature else abs(one - other)
        bar = config.min_distance if is_feature else config.min_share_change
        is_drift = p_values[number] <= config.significance and size >= bar
        interval = Interval(float(intervals.low[number]), float(intervals.high[number]))
        found.append(Finding(look, one, other, one - other, interval, size, p_values[number], is_drift))
    return found


def _distance(look: Look) -> float:
    """Of Kolmogorov and Smirnov; its own probability is not asked for, since clips are no independent samples."""
    return float(scipy.stats.ks_2samp(look.served, look.usual, method="asymp").statistic)


def _p_values(looks: Sequence[Look], served: Groups, usual: Groups) -> list[float]:
    """Of each look, adjusted for all of them and for the other family."""
    columns, owners = [], []
    for number, look in enumerate(looks):
        for column in _columns(look):
            columns.append(column)
            owners.append(number)
    table = np.stack(columns, axis=1)  # [served and usual clips, columns]
    sides = [(table[: len(served)], served), (table[len(served) :], usual)]
    more, fewer = sorted((0, 1), key=lambda side: -len(np.unique(sides[side][1])))
    kept = thin_like(sides[more][1], sides[fewer][1])
    sides[more] = sides[more][0][kept], sides[more][1][kept]
    found = find_differences(*(group_means(*side) for side in sides)).p_values
    return [
        min(1.0, _NUM_FAMILIES * float(found[[owner == number for owner in owners]].min()))
        for number in range(len(looks))
    ]


def _columns(look: Look) -> list[Values]:
    """What is compared of a look, of served and usual clips one after the other: a share itself; of a feature where it lies
    and how far it spreads, both by ranks, since no feature is distributed normally."""
    both = np.concatenate([look.served, look.usual])
    if look.kind is Kind.SHARE:
        return [both]
    scores = scipy.stats.norm.ppf((scipy.stats.rankdata(both) - 0.5) / len(both))
    return [scores, scores**2]
