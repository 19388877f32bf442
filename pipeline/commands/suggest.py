"""clipgate suggest"""

from pathlib import Path
from typing import Annotated

import typer

from components.annotations.files.fetch import load_annotations
from components.storage.opening import open_root
from foundation.messages.errors import UserError
from pipeline.commands.convert import GroupPatternOption, converted, data_of_options, refuse_beside_config
from pipeline.commands.terminal import (
    USER_ERROR,
    ForceOption,
    JsonOption,
    SetOption,
    print_assumptions,
    require_config,
)
from pipeline.config import load_config
from pipeline.prediction.config import Format


def suggest(
    model: Annotated[Path, typer.Option("--model", "-m", help="A pushed version, or the directory of all versions.")],
    videos: Annotated[
        str | None,
        typer.Option("--videos", help="The folder or address of the videos. Default: that of the configuration."),
    ] = None,
    count: Annotated[int, typer.Option("-n", "--count", min=1, help="How many spans.")] = 50,
    annotations: Annotated[
        str | None,
        typer.Option("--annotations", "-a", help="What is annotated already, with paths below --videos."),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            help="A configuration: what its `data` says is annotated already, and what its last run lacked is wanted.",
        ),
    ] = None,
    group_pattern: GroupPatternOption = None,
    window_seconds: Annotated[
        list[float] | None,
        typer.Option(min=0.05, help="How long a span is; may be given several times. Default: as the training clips."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            help="A file to write, .csv or .json; of formats with a file for each video, also a folder.",
        ),
    ] = None,
    output_format: Annotated[
        Format | None, typer.Option("--format", help="Default: what the file's name says.")
    ] = None,
    force: ForceOption = False,
    as_json: JsonOption = False,
    changes: SetOption = None,
) -> None:
    """Rank what is not annotated yet by how much a model would learn from it.

    It asks a pushed model about all windows of the videos. First come those that it is unsure of, that stand for much that is
    not annotated, and that are of classes which are rare or which the gate lacks; groups are mixed.
    """
    require_config(config, changes)
    if config and annotations:
        raise UserError("--config says which annotations; leave out --annotations")
    if config:
        refuse_beside_config({"group_pattern": group_pattern})
    settings = load_config(config, changes or ()) if config else None
    folder = videos or (settings.data.videos if settings else None)
    if folder is None:
        raise UserError("--videos is needed, or --config: which folder has the videos?")
    # OpenCV is loaded by what looks into videos.
    from pipeline.prediction.model import find_model
    from pipeline.prediction.writers import choose_format
    from pipeline.suggestion.gaps import gate_of_last_run
    from pipeline.suggestion.run import Output, Wanted
    from pipeline.suggestion.run import suggest as suggest_spans
    from pipeline.suggestion.sources import Annotated as AnnotatedRows

    find_model(model)
    written = Output(output, choose_format(output, output_format) if output else "csv", as_json, force)
    beam_args = settings.beam.args if settings else ()
    root = open_root(folder, "--videos" if videos else "data.videos", beam_args)
    annotated = None
    if settings or annotations:
        data = (
            settings.data if settings else data_of_options(annotations or "", folder, {"group_pattern": group_pattern})
        )
        key = "data.videos" if settings else "--videos"
        rows = load_annotations(data, beam_args)
        print_assumptions(rows.assumptions)
        records = converted(rows.records, data, beam_args, key)
        annotated = AnnotatedRows(open_root(data.videos, key, beam_args), records, data.group_pattern)
    elif group_pattern:
        annotated = AnnotatedRows(root, (), group_pattern)
    wanted = Wanted(folder, root, model, count, window_seconds or (), beam_args)
    if suggest_spans(wanted, annotated, gate_of_last_run(settings) if settings else None, written):
        raise typer.Exit(USER_ERROR)
