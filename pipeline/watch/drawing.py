"""Distributions and shares of served requests beside those of the data, as SVG for the page."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from components.pages.svg import ACCENT, SOFT, add_axes, as_svg
from pipeline.watch.comparing import Finding

_NUM_BINS = 24
# What lies outside of these quantiles of both would leave no room for the rest.
_SHOWN = (0.005, 0.995)


def distributions(finding: Finding) -> str:
    """An `<svg>` element: shares of served clips (filled) and of the data (line) by the value of a feature."""
    look = finding.look
    low, high = np.quantile(np.concatenate([look.served, look.usual]), _SHOWN).tolist()
    if high - low < 1e-9:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, _NUM_BINS + 1)
    served, usual = (
        np.histogram(np.clip(values, low, high), edges)[0] / len(values) for values in (look.served, look.usual)
    )
    figure = Figure(figsize=(3.4, 1.9), layout="constrained")
    axes = add_axes(figure, look.name)
    axes.stairs(served, edges, fill=True, color=ACCENT, alpha=0.45, label="served")
    axes.stairs(usual, edges, color=SOFT, linewidth=1.4, label="data")
    axes.set_yticks([])
    axes.legend(frameon=False, labelcolor=SOFT, fontsize=8, handlelength=1.2)
    words = f"{look.name}: mean {finding.served:.3g} of what is served, {finding.usual:.3g} of the data"
    return as_svg(figure, look.name.replace(" ", "-"), words)


def differences(findings: Sequence[Finding]) -> str:
    """An `<svg>` element: how much each share of clips changed, with intervals; those that drifted are filled."""
    figure = Figure(figsize=(7, 0.9 + 0.3 * len(findings)), layout="constrained")
    axes = add_axes(figure, "served less data, share of clips")
    places = np.arange(len(findings))[::-1]
    for place, finding in zip(places.tolist(), findings, strict=True):
        axes.plot(list(finding.interval), [place, place], "-", color=ACCENT, linewidth=1.6)
        axes.plot([finding.difference], [place], "o", color=ACCENT, fillstyle="full" if finding.is_drift else "none")
    axes.axvline(0, color=SOFT, linewidth=1)
    axes.set_ylim(-0.6, len(findings) - 0.4)
    axes.set_yticks(places, [finding.look.name for finding in findings])
    for text in axes.get_yticklabels():
        text.set_parse_math(False)  # labels of classes may hold what looks like mathematics
    return as_svg(figure, "shares", "changes of the shares of clips; the table has the numbers")
