"""clipgate run, and clipgate report, which says where its report is."""

import shutil
import webbrowser
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from components.model_gate.measurements import Measurements
from foundation.messages.errors import UserError
from pipeline.commands.runs import tell
from pipeline.commands.terminal import (
    DATA_FAULTS,
    INTERNAL_ERROR,
    INTERRUPTED,
    NOT_PUSHED,
    OPEN,
    PUSHED,
    USER_ERROR,
    ConfigOption,
    FileArgument,
    OptionalConfigOption,
    SetOption,
    command_for,
    console,
    errors,
    escaped,
    folding_column,
    key_column,
    one_config,
)
from pipeline.config import Config, load_config
from pipeline.kubeflow.parameters import by_name, run_parameters, with_texts
from pipeline.launch import RunOutcome, run_pipeline
from pipeline.owner import said_of_another_run
from pipeline.runs.book import Book
from pipeline.runs.outcome import read_outcome
from pipeline.tracking.sending import log_run

_REPORT = "Reporter.report"
_ENDINGS = {
    "user": ("wrong input", USER_ERROR),
    "faults": ("stopped before training", DATA_FAULTS),
    "machine": ("the run stopped", INTERNAL_ERROR),
    "internal": ("the run failed", INTERNAL_ERROR),
}


class Runner(str, Enum):
    """Runs the pipeline by TFX's local runner, or by the commands of the compiled file, as in a cluster."""

    local = "local"
    compiled = "compiled"


def run(
    file: FileArgument = None,
    config: OptionalConfigOption = None,
    runner: Annotated[
        Runner, typer.Option(help="compiled: execute what `clipgate compile` writes, step by step, without a cluster.")
    ] = Runner.local,
    compiled: Annotated[
        Path | None, typer.Option(metavar="FILE", help="With --runner compiled: a compiled file; default: compile now.")
    ] = None,
    parameter: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="With --runner compiled: a parameter of the file.")
    ] = None,
    changes: SetOption = None,
) -> None:
    """Run the pipeline on this machine; exit code 0: a model was pushed, 3: a gate said no, 5: the test clips are too
    few to tell, 4: the data have faults and checks.on_failure is stop, 2: wrong input, 1: an error."""
    path = one_config(file, config)
    if path is None:
        raise UserError("name the configuration: clipgate run FILE; clipgate init makes one (see clipgate run --help)")
    settings = load_config(path, changes or ())
    how: dict[str, Any] = {}
    interrupted = "the same command goes on after the last finished component"
    if compiled and changes:
        raise UserError(
            "--set changes the configuration, and --compiled has one in it; change its run with --parameter"
        )
    if runner is Runner.compiled:
        compiled_file = str(compiled.resolve()) if compiled else ""
        settings = _of_this_run(settings, parameter or (), compiled)
        how = {"module": "pipeline.kubeflow.trial", "arguments": [compiled_file, *(parameter or ())]}
        if not settings.kubeflow.cache:
            interrupted = "the same command begins anew; a training goes on after its last epoch"
    elif compiled or parameter:
        raise UserError("--compiled and --parameter are for --runner compiled; add it, or leave them out")
    places = f"{settings.data.videos} to {settings.push_destination}"
    console.print(f"{settings.name}: {places}", highlight=False, markup=False)
    try:
        outcome = run_pipeline(path.resolve(), settings, console, changes=changes or (), **how)
    except KeyboardInterrupt:
        errors.print(f"interrupted; {interrupted}")
        raise typer.Exit(INTERRUPTED) from None
    record = outcome.log_path.with_suffix(".json")
    if said := log_run(settings.tracking, record, Path(settings.output_dir)):
        console.print(said, highlight=False, markup=False)
    if outcome.result is None:
        kind, code = _ENDINGS[outcome.error_kind]
        errors.print(f"[bold red]{kind}:[/] {escaped(outcome.error)}", highlight=False)
        if code == INTERNAL_ERROR:
            errors.print(f"the whole log: {outcome.log_path}", highlight=False, markup=False)
        raise typer.Exit(code)
    raise typer.Exit(show_result(settings, outcome))


def _of_this_run(config: Config, parameters: Sequence[str], compiled: Path | None) -> Config:
    """The configuration with the values of run parameters; a compiled file may have others, which it judges itself."""
    known = run_parameters(config)
    given = {name: text for name, text in by_name(parameters).items() if compiled is None or name in known}
    return with_texts(config, given)


