"""Learning curves and reliability as SVG that takes its colours and its font from the page around it. No TensorFlow."""

import io
import math
import re
from collections.abc import Sequence

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

# Drawn in these colours, then bound to the page's variables, so that one drawing serves light and dark.
_INK, _RULE, _TRAIN, _EVAL = "#101010", "#202020", "#303030", "#404040"
_PAGE_COLOURS = {_INK: "--soft", _RULE: "--rule", _TRAIN: "--soft", _EVAL: "--accent"}


def reliability_diagram(bins: Sequence[tuple[float, float, float]]) -> str:
    """An `<svg>` element: number of clips, mean confidence and share of right answers of each bin; larger with more clips."""
    figure = Figure(figsize=(4.8, 3.2), layout="constrained")
    axes = _axes(figure, "confidence")
    axes.plot([0, 1], [0, 1], "--", color=_INK, linewidth=1.2)
    if bins:
        num_clips, confidence, accuracy = zip(*bins, strict=True)
        sizes = [20 + 180 * count / max(num_clips) for count in num_clips]
        axes.plot(confidence, accuracy, "-", color=_EVAL, linewidth=1.2)
        axes.scatter(confidence, accuracy, sizes, color=_EVAL)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.05, 1.05))
    words = ", ".join(f"{right:.2f} at {sure:.2f}" for _, sure, right in bins) or "no clip"
    return _svg(figure, "reliability", f"share of right answers at each confidence: {words}")


def learning_curve(
    name: str, train: Sequence[float], evaluation: Sequence[float], restored_epoch: int | None = None
) -> str:
    """An `<svg>` element of metric `name` per epoch; `restored_epoch` counts from 1. Same numbers, same text."""
    label = (
        f"{name} per epoch; last: train {train[-1]:.3g}, eval {evaluation[-1]:.3g}" if train else f"{name}: no epoch"
    )
    return _svg(_draw(train, evaluation, restored_epoch), name, label)


def _svg(figure: Figure, name: str, label: str) -> str:
    # There is no other way to set these two; the context puts back what was there before.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return _inline(buffer.getvalue(), name, label)


def _axes(figure: Figure, x_label: str) -> Axes:
    axes = figure.add_subplot()
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.set_xlabel(x_label, color=_INK)
    axes.grid(axis="y", color=_RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(color=_RULE, labelcolor=_INK, length=0)
    axes.spines[:].set_visible(False)
    axes.spines["bottom"].set(visible=True, color=_RULE)
    return axes


def _draw(train: Sequence[float], evaluation: Sequence[float], restored_epoch: int | None) -> Figure:
    figure = Figure(figsize=(4.8, 2.7), layout="constrained")
    axes = _axes(figure, "epoch")
    # A line through one point is invisible.
    marker = "o" if len(train) == 1 else ""
    axes.plot(_epochs(train), _finite(train), "--", marker=marker, color=_TRAIN, linewidth=1.4, label="train")
    axes.plot(_epochs(evaluation), _finite(evaluation), "-", marker=marker, color=_EVAL, linewidth=2, label="eval")
    if restored_epoch is not None:
        axes.axvline(
            restored_epoch,
            color=_INK,
            linewidth=1.2,
            linestyle=(0, (1.5, 2)),
            label=f"restored: epoch {restored_epoch}",
        )
        axes.plot([restored_epoch], _finite(evaluation)[restored_epoch - 1], "o", color=_EVAL, markersize=6)
    if len(train) <= 1:
        axes.set_xlim(0.5, 1.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    figure.legend(loc="outside upper left", ncols=3, frameon=False, labelcolor=_INK, borderpad=0, handlelength=1.8)
    return figure


def _epochs(values: Sequence[float]) -> range:
    return range(1, len(values) + 1)


def _finite(values: Sequence[float]) -> list[float]:
    # A training that diverged ends in infinities, which an axis cannot hold.
    return [value if math.isfinite(value) else math.nan for value in values]


def _inline(svg: str, name: str, label: str) -> str:
    """The element alone, without what only a file of its own needs; ids are made unique by `name`."""
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<(metadata|style)\b.*?</\1>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg)
    svg = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    for colour, variable in _PAGE_COLOURS.items():
        svg = svg.replace(colour, f"var({variable})")
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
