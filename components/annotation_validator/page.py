"""The page: findings to HTML."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from components.annotation_validator.report import failures
from components.annotations.checks.config import ChecksConfig, Severity
from components.annotations.checks.finding import CheckInputs, Finding

_NUM_PLACES = 50
_FOLDER = Path(__file__).parent


def render(name: str, findings: Sequence[Finding], inputs: CheckInputs, config: ChecksConfig) -> str:
    """One HTML document that needs no script and fetches nothing; of a finding's places the first 50."""
    counts = Counter(finding.severity for finding in findings)
    num_failures = len(failures(findings, config))
    return (
        # The pages of a run look alike.
        Environment(
            loader=FileSystemLoader([_FOLDER, _FOLDER.parent / "reporter"]), autoescape=True, undefined=StrictUndefined
        )
        .get_template("findings.html")
        .render(
            name=name,
            passed=not num_failures,
            headline=f"{num_failures} findings fail the data" if num_failures else "The data may be trained on",
            fail_on=config.fail_on.value,
            counts=[(f"{severity.value}s", counts[severity]) for severity in Severity],
            by_severity=[
                (f"{severity.value}s", [finding for finding in findings if finding.severity is severity])
                for severity in Severity
                if counts[severity]
            ],
            classes={label: len(segments) for label, segments in inputs.by_label.items()},
            num_segments=len(inputs.segments),
            num_videos=len(inputs.by_video),
            num_places=_NUM_PLACES,
        )
    )
