"""What is concluded from the features of a trained network; the features are made up here."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from components.annotation_validator.inputs.inputs import CheckInputs
from tests.components.annotation_validator.making import LABELS, found_in_frames, inputs_of, segment


def inputs(
    looks: Mapping[tuple[int, str], str] | None = None, spread: float = 0.1, num_groups: int = 12
) -> CheckInputs:
    """A video a group with one segment a label; `looks`: what a segment, by group and label, looks like instead."""
    records = [
        segment(3 * group + number, f"{group:02d}.mp4", label, 2.0 * number, 2.0 * number + 2, group=f"g{group}")
        for group in range(num_groups)
        for number, label in enumerate(LABELS)
    ]
    made = inputs_of(records)
    rng = np.random.default_rng(0)
    features = {
        each.id: np.float32(
            np.eye(8)[LABELS.index((looks or {}).get((int(each.video[:2]), each.label), each.label))]
            + rng.normal(0, spread, 8)
        )
        for each in made.segments
    }
    return replace(made, features=features)


def test_clips_that_look_like_their_class_are_left_alone() -> None:
    assert found_in_frames(inputs()) == []


def test_a_clip_that_looks_like_another_class_is_named_with_that_class() -> None:
    (finding,) = found_in_frames(inputs({(4, "sit"): "jump"}))
    (place,) = finding.places
    assert (finding.check, place.video, place.label) == ("confident_disagreement", "04.mp4", "sit")
    assert place.suggestion and place.suggestion.label == "jump"
    assert finding.value and finding.bar and finding.value >= finding.bar


def test_a_higher_bar_names_fewer() -> None:
    assert found_in_frames(inputs({(4, "sit"): "jump"}), confident_disagreement=5) == []


def test_a_network_that_does_not_tell_the_classes_doubts_no_label() -> None:
    assert "confident_disagreement" not in {finding.check for finding in found_in_frames(inputs(spread=3.0))}


def test_few_groups_prove_nothing() -> None:
    assert found_in_frames(inputs({(1, "sit"): "jump"}, num_groups=3)) == []


def test_a_segment_without_features_is_passed_over() -> None:
    made = inputs({(4, "sit"): "jump"})
    (odd,) = (each.id for each in made.by_label["sit"] if each.video == "04.mp4")
    assert (
        found_in_frames(replace(made, features={key: value for key, value in made.features.items() if key != odd}))
        == []
    )
