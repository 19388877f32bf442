"""The command line. TensorFlow is loaded by the commands that need it, not by `--help`."""

import json
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from components.model_gate.rules import GATE_FILE, ConfusionMatrix, Verdict
from models.errors import UserError
from pipeline.config import Config, load_config
from pipeline.launch import RunOutcome, run_pipeline

PUSHED, INTERNAL_ERROR, USER_ERROR, NOT_PUSHED, INTERRUPTED = 0, 1, 2, 3, 130

app = typer.Typer(
    help="From videos and annotations to a served action-recognition model, with a quality gate on every class.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_console = Console(soft_wrap=True)
_errors = Console(stderr=True, soft_wrap=True)

ConfigOption = Annotated[Path, typer.Option("--config", "-c", help="The configuration file (YAML).")]


@app.command("demo-data")
def demo_data(
    output_dir: Annotated[Path, typer.Argument(help="Where the videos and annotations.csv go.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same data.")] = 7,
) -> None:
    """Make the demo data: drawn figures of many people who do six actions."""
    from examples.demo_data import generate

    if (output_dir / "annotations.csv").is_file():
        _console.print(f"{output_dir}: the demo data is there already")
        return
    with Progress(console=_console, transient=True) as bar:
        task = bar.add_task("drawing videos")
        summary = generate(output_dir, seed=seed, on_progress=lambda done, n: bar.update(task, completed=done, total=n))
    _console.print(f"{output_dir}: {summary}", highlight=False)


@app.command()
def run(config: ConfigOption) -> None:
    """Run the pipeline on this machine; exit code 0: a model was pushed, 3: a gate said no, 2: wrong input, 1: an error."""
    settings = load_config(config)
    _console.print(f"{settings.name}: {settings.data.videos} to {settings.push_destination}", highlight=False)
    try:
        outcome = run_pipeline(config.resolve(), settings, _console)
    except KeyboardInterrupt:
        _errors.print("interrupted; the same command goes on after the last finished component")
        raise typer.Exit(INTERRUPTED) from None
    if outcome.result is None:
        kind = "wrong input" if outcome.error_is_users else "the run failed"
        _errors.print(f"[bold red]{kind}:[/] {_escaped(outcome.error)}", highlight=False)
        if not outcome.error_is_users:
            _errors.print(f"the whole log: {outcome.log_path}", highlight=False)
        raise typer.Exit(USER_ERROR if outcome.error_is_users else INTERNAL_ERROR)
    raise typer.Exit(_show_result(settings, outcome))


@app.command("compile")
def compile_pipeline(
    config: ConfigOption,
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")] = Path("pipeline.yaml"),
) -> None:
    """Write the pipeline as Kubeflow Pipelines runs it."""
    from pipeline.kubeflow import compile_to_file

    compile_to_file(load_config(config), output)
    _console.print(f"{output} written", highlight=False)


@app.command()
def report(
    config: ConfigOption,
) -> None:
    """Say where the report of the last run is."""
    path = _report_path(load_config(config))
    if not path.is_file():
        raise UserError(f"{path} does not exist; run the pipeline first: clipgate run --config {config}")
    _console.print(str(path), highlight=False)


@app.command()
def predict(
    video: Annotated[Path, typer.Argument(help="A video file that shows one action.")],
    model: Annotated[Path, typer.Option("--model", "-m", help="A pushed version, or the directory of all versions.")],
    start_seconds: Annotated[float, typer.Option(min=0, help="Where the action begins.")] = 0.0,
    end_seconds: Annotated[float | None, typer.Option(min=0, help="Where it ends; default: the video's end.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Recognise the action in a video."""
    from pipeline.predict import predict_video

    probabilities = predict_video(video, model, start_seconds, end_seconds)
    if as_json:
        print(json.dumps(probabilities))
        return
    table = Table(box=None)
    table.add_column("class")
    table.add_column("probability", justify="right")
    for label, probability in sorted(probabilities.items(), key=lambda item: -item[1]):
        table.add_row(label, f"{probability:.4f}")
    _console.print(table)


def main() -> None:
    """The console script: user mistakes end in one line on stderr, not in a traceback."""
    try:
        app(standalone_mode=True)
    except UserError as error:
        _errors.print(f"[bold red]wrong input:[/] {_escaped(str(error))}", highlight=False)
        sys.exit(USER_ERROR)


def _show_result(config: Config, outcome: RunOutcome) -> int:
    result: dict[str, Any] = outcome.result or {}
    gate = json.loads((Path(result["uris"]["ModelGate.gate_report"]) / GATE_FILE).read_text())
    verdict = Verdict.from_json(gate)
    matrix = ConfusionMatrix(tuple(gate["classes"]), tuple(map(tuple, gate["confusion_matrix"])))
    _console.print(_class_table(config, matrix))
    if matrix.accuracy is not None:
        _console.print(f"test accuracy {matrix.accuracy:.3f} on {matrix.num_clips} clips", highlight=False)
    shutil.copyfile(Path(result["uris"]["Reporter.report"]) / "report.html", _report_path(config))
    _console.print(f"report: {_report_path(config)}", highlight=False)
    if result["pushed_version"]:
        _console.print(f"[bold green]pushed:[/] {_escaped(result['pushed_version'])}", highlight=False)
        return PUSHED
    _console.print("[bold red]not pushed:[/]", highlight=False)
    for finding in verdict.failures:
        _console.print(f"  {_escaped(finding.sentence())}", highlight=False)
    return NOT_PUSHED


def _class_table(config: Config, matrix: ConfusionMatrix) -> Table:
    table = Table(box=None, padding=(0, 2))
    table.add_column("class")
    for name in ("test clips", "recall", "bar", "precision", "bar", "F1"):
        table.add_column(name, justify="right")
    for label in matrix.classes:
        recall_bar, precision_bar = (config.gates.bar(label, name) for name in ("min_recall", "min_precision"))
        table.add_row(
            _escaped(label),
            str(matrix.examples(label)),
            _against(matrix.recall(label), recall_bar),
            f"{recall_bar:.2f}",
            _against(matrix.precision(label), precision_bar),
            f"{precision_bar:.2f}",
            "-" if matrix.f1(label) is None else f"{matrix.f1(label):.2f}",
        )
    return table


def _against(value: float | None, bar: float) -> str:
    if value is None:
        return "[red]-[/]"
    return f"{value:.2f}" if value >= bar else f"[red]{value:.2f} ✗[/]"


def _report_path(config: Config) -> Path:
    return Path(config.output_dir) / "report.html"


def _escaped(text: str | None) -> str:
    return (text or "").replace("[", r"\[")


if __name__ == "__main__":
    main()
