"""SVG drawings that take their colours and font from the page around them. No TensorFlow here."""

import io
import re

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

# Figures are drawn in these colours. Then the page's variables take their place, so that one drawing serves light and dark.
SOFT, RULE, ACCENT = "#101010", "#202020", "#303030"
_PAGE_COLOURS = {SOFT: "--soft", RULE: "--rule", ACCENT: "--accent"}


def as_svg(figure: Figure, name: str, label: str) -> str:
    """An `<svg>` element, the same for the same figure. Its ids begin with `name`; `name` and `label` are not escaped."""
    # Matplotlib has no other way to set these two; the context restores the earlier values.
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):
        buffer = io.StringIO()
        figure.savefig(buffer, format="svg", transparent=True, metadata={"Date": None})
    return _inline(buffer.getvalue(), name, label)


def add_axes(figure: Figure, x_label: str) -> Axes:
    """Add axes in the style of all drawings of the page."""
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
    """Keep the element alone, without the parts that only a separate file needs; `name` makes its ids unique in the page."""
    svg = svg[svg.index("<svg") :].strip()
    svg = re.sub(r"<(metadata|style)\b.*?</\1>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(:\w+)?="[^"]*"', "", svg)
    svg = re.sub(r' (?:width|height)="[\d.]+pt"', "", svg)
    svg = re.sub(r'( id="|url\(#|href="#)', rf"\g<1>{name}-", svg)
    svg = re.sub(r"font-family: [^;\"]*;? ?", "", svg)
    for colour, variable in _PAGE_COLOURS.items():
        svg = svg.replace(colour, f"var({variable})")
    return svg.replace("<svg", f'<svg role="img" aria-label="{label}"', 1)
