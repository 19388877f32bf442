"""clipgate predict"""

from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from models.errors import UserError
from pipeline.commands.terminal import USER_ERROR, JsonOption
from pipeline.prediction.config import Format, Method, SegmentsConfig, Smoothing

_LONG, _OUTPUT = "Long videos (--segments)", "Output"
_DEFAULT = SegmentsConfig()


def predict(
    model: Annotated[Path, typer.Option("--model", "-m", help="A pushed version, or the directory of all versions.")],
    videos: Annotated[list[Path] | None, typer.Argument(help="Video files, or folders of them.")] = None,
    start_seconds: Annotated[float, typer.Option(min=0, help="Where the action begins.")] = 0.0,
    end_seconds: Annotated[float | None, typer.Option(min=0, help="Where it ends; default: the video's end.")] = None,
    segments: Annotated[
        bool, typer.Option("--segments", help="Find all actions of long videos, and when they happen.")
    ] = False,
    window_seconds: Annotated[
        list[float] | None,
        typer.Option(
            min=0.05,
            help="How long a window is; may be given several times. Default: as the training clips.",
            rich_help_panel=_LONG,
        ),
    ] = None,
    step_seconds: Annotated[
        float | None,
        typer.Option(
            min=0.01, help="From window to window. Default: a fifth of the shortest.", rich_help_panel=_LONG
        ),
    ] = None,
    smoothing: Annotated[
        Smoothing, typer.Option(help="Of the scores over time.", rich_help_panel=_LONG)
    ] = _DEFAULT.smoothing,
    smoothing_seconds: Annotated[
        float, typer.Option(help="Standard deviation, or the width of the median.", rich_help_panel=_LONG)
    ] = _DEFAULT.smoothing_seconds,
    method: Annotated[
        Method, typer.Option(help="argmax: a class also has to be the most probable one.", rich_help_panel=_LONG)
    ] = _DEFAULT.method,
    threshold: Annotated[
        float, typer.Option(help="A score that a segment reaches somewhere.", rich_help_panel=_LONG)
    ] = _DEFAULT.threshold,
    low_threshold: Annotated[
        float, typer.Option(help="A score that it does not fall below.", rich_help_panel=_LONG)
    ] = _DEFAULT.low_threshold,
    min_seconds: Annotated[
        float, typer.Option(help="Shorter segments are left out.", rich_help_panel=_LONG)
    ] = _DEFAULT.min_seconds,
    max_gap_seconds: Annotated[
        float, typer.Option(help="Segments of one label that are no further apart are joined.", rich_help_panel=_LONG)
    ] = _DEFAULT.max_gap_seconds,
    background: Annotated[
        str | None,
        typer.Option(help="The class that is no action. Default: background, if there is one.", rich_help_panel=_LONG),
    ] = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="A file to write: .csv or .json.", rich_help_panel=_OUTPUT)
    ] = None,
    output_format: Annotated[
        Format | None, typer.Option("--format", help="Default: what the file's name says.", rich_help_panel=_OUTPUT)
    ] = None,
    timeline: Annotated[
        Path | None, typer.Option(help="A page of the segments to write, .html.", rich_help_panel=_OUTPUT)
    ] = None,
    annotated: Annotated[
        Path | None, typer.Option(help="A copy of the video to write, .mp4, with labels.", rich_help_panel=_OUTPUT)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Recognise the action in a video, or find all actions in long ones (--segments)."""
    from pipeline.prediction import run  # only now: it loads OpenCV and NumPy

    wanted = run.Outputs(output, output_format, timeline, annotated, as_json)
    if not segments:
        num_broken = run.predict_clips(videos or [], model, wanted, start_seconds, end_seconds)
    else:
        config = _checked(
            {
                "smoothing": smoothing,
                "smoothing_seconds": smoothing_seconds,
                "method": method,
                "threshold": threshold,
                "low_threshold": min(low_threshold, threshold),
                "min_seconds": min_seconds,
                "max_gap_seconds": max_gap_seconds,
                "background": background,
            }
        )
        num_broken = run.predict_segments(videos or [], model, wanted, config, window_seconds or [], step_seconds)
    if num_broken:
        raise typer.Exit(USER_ERROR)


def _checked(values: dict[str, object]) -> SegmentsConfig:
    try:
        return SegmentsConfig.model_validate(values)
    except ValidationError as error:
        problem = error.errors()[0]
        option = str(problem["loc"][0]).replace("_", "-")
        raise UserError(f"--{option}: {problem['msg']}; found {problem['input']!r}") from error
