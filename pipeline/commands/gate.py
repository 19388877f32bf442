"""clipgate gate"""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from components.model_gate.measurements import GATE_FILE, Measurements
from components.model_gate.rules import RULES, judge
from components.model_gate.verdict import RuleFinding, Verdict
from foundation.evidence import State
from foundation.messages.errors import UserError
from pipeline.commands.terminal import (
    NOT_PUSHED,
    OPEN,
    PUSHED,
    ConfigOption,
    JsonOption,
    SetOption,
    command_for,
    console,
    escaped,
    folding_column,
    key_column,
)
from pipeline.config import Config, load_config

_EXIT_CODES = {State.SHOWN: PUSHED, State.REFUTED: NOT_PUSHED, State.OPEN: OPEN}
_WORDS = {State.SHOWN: "passed", State.REFUTED: "[red]failed ✗[/]", State.OPEN: "[yellow]open ?[/]"}


def gate(
    config: ConfigOption,
    report: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A gate.json, instead of that of the last run.")
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Print every rule and what it measures.")] = False,
    as_json: JsonOption = False,
    changes: SetOption = None,
) -> None:
    """Judge what the last run measured by the bars of FILE; exit code 0: every rule holds, 3: one does not, 5: that
    cannot be told from so few clips.

    Nothing runs again, so bars can be tried out. A bar on what the run did not measure fails.
    """
    settings = load_config(config, changes or ())
    path = report or _of_last_run(settings, config)
    measured, of_the_run = _read(path)
    verdict = judge(settings.gates, measured)
    if as_json:
        print(json.dumps({"report": str(path), **verdict.as_json()}))
    else:
        _print(verdict, explain)
        if verdict != of_the_run:
            console.print(f"by the bars of that run: {_count(of_the_run)}", highlight=False)
    raise typer.Exit(_EXIT_CODES[verdict.state])


def _of_last_run(settings: Config, config: Path) -> Path:
    from pipeline.lineage import uri_of_last_run

    path = Path(uri_of_last_run(settings, "ModelGate.gate_report"), GATE_FILE)
    if not path.is_file():
        raise UserError(
            f"{settings.output_dir}: the last run did not come to the gates; run: {command_for('run', config)}"
        )
    return path


def _read(path: Path) -> tuple[Measurements, Verdict]:
    try:
        content = json.loads(path.read_text())
        return Measurements.from_json(content), Verdict.from_json(content)
    except OSError as error:
        raise UserError(f"--report: {path} cannot be read: {error.strerror}") from error
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise UserError(f"--report: {path} is no {GATE_FILE} of this version of clipgate") from error


def _print(verdict: Verdict, explain: bool) -> None:
    shown = verdict.findings if explain else verdict.failures
    if shown:
        console.print(_table(shown))
        for finding in shown:
            if finding.detail:
                console.print(f"  {escaped(finding.sentence())}", highlight=False)
    if explain:
        applied = {finding.rule for finding in shown}
        for rule in (rule for rule in RULES if rule.title in applied):
            console.print(f"  [bold]{rule.title.replace('_', ' ')}[/]: {rule.meaning}", highlight=False)
        console.print()
    console.print(_count(verdict), highlight=False)


def _count(verdict: Verdict) -> str:
    return f"{len(verdict.findings) - len(verdict.failures)} of {len(verdict.findings)} rules hold"


def _table(findings: tuple[RuleFinding, ...]) -> Table:
    numbers = (folding_column(name, "right") for name in ("value", "bar"))
    columns = (folding_column("rule"), key_column("class"), *numbers, folding_column("verdict"))
    table = Table(*columns, box=None, padding=(0, 2))
    for finding in findings:
        table.add_row(
            finding.rule.replace("_", " "),
            escaped(finding.label) or "all",
            finding.value_text,
            finding.bar_text,
            _WORDS[finding.state] if finding.state is not State.OPEN or not finding.passed else "passed, may be luck",
        )
    return table
