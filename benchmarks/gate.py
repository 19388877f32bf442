"""What the gate's verdicts are worth: models of known quality, judged on few clips of people whose clips are alike.

    .venv/bin/python -m benchmarks.gate [--models 2000] [--every 1]

A cell is a test split: number of classes, clips of a class, clips of a person, how alike those are, and whether a person shows
every class or one. In each, models are drawn, answer, and are judged as the gate judges: pushed if every recall, every
precision and the accuracy is shown to reach the bar, with a certainty of 0.99; refuted if one is refuted. `--every 10`
measures each tenth cell, all of them take hours. Prints JSON, shares of models:

    false_push      a class whose true recall, or precision, is at the bar, or whose recall is 0.2 below: pushed nevertheless
    refuted         0.9 everywhere, and refuted
    pushed          0.9 everywhere, and pushed
    drop_refuted    a second model of the same quality, refuted by the drop rule
    drop_found      a second model with a class that is 0.2 worse, refuted by it
    ...other_people the same, where other people are difficult for the second model than for the first
    coverage        intervals of 95 % that the true value is in, and how many there were
"""

import argparse
import itertools
import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import scipy
from numpy.random import Generator

from benchmarks.simulated_models import (
    GOOD,
    Cell,
    Quality,
    answers,
    found_and_false_alarms,
    good,
    person_rates,
    same_people,
    with_precision,
    with_recall,
)
from foundation.beta_binomial import Counts, Floats
from foundation.evidence import (
    FEWEST_GROUPS,
    RateEvidence,
    State,
    mean_interval,
    precision_evidence,
    rate_evidence,
    refuted_from,
    state_of,
)
from foundation.paired_drops import paired_drops

CERTAINTY = 0.99
CONFIDENCE = 0.95
BARS = (0.5, 0.7)
MAX_DROP, MAX_MEAN_DROP, SIGNIFICANCE = 0.15, 0.02, 0.005
TRUE_DROP = 0.2
NUM_FLIPS = 1999
SIZES = (5, 8, 12, 20, 35, 60, 112, 190)
CORRELATIONS = (0, 0.1, 0.2, 0.35, 0.5)


