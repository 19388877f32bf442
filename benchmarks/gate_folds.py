"""What verdicts are worth that several models give together: each is asked about people that it has not seen, and differs.

    .venv/bin/python -m benchmarks.gate_folds [--models 400]

Recipes of known quality are drawn, and for each a model a fold and one more, which is pushed. On the scale of angles the
recall of each class in each model lies around the recipe's by a normal distribution of the given deviation. People answer as
in `benchmarks.gate`. Prints JSON: for each deviation, and with answers counted as the gate counts them (`folds`) or as if one
model had given them all (`as one`),

    coverage_pushed    intervals of 95 % that hold what the pushed model is truly worth on other people, by rate
    coverage_recipe    the same of the mean of all models that the recipe might give
    false_push         a model whose recall of one class is truly below the bar: that class shown nevertheless
    shown              a good model (0.9 everywhere): all recalls shown to be above the bar
"""

import argparse
import itertools
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from benchmarks.gate import CERTAINTY, CONFIDENCE
from benchmarks.simulated_models import GOOD, Cell, person_rates
from foundation.beta_binomial import Counts, Floats
from foundation.evidence import RateEvidence, State, rate_evidence, state_of
from foundation.fold_spread import shares_that_count

NUM_FOLDS = 5
BAR = 0.7
# The square of a sine of an arc sine of a root is not quite what it was.
_ROUNDING = 1e-9
DEVIATIONS = (0, 0.02, 0.04, 0.08)  # radians; around 0.9 a rate moves by 0.6 of it
CELLS = (
    Cell(2, 80, 5, 0.1, is_shared=False),
    Cell(2, 80, 5, 0.35, is_shared=False),
    Cell(6, 35, 5, 0.1, is_shared=True),
    Cell(6, 35, 5, 0.35, is_shared=True),
    Cell(6, 60, 2, 0.2, is_shared=False),
    Cell(30, 20, 2, 0.2, is_shared=True),
)


