"""Checks that need frames, in the order in which they are reported."""

from components.annotations.checks.copies import check_near_duplicates
from components.annotations.checks.finding import Check
from components.annotations.checks.likeness import check_confusable_classes, check_doubtful_labels, check_outliers
from components.annotations.checks.tightness import check_action_outside_boxes, check_loose_bounds

# Without measures they find nothing.
PIXEL_CHECKS = (
    Check("near_duplicates", check_near_duplicates),
    Check("doubtful_labels", check_doubtful_labels),
    Check("loose_bounds", check_loose_bounds),
    Check("action_outside_boxes", check_action_outside_boxes),
    Check("outliers", check_outliers),
    Check("confusable_classes", check_confusable_classes),
)
