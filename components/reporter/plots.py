"""Learning curves and the reliability diagram, as SVG for the page. No TensorFlow here."""

import math
from collections.abc import Sequence

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from components.pages.svg import ACCENT, SOFT, add_axes, as_svg


def reliability_diagram(bins: Sequence[tuple[float, float, float]]) -> str:
    """An `<svg>` element; a bin is its number of clips, mean confidence and share of right answers. More clips, larger dot."""
    figure = Figure(figsize=(4.8, 3.2), layout="constrained")
    axes = add_axes(figure, "confidence")
    axes.plot([0, 1], [0, 1], "--", color=SOFT, linewidth=1.2)
    if bins:
        num_clips, confidence, accuracy = zip(*bins, strict=True)
        sizes = [20 + 180 * count / max(num_clips) for count in num_clips]
        axes.plot(confidence, accuracy, "-", color=ACCENT, linewidth=1.2)
        axes.scatter(confidence, accuracy, sizes, color=ACCENT)
    axes.set(xlim=(-0.02, 1.02), ylim=(-0.05, 1.05))
    words = ", ".join(f"{right:.2f} at {sure:.2f}" for _, sure, right in bins) or "no clip"
    return as_svg(figure, "reliability", f"share of right answers at each confidence: {words}")


def learning_curve(
    name: str, train: Sequence[float], evaluation: Sequence[float], restored_epoch: int | None = None
) -> str:
    """An `<svg>` element of a metric by epoch, always the same for the same numbers; `restored_epoch` counts from 1."""
    figure = Figure(figsize=(4.8, 2.7), layout="constrained")
    axes = add_axes(figure, "epoch")
    # A line through one point is invisible.
    marker = "o" if len(train) == 1 else ""
    axes.plot(_epochs(train), _finite(train), "--", marker=marker, color=SOFT, linewidth=1.4, label="train")
    axes.plot(_epochs(evaluation), _finite(evaluation), "-", marker=marker, color=ACCENT, linewidth=2, label="eval")
    if restored_epoch is not None:
        label = f"restored: epoch {restored_epoch}"
        axes.axvline(restored_epoch, color=SOFT, linewidth=1.2, linestyle=(0, (1.5, 2)), label=label)
        axes.plot([restored_epoch], _finite(evaluation)[restored_epoch - 1], "o", color=ACCENT, markersize=6)
    if len(train) <= 1:
        axes.set_xlim(0.5, 1.5)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    figure.legend(loc="outside upper left", ncols=3, frameon=False, labelcolor=SOFT, borderpad=0, handlelength=1.8)
    words = (
        f"{name} per epoch; last: train {train[-1]:.3g}, eval {evaluation[-1]:.3g}" if train else f"{name}: no epoch"
    )
    return as_svg(figure, name, words)


def _epochs(values: Sequence[float]) -> range:
    return range(1, len(values) + 1)


def _finite(values: Sequence[float]) -> list[float]:
    # A training that diverged ends in infinities, which an axis cannot show.
    return [value if math.isfinite(value) else math.nan for value in values]