def report(
    config: ConfigOption,
    which: Annotated[
        str | None, typer.Argument(metavar="RUN", help="The number of a run, or of a version; default: the last run.")
    ] = None,
    in_browser: Annotated[bool, typer.Option("--open", help="Open it in a browser, too.")] = False,
    changes: SetOption = None,
) -> None:
    """Say where the report of the last run is, or that of an earlier one."""
    settings = load_config(config, changes or ())
    path = _report_path(settings) if which is None else _report_of(Book(settings, tell), which)
    if not path.is_file():
        raise UserError(f"{path} does not exist; run the pipeline first: {command_for('run', config)}")
    if which is None and (said := said_of_another_run(settings)):
        errors.print(said, markup=False, highlight=False)
    console.print(str(path), highlight=False, markup=False)
    if in_browser and not webbrowser.open(path.resolve().as_uri()):
        raise UserError(f"--open: this machine has no browser; copy {path} to one that has")


def _report_of(book: Book, which: str) -> Path:
    record = book.find(which)
    if _REPORT not in record.artifacts:
        raise UserError(f"run {record.number} ({record.verdict}) did not come to a report")
    path = book.output_dir / record.artifacts[_REPORT] / "report.html"
    if not path.is_file():
        raise UserError(f"the report of run {record.number} was removed with its artifacts")
    return path


def show_result(config: Config, outcome: RunOutcome) -> int:
    """Print what came of a run that did not fail; returns the exit code."""
    result: dict[str, Any] = outcome.result or {}
    came = read_outcome(result)
    console.print(_class_table(config, came.measured))
    for line in _overall(config, came.measured):
        console.print(line, highlight=False)
    page = Path(result["uris"][_REPORT]) / "report.html"
    try:
        shutil.copyfile(page, _report_path(config))
    except OSError as error:
        errors.print(f"{_report_path(config)} cannot be written: {error.strerror}", markup=False, highlight=False)
    else:
        page = _report_path(config)
    console.print(f"report: {page}", highlight=False, markup=False)
    if result["pushed_version"]:
        console.print(f"[bold green]pushed:[/] {escaped(result['pushed_version'])}", highlight=False)
        return PUSHED
    is_open = came.verdict == "open"
    clips = _clips(config)
    heading = (
        f"not pushed, since the {clips} cannot tell whether the model is good enough:" if is_open else "not pushed:"
    )
    console.print(f"[bold {'yellow' if is_open else 'red'}]{heading}[/]", highlight=False)
    for sentence in came.reasons:
        console.print(f"  {escaped(sentence)}", highlight=False)
    return OPEN if is_open else NOT_PUSHED


def _overall(config: Config, measured: Measurements) -> Iterator[str]:
    matrix, folds = measured.candidate, config.evaluation.folds
    if matrix.accuracy is None:
        return
    if measured.mean_average_precision is not None:
        name = f"mean average precision by {folds} folds" if folds else "test mean average precision"
        yield f"{name} {measured.mean_average_precision:.3f}"
    name = f"accuracy by {folds} folds" if folds else "test accuracy"
    meaning = " (given exactly their labels)" if matrix.has_several_labels else ""
    yield f"{name} {matrix.accuracy:.3f} on {matrix.num_clips} clips{meaning}"


def _clips(config: Config) -> str:
    """What people call the clips by which the model was judged."""
    return "clips" if config.evaluation.folds else "test clips"


def _class_table(config: Config, measured: Measurements) -> Table:
    matrix = measured.candidate
    columns = {"AP": measured.average_precisions, "threshold": measured.thresholds}
    further = [(name, values) for name, values in columns.items() if values]
    names = (_clips(config), "recall", "bar", "precision", "bar", "F1", *(name for name, _ in further))
    table = Table(key_column("class"), *(folding_column(name, "right") for name in names), box=None, padding=(0, 2))
    for label in matrix.classes:
        recall_bar, precision_bar = (config.gates.bar(label, name) for name in ("min_recall", "min_precision"))
        table.add_row(
            escaped(label),
            str(matrix.examples(label)),
            _against(matrix.recall(label), recall_bar),
            f"{recall_bar:.2f}",
            _against(matrix.precision(label), precision_bar),
            f"{precision_bar:.2f}",
            "-" if matrix.f1(label) is None else f"{matrix.f1(label):.2f}",
            *(f"{values[label]:.2f}" if label in values else "-" for _, values in further),
        )
    return table


def _against(value: float | None, bar: float) -> str:
    if value is None:
        return "[red]-[/]"
    return f"{value:.2f}" if value >= bar else f"[red]{value:.2f} ✗[/]"


def _report_path(config: Config) -> Path:
    return Path(config.output_dir) / "report.html"
