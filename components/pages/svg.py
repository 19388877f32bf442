"""Drawings as SVG that takes its colours and its font from the page around it. No TensorFlow."""

import io
import re

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

# Drawn in these colours, then bound to the page's variables, so that one drawing serves light and dark.
SOFT, RULE, ACCENT = "#101010", "#202020", "#303030"
_PAGE_COLOURS = {SOFT: "--soft", RULE: "--rule", ACCENT: "--accent"}


def as_svg(figure: Figure, name: str, label: str) -> str:
    """An `<svg>` element with ids that begin with `name`; neither that nor `label` is escaped. Same figure, same text."""
    # There is no other way to set these two; the context puts back what was there before.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return _inline(buffer.getvalue(), name, label)


def add_axes(figure: Figure, x_label: str) -> Axes:
    """Axes as all drawings of the page have them."""
    axes = figure.add_subplot()
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5))
    axes.set_xlabel(x_label, color=SOFT)
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.tick_params(color=RULE, labelcolor=SOFT, length=0)
    axes.spines[:].set_visible(False)
    axes.spines["bottom"].set(visible=True, color=RULE)
    return axes


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
