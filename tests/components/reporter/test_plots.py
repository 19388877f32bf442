"""The learning curves."""

import math
import re
from xml.etree import ElementTree

import matplotlib

from components.reporter.plots import learning_curve, reliability_diagram


def test_the_curve_is_one_element_that_refers_to_nothing_outside_and_repeats_no_id_of_another() -> None:
    loss, accuracy = (learning_curve(name, [2.0, 1.0], [2.1, 1.5], 2) for name in ("loss", "accuracy"))
    assert loss.startswith("<svg") and loss.endswith("</svg>")
    assert "http" not in loss and "<style" not in loss
    ids = set(re.findall(r'\bid="([^"]+)"', loss))
    assert set(re.findall(r"url\(#([^)]+)\)", loss)) | set(re.findall(r'href="#([^"]+)"', loss)) <= ids
    assert not ids & set(re.findall(r'\bid="([^"]+)"', accuracy))


def test_the_restored_epoch_is_marked() -> None:
    assert "restored: epoch 2" in learning_curve("loss", [3.0, 2.0, 1.0], [3.0, 1.0, 2.0], 2)
    assert "restored" not in learning_curve("loss", [3.0, 2.0], [3.0, 1.0])


def test_one_epoch_is_drawn_as_points() -> None:
    assert "<use " in learning_curve("loss", [1.0], [1.2])


def test_a_training_that_diverged_or_never_began_can_be_drawn() -> None:
    for train, evaluation in (([1.0, math.nan], [math.inf, math.nan]), ([], [])):
        svg = learning_curve("loss", train, evaluation)
        ElementTree.fromstring(svg.replace("xlink:", ""))


def test_the_same_numbers_give_the_same_text_and_leave_matplotlib_as_it_was() -> None:
    before = dict(matplotlib.rcParams)
    assert learning_curve("loss", [1.0, 0.5], [1.0, 0.8], 2) == learning_curve("loss", [1.0, 0.5], [1.0, 0.8], 2)
    assert dict(matplotlib.rcParams) == before


def test_the_reliability_diagram_says_each_bin_in_words_and_can_be_empty() -> None:
    svg = reliability_diagram([(3, 0.4, 0.25), (1, 0.9, 1.0)])
    ElementTree.fromstring(svg.replace("xlink:", ""))
    assert "0.25 at 0.40, 1.00 at 0.90" in svg
    assert "var(--accent)" in svg
    assert "no clip" in reliability_diagram([])


def test_the_colours_are_those_of_the_page() -> None:
    svg = learning_curve("loss", [1.0, 0.5], [1.0, 0.8], 2)
    assert "var(--accent)" in svg and not re.search(r"(?:stroke|fill): #", svg)
