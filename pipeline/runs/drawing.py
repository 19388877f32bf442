"""Rates of two runs beside each other, and how they changed, as SVG for the page."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from components.pages.svg import ACCENT, SOFT, add_axes, as_svg
from pipeline.runs.comparing import ALL, ClassRow, Rate

_LONGEST_LABEL = 24  # characters; there must be room for a drawing
_APART = 0.17  # of the two runs in a row


def rates(
    name: str, labels: Sequence[str], pairs: Sequence[tuple[Rate | None, Rate | None]], runs: Sequence[int]
) -> str:
    """An `<svg>` element: for each class a dot and an interval of the first run (soft) and of the second one."""
    figure, axes, places = _rows(f"{name}, with intervals", labels)
    for side, (colour, number) in enumerate(zip((SOFT, ACCENT), runs, strict=True)):
        at = places + _APART * (1 - 2 * side)
        known = [(place, pair[side]) for place, pair in zip(at.tolist(), pairs, strict=True)]
        dots = [(rate.value, place) for place, rate in known if rate and rate.value is not None]
        axes.plot(*zip(*dots, strict=True) if dots else ([], []), "so"[side], color=colour, label=f"run {number}")
        for place, rate in known:
            if rate and rate.interval:
                axes.plot(list(rate.interval), [place, place], "-", color=colour, linewidth=1.6)
    axes.set_xlim(-0.03, 1.03)
    figure.legend(loc="outside upper left", ncols=2, frameon=False, labelcolor=SOFT, borderpad=0)
    return as_svg(
        figure, name, f"{name} of each class in run {runs[0]} and in run {runs[1]}; the table has the numbers"
    )


def changes(rows: Sequence[ClassRow]) -> str:
    """An `<svg>` element: what the second run gains in recall on clips of both; rows without such clips have none."""
    figure, axes, places = _rows("change of recall on clips of both", [row.label for row in rows])
    known = [(place, row.change.gain) for place, row in zip(places.tolist(), rows, strict=True) if row.change]
    axes.barh([place for place, _ in known], [gain for _, gain in known], height=0.5, color=ACCENT)
    axes.axvline(0, color=SOFT, linewidth=1)
    reach = max([0.05, *(abs(gain) for _, gain in known)]) * 1.1
    axes.set_xlim(-reach, reach)
    return as_svg(figure, "changes", "change of the recall of each class; the table has the numbers")


def _rows(x_label: str, labels: Sequence[str]) -> tuple[Figure, Axes, npt.NDArray[np.int64]]:
    """A figure with a row for each class, the first one on top, and the heights of the rows."""
    figure = Figure(figsize=(5.2, 0.9 + 0.34 * len(labels)), layout="constrained")
    axes = add_axes(figure, x_label)
    places = np.arange(len(labels))[::-1]
    axes.set_ylim(-0.6, len(labels) - 0.4)
    axes.set_yticks(places, [_shortened(label) for label in labels])
    for text in axes.get_yticklabels():
        text.set_parse_math(False)  # labels of classes may hold what looks like mathematics
    return figure, axes, places


def _shortened(label: str) -> str:
    if label == ALL:
        return "all: accuracy"
    return label if len(label) <= _LONGEST_LABEL else f"{label[: _LONGEST_LABEL - 1]}…"
