"""All checks, in the order in which they are reported."""

from components.annotation_validator.checks.boxes import (
    check_box_jumps,
    check_boxes_of_whole_frame,
    check_frames_without_box,
    check_tiny_boxes,
)
from components.annotation_validator.checks.classes import (
    check_dominant_group,
    check_few_groups,
    check_no_background,
    check_no_look_alikes,
    check_too_few_to_evaluate,
    check_ungrouped,
)
from components.annotation_validator.checks.durations import (
    check_cut_by_video_end,
    check_duration_outliers,
    check_past_video_end,
    check_whole_video_labels,
)
from components.annotation_validator.checks.finding import Check
from components.annotation_validator.checks.intervals import check_nearly_touching, check_overlapping_labels
from components.annotation_validator.checks.previous import check_span_shift
from components.annotation_validator.checks.production import check_production_shift
from components.annotation_validator.checks.rows import check_identical_videos, check_split_leakage, check_unusable_rows
from components.annotation_validator.checks.seams import check_seams
from components.annotation_validator.checks.spelling import check_spelling_variants

# What needs annotations and headers only; no frame is decoded.
ANNOTATION_CHECKS = (
    Check("unusable_rows", check_unusable_rows),
    Check("identical_videos", check_identical_videos),
    Check("split_leakage", check_split_leakage),
    Check("spelling_variants", check_spelling_variants),
    Check("few_groups", check_few_groups),
    Check("dominant_group", check_dominant_group),
    Check("ungrouped", check_ungrouped),
    Check("too_few_to_evaluate", check_too_few_to_evaluate),
    Check("no_background", check_no_background),
    Check("no_look_alikes", check_no_look_alikes),
    Check("seams", check_seams),
    Check("duration_outliers", check_duration_outliers),
    Check("past_video_end", check_past_video_end),
    Check("cut_by_video_end", check_cut_by_video_end),
    Check("whole_video_labels", check_whole_video_labels),
    Check("nearly_touching", check_nearly_touching),
    Check("overlapping_labels", check_overlapping_labels),
    Check("box_jumps", check_box_jumps),
    Check("boxes_of_whole_frame", check_boxes_of_whole_frame),
    Check("tiny_boxes", check_tiny_boxes),
    Check("frames_without_box", check_frames_without_box),
    Check("production_shift", check_production_shift),
    Check("span_shift", check_span_shift),
)