class Drawn(NamedTuple):
    """Answers of the models of a recipe, and what they are truly worth.

    `hits`, `trials`: float64 [num_classes, num_people]; `fold_of`: int64 [num_people]; `recipe`, `pushed`: recalls, float64
    [num_classes].
    """

    hits: Floats
    trials: Floats
    fold_of: Any
    recipe: Floats
    pushed: Floats


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--models", type=int, default=400)
    num_models = parser.parse_args().models
    results = []
    pairs = list(itertools.product(CELLS, DEVIATIONS))
    for number, (cell, deviation) in enumerate(pairs, 1):
        results.append({**cell._asdict(), "deviation": deviation, **measure(cell, deviation, num_models)})
        print(f"\r{number} of {len(pairs)}", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(
        json.dumps({"models": num_models, "worst": worst(results), "mean": means(results), "cells": results}, indent=2)
    )


def measure(cell: Cell, deviation: float, num_models: int) -> dict[str, Any]:
    """The figures of a cell. The same models each time."""
    generator = np.random.default_rng(
        [cell.num_classes, cell.clips, round(100 * cell.correlation), round(1000 * deviation)]
    )
    inside: dict[str, Counter[str]] = defaultdict(Counter)
    asked: dict[str, Counter[str]] = defaultdict(Counter)
    for _ in range(num_models):
        good = draw(generator, cell, np.full(cell.num_classes, GOOD), deviation)
        poor = draw(generator, cell, np.array([BAR, *[GOOD] * (cell.num_classes - 1)]), deviation)
        for name, evidence in judged(good).items():
            for key, is_inside in coverages(evidence, good):
                asked[name][key] += 1
                inside[name][key] += is_inside
            asked[name]["shown"] += 1
            inside[name]["shown"] += all(is_shown(rate) for label, rate in evidence.items() if label)
        if poor.pushed[0] <= BAR + _ROUNDING:
            for name, evidence in judged(poor).items():
                asked[name]["false_push"] += 1
                inside[name]["false_push"] += is_shown(evidence["0"])
    return {name: {key: round(inside[name][key] / asked[name][key], 4) for key in asked[name]} for name in asked}


def draw(generator: Generator, cell: Cell, recipe: Floats, deviation: float) -> Drawn:
    """The answers of a recipe with these recalls."""
    trials = cell.trials
    fold_of = np.arange(trials.shape[1]) % NUM_FOLDS
    *of_folds, pushed = (moved(generator, recipe, deviation) for _ in range(NUM_FOLDS + 1))
    rates = np.zeros_like(trials)
    for fold, recalls in enumerate(of_folds):
        rates[:, fold_of == fold] = person_rates(generator, cell, recalls)[:, fold_of == fold]
    hits = generator.binomial(trials.astype(np.int64), rates).astype(np.float64)
    return Drawn(hits, trials, fold_of, recipe, pushed)


def moved(generator: Generator, recalls: Floats, deviation: float) -> Floats:
    """Recalls of one of the models of a recipe."""
    angles = np.arcsin(np.sqrt(recalls)) + deviation * generator.standard_normal(len(recalls))
    return np.asarray(np.sin(np.clip(angles, 0, np.pi / 2)) ** 2)


def judged(drawn: Drawn) -> dict[str, dict[str, RateEvidence]]:
    """Evidence of each class's recall, and of accuracy under "", counted in both ways."""
    own = {str(i): _counts(drawn.hits[i], drawn.trials[i]) for i in range(len(drawn.trials))}
    recalls = rate_evidence(own)
    (accuracy,) = rate_evidence({"": _counts(drawn.hits.sum(axis=0), drawn.trials.sum(axis=0))}).values()
    by_class = shares_that_count(
        drawn.hits, drawn.trials, drawn.fold_of, [rate.correlation for rate in recalls.values()]
    )
    pooled = (part.sum(axis=0, keepdims=True) for part in (drawn.hits, drawn.trials))
    (of_all,) = shares_that_count(*pooled, drawn.fold_of, [accuracy.correlation])
    counted = {
        label: replace(rate, share=share) for (label, rate), share in zip(recalls.items(), by_class, strict=True)
    }
    return {
        "folds": {**counted, "": replace(accuracy, share=of_all)},
        "as one": {**recalls, "": accuracy},
    }


def coverages(evidence: dict[str, RateEvidence], drawn: Drawn) -> Iterator[tuple[str, bool]]:
    """Name of each interval, and whether the true value is in it."""
    for whose, recalls in (("pushed", drawn.pushed), ("recipe", drawn.recipe)):
        yield f"coverage_{whose} accuracy", evidence[""].covers(float(recalls.mean()), CONFIDENCE)
        for i, recall in enumerate(recalls):
            yield f"coverage_{whose} recall", evidence[str(i)].covers(float(recall), CONFIDENCE)


def is_shown(rate: RateEvidence) -> bool:
    return state_of(rate.probability_below(BAR), CERTAINTY) is State.SHOWN


def worst(results: list[dict[str, Any]]) -> dict[str, dict[str, float]]:
    """The lowest coverages and the highest false push, over all cells, for both ways to count."""
    names = sorted({name for each in results for name in each["folds"]} - {"shown"})
    return {
        way: {name: _worst(name, [each[way][name] for each in results if name in each[way]]) for name in names}
        for way in ("folds", "as one")
    }


def _worst(name: str, figures: list[float]) -> float:
    return max(figures) if name == "false_push" else min(figures)


def means(results: list[dict[str, Any]]) -> dict[str, dict[str, dict[str, float]]]:
    """The mean of each figure over the cells, by deviation and way to count."""
    names = sorted({name for each in results for name in each["folds"]})
    return {
        str(deviation): {
            way: {
                name: _mean(each[way].get(name) for each in results if each["deviation"] == deviation) for name in names
            }
            for way in ("folds", "as one")
        }
        for deviation in DEVIATIONS
    }


def _mean(figures: Iterable[float | None]) -> float:
    return round(float(np.mean([figure for figure in figures if figure is not None])), 4)


def _counts(hits: Floats, trials: Floats) -> Counts:
    return Counts(hits[trials > 0], trials[trials > 0])


if __name__ == "__main__":
    main()