Evidence = dict[str, dict[str, RateEvidence]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, default=2000)
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    cells = list(all_cells())[:: arguments.every]
    results = []
    for number, cell in enumerate(cells, 1):
        results.append({**cell._asdict(), **measure(cell, arguments.models)})
        print(f"\r{number} of {len(cells)} cells", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(json.dumps({"models": arguments.models, "worst": worst(results), "cells": results}, indent=2))


def all_cells() -> Iterator[Cell]:
    for values in itertools.product((6, 30), SIZES, (1, 2, 5, 10), CORRELATIONS, (True, False)):
        cell = Cell(*values)
        # One clip of a person resembles no other.
        if cell.clips_per_person > 1 or cell.correlation == 0:
            yield cell


def measure(cell: Cell, num_models: int) -> dict[str, Any]:
    """The figures of a cell. The same models each time."""
    generator = np.random.default_rng(
        [cell.num_classes, cell.clips, cell.clips_per_person, round(100 * cell.correlation)]
    )
    return {
        "false_push": false_pushes(generator, cell, num_models),
        **verdicts_on_good(generator, cell, num_models),
        **drops(generator, cell, num_models),
    }


def bad_qualities(num_classes: int, bar: float) -> dict[str, Quality]:
    return {
        f"recall at {bar}": with_recall(num_classes, bar),
        f"recall 0.2 below {bar}": with_recall(num_classes, bar - 0.2),
        f"precision at {bar}": with_precision(num_classes, bar),
    }


def false_pushes(generator: Generator, cell: Cell, num_models: int) -> dict[str, float]:
    shares = {}
    for bar in BARS:
        for name, quality in bad_qualities(cell.num_classes, bar).items():
            matrices = (_draw(generator, cell, quality) for _ in range(num_models))
            pushed = (may_be_pushed(each, bar) and verdict(judged(each), bar) is State.SHOWN for each in matrices)
            shares[name] = sum(pushed) / num_models
    return shares


def verdicts_on_good(generator: Generator, cell: Cell, num_models: int) -> dict[str, Any]:
    states: Counter[tuple[float, State]] = Counter()
    inside: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    quality = good(cell.num_classes)
    for _ in range(num_models):
        matrices = _draw(generator, cell, quality)
        evidence = judged(matrices)
        states.update((bar, verdict(evidence, bar)) for bar in BARS)
        for name, is_inside in intervals(evidence, matrices, quality):
            shown[name] += 1
            inside[name] += is_inside
    return {
        "refuted": {str(bar): states[bar, State.REFUTED] / num_models for bar in BARS},
        "pushed": {str(bar): states[bar, State.SHOWN] / num_models for bar in BARS},
        "coverage": {name: [round(inside[name] / shown[name], 4), shown[name]] for name in shown},
    }


def drops(generator: Generator, cell: Cell, num_models: int) -> dict[str, float]:
    """Against a last pushed model to which the same people are difficult, and against one to which others are."""
    counted: Counter[str] = Counter()
    trials = cell.trials
    recalls = good(cell.num_classes).recalls
    for _ in range(num_models):
        rates = person_rates(generator, cell, recalls)
        others = person_rates(generator, cell, recalls)
        worse = rates.copy()
        worse[0] = same_people(rates[0], cell, GOOD, GOOD - TRUE_DROP)
        worse_others = others.copy()
        worse_others[0] = same_people(others[0], cell, GOOD, GOOD - TRUE_DROP)
        earlier = _hits(generator, trials, rates)
        for name, candidate in (
            ("drop_refuted", rates),
            ("drop_refuted_other_people", others),
            ("drop_found", worse),
            ("drop_found_other_people", worse_others),
        ):
            counted[name] += is_drop_shown(earlier, _hits(generator, trials, candidate), trials)
    return {name: count / num_models for name, count in sorted(counted.items())}


def is_drop_shown(earlier: Floats, candidate: Floats, trials: Floats) -> bool:
    """The gate's drop rule: beyond the bar, of a class or of all on average, and hardly luck."""
    measured = (earlier - candidate).sum(axis=1) / trials.sum(axis=1)
    if measured.max() <= MAX_DROP and measured.mean() <= MAX_MEAN_DROP:
        return False
    drops = paired_drops(earlier, candidate, trials, NUM_FLIPS)
    of_class = (drops.drops > MAX_DROP) & (drops.p_values <= SIGNIFICANCE)
    return bool(of_class.any() or (drops.mean_drop > MAX_MEAN_DROP and drops.mean_p_value <= SIGNIFICANCE))


def may_be_pushed(matrices: Floats, bar: float) -> bool:
    """Tell quickly that a model is not pushed: were clips not alike at all, a rule would be far from shown."""
    total = matrices.sum(axis=0)
    hits = np.diag(total)
    misses = np.array([total.sum(axis=axis) - hits for axis in (0, 1)])
    return bool(scipy.special.betainc(hits + 1, misses + 1, bar).max() <= 5 * (1 - CERTAINTY))


def verdict(evidence: Evidence, bar: float) -> State:
    """SHOWN: pushed."""
    rules = [each for of_classes in evidence.values() for each in of_classes.values()]
    refuted = refuted_from(len(rules))
    states = {state_of(each.probability_below(bar), CERTAINTY, refuted) for each in rules}
    if State.REFUTED in states:
        return State.REFUTED
    return State.OPEN if State.OPEN in states else State.SHOWN


def intervals(evidence: Evidence, matrices: Floats, quality: Quality) -> Iterator[tuple[str, bool]]:
    """Name of each interval that is shown, and whether the true value is in it."""
    truths = {"recall": quality.recalls, "precision": quality.precisions, "accuracy": [quality.recalls.mean()]}
    for name, values in truths.items():
        for each, truth in zip(evidence[name].values(), values, strict=True):
            if each.num_groups >= FEWEST_GROUPS:
                yield name, each.covers(float(truth), CONFIDENCE)
    macro = mean_interval(np.diagonal(matrices, axis1=1, axis2=2).T, matrices.sum(axis=2).T, CONFIDENCE)
    if macro:
        yield "macro recall", macro.low <= quality.recalls.mean() <= macro.high


def judged(matrices: Floats) -> Evidence:
    """Evidence of each rule, by rate and class; `matrices`: a confusion matrix for each person."""
    found, false_alarms = found_and_false_alarms(matrices, [str(number) for number in range(matrices.shape[1])])
    hits = np.trace(matrices, axis1=1, axis2=2)
    recalls = rate_evidence(found)
    return {
        "recall": recalls,
        "precision": precision_evidence(recalls, false_alarms),
        "accuracy": rate_evidence({"": Counts(hits, matrices.sum(axis=(1, 2)))}),
    }


def worst(results: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The figures that must stay small, and those that must stay near 0.95, over all cells."""
    results = list(results)
    coverages: dict[str, list[float]] = {}
    for result in results:
        for name, (share, _) in result["coverage"].items():
            coverages.setdefault(name, []).append(share)
    return {
        "false_push": max(max(result["false_push"].values()) for result in results),
        "refuted": max(max(result["refuted"].values()) for result in results),
        "drop_refuted": max(max(result["drop_refuted"], result["drop_refuted_other_people"]) for result in results),
        "coverage": {name: [min(shares), max(shares)] for name, shares in coverages.items()},
    }


def _draw(generator: Generator, cell: Cell, quality: Quality) -> Floats:
    return answers(generator, cell, person_rates(generator, cell, quality.recalls), quality.confusion)


def _hits(generator: Generator, trials: Floats, rates: Floats) -> Floats:
    return generator.binomial(trials.astype(np.int64), rates).astype(np.float64)


if __name__ == "__main__":
    main()
