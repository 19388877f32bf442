"""The page: findings to HTML."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from components.annotation_validator.checks.finding import CheckInputs, Finding, Place
from components.annotation_validator.config import ChecksConfig, Severity
from components.annotation_validator.report import count_failures, failures
from components.pages.environment import render_page

if TYPE_CHECKING:  # importing it for real would bring matplotlib along
    from components.annotation_validator.illustrations import Picture

_NUM_PLACES = 50


def render(name: str, findings: Sequence[Finding], inputs: CheckInputs, config: ChecksConfig) -> str:
    """One HTML document that needs no script and fetches nothing; of a finding's places the first 50.

    Where frames were looked at, it shows the first segments that each finding names, and a map of all.
    """
    counts = Counter(finding.severity for finding in findings)
    passed = not failures(findings, config)
    illustrated: list[tuple[Picture, ...]] = [() for _ in findings]
    segment_map = None
    if inputs.measures:
        # Matplotlib is loaded by what draws.
        from components.annotation_validator.illustrations import illustrate, map_of

        illustrated, segment_map = illustrate(inputs, findings), map_of(inputs, findings)
    shown = list(zip(findings, illustrated, strict=True))
    return render_page(
        "findings.html",
        {"suggested": suggestion_of},
        name=name,
        passed=passed,
        headline="The data may be trained on" if passed else count_failures(findings, config),
        fail_on=config.fail_on.value,
        counts=[(f"{severity.value}s", counts[severity]) for severity in Severity],
        by_severity=[
            (f"{severity.value}s", [each for each in shown if each[0].severity is severity])
            for severity in Severity
            if counts[severity]
        ],
        map=segment_map,
        num_pictures=sum(map(len, illustrated)),
        classes={label: len(segments) for label, segments in inputs.by_label.items()},
        num_segments=len(inputs.segments),
        num_videos=len(inputs.by_video),
        num_places=_NUM_PLACES,
    )


def suggestion_of(place: Place) -> str:
    """What a check suggests for a segment, in words; empty if nothing."""
    suggestion = place.suggestion
    if suggestion is None:
        return ""
    if suggestion.delete:
        return "delete the row"
    words = [
        f"{verb} at {seconds:.2f} s"
        for verb, seconds in (("begin", suggestion.start_seconds), ("end", suggestion.end_seconds))
        if seconds is not None
    ]
    words += [f"label {suggestion.label!r}"] if suggestion.label is not None else []
    words += [f"group {suggestion.group!r}"] if suggestion.group is not None else []
    return ", ".join(words)
