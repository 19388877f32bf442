"""clipgate watch"""

import json
from datetime import datetime, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn

from components.storage.root import is_remote
from foundation.messages.errors import UserError
from pipeline.bars import Bars
from pipeline.commands.terminal import (
    DATA_FAULTS,
    OPEN,
    PUSHED,
    ConfigOption,
    JsonOption,
    SetOption,
    console,
    errors,
    escaped,
    whole_file,
)
from pipeline.config import Config, load_config
from pipeline.loading import load_tensorflow
from pipeline.prediction.model import find_model, use_model

if TYPE_CHECKING:
    from models.export_info import ExportInfo
    from pipeline.watch.comparing import Comparison
    from pipeline.watch.served import Served

_FOLDER, _PAGE = "watch", "watch.html"


def watch(
    logs: Annotated[
        list[Path], typer.Argument(help="Of clipgate serve --log-requests, or of TensorFlow Serving; files or folders.")
    ],
    config: ConfigOption,
    model: Annotated[
        Path | None, typer.Option("--model", "-m", help="A pushed version; default: the one that is served.")
    ] = None,
    hours: Annotated[
        float | None, typer.Option(min=0, help="Only what was served in the last so many hours; default: all.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The page to write; default: watch/watch.html of the run.")
    ] = None,
    as_json: JsonOption = False,
    changes: SetOption = None,
) -> None:
    """Compare served requests with the training data; exit code 0: no drift, 4: drift, 5: too few clients to tell."""
    settings = load_config(config, changes or ())
    model_dir = model or _served_model(settings)
    find_model(model_dir)
    absent = next((place for place in logs if not place.exists()), None)
    if absent:
        raise UserError(f"{absent} does not exist; expected a log of requests, or a folder of such files")
    since = datetime.now(timezone.utc) - timedelta(hours=hours) if hours is not None else None
    page = output or Path(settings.output_dir, _FOLDER, _PAGE)
    load_tensorflow()
    from pipeline.watch.comparing import State

    comparison = use_model(model_dir, partial(_compare, settings, logs, since, page, as_json))
    raise typer.Exit({State.UNCHANGED: PUSHED, State.DRIFTED: DATA_FAULTS, State.OPEN: OPEN}[comparison.state])


def _served_model(settings: Config) -> Path:
    if is_remote(settings.push_destination):
        raise UserError(f"{settings.push_destination} is an address; copy the version, and name the copy with --model")
    return Path(settings.push_destination)


def _compare(
    settings: Config,
    logs: list[Path],
    since: datetime | None,
    page: Path,
    as_json: bool,
    version: Path,
    info: "ExportInfo",
) -> "Comparison":
    from models.embedding import FeatureExtractor
    from models.labelling import Labelling
    from pipeline.watch.comparing import compare
    from pipeline.watch.page import render
    from pipeline.watch.reference import find_examples, load_reference
    from pipeline.watch.served import Wanted, read_served

    examples = find_examples(version, Path(settings.local_pipeline_root))
    wanted = Wanted(
        version=int(version.name) if version.name.isdecimal() else -1,
        num_shown=int(info.model["num_frames"]),
        num_classes=len(info.classes),
        since=since,
        extractor=partial(FeatureExtractor, version, info),
    )
    with Bars(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=errors) as bars:
        task = bars.add_task("reading the log", total=None, unit="clips")
        served = read_served(logs, wanted)
        bars.update(task, description="looking at the data")
        reference = load_reference(
            examples,
            version,
            info,
            Path(settings.output_dir, _FOLDER),
            lambda done, total: bars.update(task, completed=done, total=total),
        )
        bars.update(task, description="comparing", total=None)
        labelling = Labelling.of(info)
        comparison = compare(served.clips, reference, labelling, settings.watch)
        html = render(settings.name, version.name, comparison, served, labelling, settings.watch)
        with whole_file("--output", page) as partial_page:
            partial_page.parent.mkdir(parents=True, exist_ok=True)
            partial_page.write_text(html, encoding="utf-8")
    _print(comparison, served, settings, page, as_json)
    return comparison


def _print(comparison: "Comparison", served: "Served", settings: Config, page: Path, as_json: bool) -> None:
    from pipeline.watch.page import explain, headline, limits

    if as_json:
        print(json.dumps(_as_json(comparison, served, limits(comparison, settings.watch), page)))
        return
    for note in served.notes:
        console.print(escaped(note), highlight=False)
    console.print(
        f"{len(served.clips)} clips of {comparison.num_served_groups} clients, beside {comparison.num_usual_groups} groups "
        f"of eval and test; {len(comparison.novelty.unlike)} clips are unlike all that was trained",
        highlight=False,
    )
    console.print(f"[bold]{escaped(headline(comparison))}[/]", highlight=False)
    for finding in comparison.drifts:
        console.print(f"  [red]✗[/] {escaped(explain(finding))} (by chance: {finding.p_value:.3f})", highlight=False)
    console.print("There are no labels, so whether the answers are right is not known.", highlight=False)
    console.print(f"page: {escaped(str(page))}", highlight=False)


def _as_json(comparison: "Comparison", served: "Served", limits: list[str], page: Path) -> dict[str, object]:
    return {
        "state": comparison.state.value,
        "num_clips": len(served.clips),
        "num_clients": comparison.num_served_groups,
        "num_groups": comparison.num_usual_groups,
        "num_unlike": len(comparison.novelty.unlike),
        "by_embedding": comparison.novelty.by_embedding,
        "findings": [finding.as_json() for finding in comparison.findings],
        "notes": list(served.notes),
        "limits": limits,
        "page": str(page),
    }
