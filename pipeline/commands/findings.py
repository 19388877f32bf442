"""Findings and corrections as people read them."""

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from components.annotation_validator.checks.finding import CheckInputs, Finding, Place
from components.annotation_validator.checks.fix import Change
from components.annotation_validator.config import ChecksConfig, Severity
from components.annotation_validator.report import failures, tally
from foundation.messages.wording import counted
from pipeline.commands.terminal import escaped

_NUM_FINDINGS, _NUM_PLACES, _NUM_CHANGES = 5, 3, 50
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def print_findings(console: Console, findings: Sequence[Finding], inputs: CheckInputs, config: ChecksConfig) -> None:
    """A table for each severity, the first places of each finding, and what it comes to."""
    for severity in Severity:
        found = [finding for finding in findings if finding.severity is severity]
        if found:
            console.print(_table(severity, found))
    console.print(
        f"{counted(len(inputs.segments), 'segment')} in {counted(len(inputs.by_video), 'video')}, "
        f"{len(inputs.by_label)} classes: {tally(findings)}"
        + (f" (checks.fail_on: {config.fail_on.value})" if failures(findings, config) else ""),
        highlight=False,
    )


def print_changes(console: Console, changes: Sequence[Change], output: Path) -> None:
    """What was changed, row by row."""
    if changes:
        table = Table(box=None, padding=(0, 2))
        for name in ("row", "video", "check", "field", "was", "is"):
            table.add_column(name, overflow="fold")
        for change in changes[:_NUM_CHANGES]:
            after = "deleted" if change.field == "row" else change.after
            cells = (str(change.source), change.video, change.check, change.field, _shown(change.before), _shown(after))
            table.add_row(*map(escaped, cells))
        console.print(table)
    if len(changes) > _NUM_CHANGES:
        console.print(f"  and {len(changes) - _NUM_CHANGES} more: --format json", highlight=False)
    console.print(f"{counted(len(changes), 'change')}, written to {escaped(str(output))}", highlight=False)


def _table(severity: Severity, findings: Sequence[Finding]) -> Table:
    title = f"[bold {_COLOURS[severity]}]{severity.value}s[/]"
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2))
    table.add_column("what was found, and where", overflow="fold")
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("bar", justify="right", no_wrap=True)
    for check in dict.fromkeys(finding.check for finding in findings):
        same = [finding for finding in findings if finding.check == check]
        shown = same[:_NUM_FINDINGS]
        table.add_row(f"[bold]{check}[/]")
        for finding, following in zip(shown, [*shown[1:], None], strict=True):
            lines = [finding.message, *_places(finding.places)]
            if following is None or following.remedy != finding.remedy:
                lines.append(f"→ {finding.remedy}")
            if following is None and len(same) > len(shown):
                lines.append(f"and {len(same) - len(shown)} more of this kind: --format json")
            value, bar = map(finding.unit.shown, (finding.value, finding.bar))
            table.add_row(Padding(escaped("\n".join(lines)), (0, 0, 0, 2)), value, bar)
    return table


def _places(places: Sequence[Place]) -> list[str]:
    lines = [f"  {place}" for place in places[:_NUM_PLACES]]
    return lines + ([f"  and {len(places) - _NUM_PLACES} more"] if len(places) > _NUM_PLACES else [])


def _shown(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value if value is not None else "")
