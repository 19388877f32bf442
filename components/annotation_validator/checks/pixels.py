"""Checks that need frames, in the order in which they are reported."""

from collections.abc import Iterable

from components.annotation_validator.checks.copies import check_near_duplicates
from components.annotation_validator.checks.finding import Check, CheckInputs, Finding, Place, Unit
from components.annotation_validator.checks.learned import check_confident_disagreement
from components.annotation_validator.checks.likeness import (
    check_confusable_classes,
    check_doubtful_labels,
    check_outliers,
)
from components.annotation_validator.checks.parts import check_sub_clusters
from components.annotation_validator.checks.recognition import check_doubtful_bounds
from components.annotation_validator.checks.shift import check_split_shift
from components.annotation_validator.checks.tightness import check_action_outside_boxes, check_loose_bounds
from components.annotation_validator.config import ChecksConfig, Severity


def check_undecodable(inputs: CheckInputs, config: ChecksConfig) -> Iterable[Finding]:
    """Videos of which the header can be read and the frames cannot: a run would leave them out."""
    bar = config.undecodable or 0.0
    missing = [video for video in inputs.by_video if video not in inputs.measures]
    share = len(missing) / max(1, len(inputs.by_video))
    if inputs.measures and share > bar:
        yield Finding(
            check="undecodable",
            severity=Severity.WARNING,
            message=f"{len(missing)} of {len(inputs.by_video)} videos could not be decoded to their end",
            remedy="Export them anew; clipgate ledger says more after a run.",
            value=share,
            bar=bar,
            unit=Unit.SHARE,
            places=tuple(Place(video) for video in missing),
        )


# What these suggest can be done without a look: a label that neighbours doubt cannot, nor bounds that a model doubts.
PIXEL_CORRECTIONS = (
    Check("near_duplicates", check_near_duplicates),
    Check("loose_bounds", check_loose_bounds),
)
# Without measures they find nothing.
PIXEL_CHECKS = (
    Check("undecodable", check_undecodable),
    Check("near_duplicates", check_near_duplicates),
    Check("doubtful_labels", check_doubtful_labels),
    Check("confident_disagreement", check_confident_disagreement),
    Check("loose_bounds", check_loose_bounds),
    Check("doubtful_bounds", check_doubtful_bounds),
    Check("action_outside_boxes", check_action_outside_boxes),
    Check("split_shift", check_split_shift),
    Check("outliers", check_outliers),
    Check("confusable_classes", check_confusable_classes),
    Check("sub_clusters", check_sub_clusters),
)
