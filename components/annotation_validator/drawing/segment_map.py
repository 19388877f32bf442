"""A map of all segments: what lies close together moves alike, or looks alike to a network."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import matplotlib
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from components.annotation_validator.findings import Finding
from components.annotation_validator.inputs.embeddings import Embedding, principal_plane
from components.pages.svg import SOFT, add_axes, as_svg


@dataclass(frozen=True)
class Map:
    """All segments in two dimensions, as `<svg>`, with the colour of each class."""

    drawing: Markup
    colours: dict[str, str]
    num_outliers: int


def map_for_page(embedding: Embedding, findings: Sequence[Finding]) -> Map:
    """The map in the colours of the page, outliers marked."""
    marked = _outlier_ids(findings)
    figure = Figure(figsize=(6.4, 4.2), layout="constrained")
    _draw(add_axes(figure, ""), embedding, marked, SOFT)
    colours = _class_colours(embedding.neighbourhood.classes)
    return Map(Markup(as_svg(figure, "map", "map of all segments")), colours, len(marked))


def map_figure(embedding: Embedding, findings: Sequence[Finding]) -> Figure:
    """The map as a figure of its own, with a legend."""
    figure = Figure(figsize=(8, 6), layout="constrained")
    _draw(figure.add_subplot(), embedding, _outlier_ids(findings), "black")
    colours = _class_colours(embedding.neighbourhood.classes)
    dots = [Line2D([], [], marker="o", linestyle="", color=colour) for colour in colours.values()]
    legend = figure.legend(dots, list(colours), loc="outside right upper", frameon=False)
    for text in legend.get_texts():
        # Labels may hold what looks like mathematics to matplotlib.
        text.set_parse_math(False)
    return figure


def _outlier_ids(findings: Sequence[Finding]) -> frozenset[str]:
    return frozenset(
        place.segment_id for finding in findings if finding.check == "outliers" for place in finding.places
    )


def _class_colours(classes: Collection[str]) -> dict[str, str]:
    """A colour for each class, as #rrggbb; beyond 20 classes they repeat."""
    # The larger table has two shades of each hue.
    table = matplotlib.colormaps["tab10" if len(classes) <= 10 else "tab20"]
    return {name: to_hex(table(number % table.N)) for number, name in enumerate(classes)}


def _draw(axes: Axes, embedding: Embedding, marked: Collection[str], ink: str) -> None:
    """The first two principal components of the segments' vectors, a colour for each class; `marked` ids have a ring."""
    points, shares = principal_plane(embedding.vectors)  # [num_clips, 2]
    colours = _class_colours(embedding.neighbourhood.classes)
    # One collection, not one a class: what lies above what depends on nothing but the order of the segments.
    axes.scatter(
        points[:, 0], points[:, 1], s=16, c=[colours[segment.label] for segment in embedding.segments], linewidths=0
    )
    ringed = points[[segment.id in marked for segment in embedding.segments]]
    axes.scatter(ringed[:, 0], ringed[:, 1], s=80, facecolors="none", edgecolors=ink, linewidths=1.2)
    axes.set_xlabel(f"first principal component ({shares[0]:.0%} of the variance)", color=ink)
    axes.set_ylabel(f"second ({shares[1]:.0%})", color=ink)
