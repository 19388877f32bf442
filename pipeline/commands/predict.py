"""clipgate predict"""

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from pipeline.commands.terminal import JsonOption, console, escaped


def predict(
    video: Annotated[Path, typer.Argument(help="A video file that shows one action.")],
    model: Annotated[Path, typer.Option("--model", "-m", help="A pushed version, or the directory of all versions.")],
    start_seconds: Annotated[float, typer.Option(min=0, help="Where the action begins.")] = 0.0,
    end_seconds: Annotated[float | None, typer.Option(min=0, help="Where it ends; default: the video's end.")] = None,
    as_json: JsonOption = False,
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
        table.add_row(escaped(label), f"{probability:.4f}")
    console.print(table)
