"""Findings and corrections as `clipgate check` writes them, for people and for machines."""

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.decided import Decided
from components.annotation_validator.findings import Finding, Place, Severity
from components.annotation_validator.fix import Change
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.report import as_json, as_sarif, failures, tally
from foundation.messages.errors import UserError
from foundation.messages.wording import counted
from pipeline.commands.terminal import console, errors, escaped

_NUM_FINDINGS, _NUM_PLACES, _NUM_CHANGES = 5, 3, 50
_FILE_WIDTH = 160
_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


class OutputFormat(str, Enum):
    """How the findings are written."""

    TABLE = "table"
    JSON = "json"
    SARIF = "sarif"
    HTML = "html"


class Fixes(NamedTuple):
    """What was changed, how many suggestions of each check were left to people, and the corrected table."""

    changes: Sequence[Change]
    left: Mapping[str, int]
    table: Path


class Accepted(NamedTuple):
    """What people decided, the findings that they accepted, and whether these are shown all the same."""

    decided: Decided
    findings: Sequence[Finding]
    are_shown: bool


def write_findings(
    output_format: OutputFormat,
    output: Path | None,
    name: str,
    findings: Sequence[Finding],
    inputs: CheckInputs,
    config: ChecksConfig,
    fixes: Fixes | None,
    accepted: Accepted,
) -> None:
    """Write all of it to `output`, or print it; `name`: of the data, for the page.

    Raises:
      UserError: the file cannot be written.
    """
    if output_format is OutputFormat.TABLE:
        shown = Console(file=StringIO(), width=_FILE_WIDTH) if output else console
        _print_findings(shown, findings, inputs, config, accepted)
        if fixes:
            _print_fixes(shown, fixes)
        if isinstance(shown.file, StringIO):
            _write(shown.file.getvalue(), output)
    elif output_format is OutputFormat.HTML:
        # Matplotlib is loaded by what draws.
        from components.annotation_validator.page import render

        _write(render(name, findings, inputs, config, accepted.decided, accepted.findings), output)
    elif output_format is OutputFormat.SARIF:
        _write(json.dumps(as_sarif(findings, accepted.findings if accepted.are_shown else ()), indent=2), output)
    else:
        changes = fixes.changes if fixes else ()
        document = as_json(findings, inputs, config, changes, accepted.decided, accepted.findings)
        _write(json.dumps(document, indent=2), output)


def draw_findings(folder: Path, inputs: CheckInputs, findings: Sequence[Finding]) -> None:
    """Write pictures of findings into `folder`, and say how many.

    Raises:
      UserError: they cannot be written.
    """
    # Matplotlib is loaded by what draws.
    from components.annotation_validator.drawing.picture_files import write_pictures

    try:
        written = write_pictures(folder, inputs, findings)
    except OSError as error:
        raise UserError(f"--pictures: {folder} cannot be written: {error.strerror}") from error
    errors.print(f"{len(written)} pictures in {escaped(str(folder))}", highlight=False)


def _write(text: str, output: Path | None) -> None:
    if output is None:
        print(text.rstrip())
        return
    try:
        # A file name that is no valid UTF-8 comes here as lone surrogates, which no encoding accepts.
        output.write_bytes(f"{text.rstrip()}\n".encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UserError(f"--output: {output} cannot be written: {error.strerror}") from error


def _print_findings(
    shown: Console, findings: Sequence[Finding], inputs: CheckInputs, config: ChecksConfig, accepted: Accepted
) -> None:
    """A table for each severity, the first places of each finding, and what it comes to."""
    for severity in Severity:
        found = [finding for finding in findings if finding.severity is severity]
        if found:
            shown.print(_table(f"[bold {_COLOURS[severity]}]{severity.value}s[/]", found))
    if accepted.are_shown and accepted.findings:
        shown.print(_table("[bold]accepted by people[/]", accepted.findings))
    shown.print(
        f"{counted(len(inputs.segments), 'segment')} in {counted(inputs.num_videos, 'video')}, "
        f"{len(inputs.by_label)} classes: {tally(findings)}"
        + (f" (checks.fail_on: {config.fail_on.value})" if failures(findings, config) else ""),
        highlight=False,
    )
    for line in _of_decisions(accepted):
        shown.print(escaped(line), highlight=False)


def _of_decisions(accepted: Accepted) -> Iterator[str]:
    decided = accepted.decided
    if not decided.log:
        return
    yield decided.summary()
    if accepted.findings:
        number = len(accepted.findings)
        were = f"{counted(number, 'finding')} {'was' if number == 1 else 'were'}"
        yield f"{were} accepted by people" + ("" if accepted.are_shown else "; --all shows them")


def _print_fixes(shown: Console, fixes: Fixes) -> None:
    """What was changed, row by row, and what was not."""
    changes, left, output = fixes
    if changes:
        table = Table(box=None, padding=(0, 2))
        for name in ("row", "video", "check", "field", "was", "is"):
            table.add_column(name, overflow="fold")
        for change in changes[:_NUM_CHANGES]:
            after = "deleted" if change.field == "row" else change.after
            cells = (str(change.source), change.video, change.check, change.field, _shown(change.before), _shown(after))
            table.add_row(*map(escaped, cells))
        shown.print(table)
    if len(changes) > _NUM_CHANGES:
        shown.print(f"  and {len(changes) - _NUM_CHANGES} more: --format json", highlight=False)
    if left:
        checks = ", ".join(f"{check} {count}" for check, count in left.items())
        shown.print(
            f"{counted(sum(left.values()), 'suggestion')} left out, to be looked at first ({checks}); --unsafe-fixes does "
            "them too",
            highlight=False,
        )
    shown.print(f"{counted(len(changes), 'change')}, written to {escaped(str(output))}", highlight=False)


def _table(title: str, findings: Sequence[Finding]) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 2))
    table.add_column("what was found, and where", overflow="fold")
    table.add_column("value", justify="right", no_wrap=True)
    table.add_column("bar", justify="right", no_wrap=True)
    for check in dict.fromkeys(finding.check for finding in findings):
        same = [finding for finding in findings if finding.check == check]
        # What concerns no row or video stands nowhere else, such as that times were not read.
        shown = same[:_NUM_FINDINGS] if any(finding.places for finding in same) else same
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
