"""clipgate predict"""

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from foundation.messages.errors import UserError
from pipeline.beam.config import BeamConfig
from pipeline.commands.terminal import USER_ERROR, JsonOption
from pipeline.config import load_config
from pipeline.prediction.config import Format, Method, SegmentsConfig, Smoothing, checked_segments

_long_option = partial(typer.Option, rich_help_panel="Long videos (--segments)")
_stream_option = partial(typer.Option, rich_help_panel="Streams")
_output_option = partial(typer.Option, rich_help_panel="Output")

_DEFAULT = SegmentsConfig()
_CLIPS, _SEGMENTS, _STREAM, _STORED = "clips", "long videos (--segments)", "streams", "stored Examples (--examples)"
# The modes that an option belongs to; options that are not here belong to all.
_MODES = {
    **dict.fromkeys(("start_seconds", "end_seconds", "annotations"), (_CLIPS,)),
    **dict.fromkeys(("segments", "timeline", "annotated", "window_seconds", "step_seconds"), (_SEGMENTS,)),
    **dict.fromkeys(set(SegmentsConfig.model_fields) - {"threshold", "background"}, (_SEGMENTS,)),
    "background": (_SEGMENTS, _STREAM),
    **dict.fromkeys(("camera", "frame_size", "fps", "pace"), (_STREAM,)),
    "config": (_STORED,),
    "output": (_CLIPS, _SEGMENTS, _STORED),
    "output_format": (_CLIPS, _SEGMENTS),
    "force": (_CLIPS, _SEGMENTS, _STORED),
    "metadata": (_CLIPS, _SEGMENTS),
    "as_json": (_CLIPS, _SEGMENTS, _STREAM),
}


def predict(
    context: typer.Context,
    model: Annotated[Path, typer.Option("--model", "-m", help="A pushed version, or the directory of all versions.")],
    videos: Annotated[
        list[Path] | None,
        typer.Argument(help="Video files, or folders of them; - reads frames from standard input.", allow_dash=True),
    ] = None,
    start_seconds: Annotated[float, typer.Option(min=0, help="Where the action begins.")] = 0.0,
    end_seconds: Annotated[float | None, typer.Option(min=0, help="Where it ends; default: the video's end.")] = None,
    annotations: Annotated[
        Path | None,
        typer.Option(
            help="Rows of any format that is read: each is a clip, with its times and, if the model was trained on crops, its "
            "boxes or masks. VIDEOS is the folder of their videos."
        ),
    ] = None,
    metadata: Annotated[
        list[str] | None,
        typer.Option(
            "--metadata",
            metavar="COLUMN=NUMBER",
            help="A number of all these videos that the model sees beside the frames; may be given several times.",
        ),
    ] = None,
    segments: Annotated[
        bool, typer.Option("--segments", help="Find all actions of long videos, and when they happen.")
    ] = False,
    window_seconds: Annotated[
        list[float] | None,
        _long_option(
            min=0.05, help="How long a window is; may be given several times. Default: as the training clips."
        ),
    ] = None,
    step_seconds: Annotated[
        float | None, _long_option(min=0.01, help="From window to window. Default: a fifth of the shortest.")
    ] = None,
    smoothing: Annotated[Smoothing, _long_option(help="Of the scores over time.")] = _DEFAULT.smoothing,
    smoothing_seconds: Annotated[
        float, _long_option(help="Standard deviation, or the width of the median.")
    ] = _DEFAULT.smoothing_seconds,
    method: Annotated[
        Method, _long_option(help="argmax: a class also has to be the most probable one.")
    ] = _DEFAULT.method,
    threshold: Annotated[
        list[str] | None,
        _long_option(
            metavar="NUMBER|LABEL=NUMBER",
            help=f"A score that a segment reaches somewhere; default: {_DEFAULT.threshold:g}. With several labels one "
            "from which on a clip has a label, for all or for one; may be given several times; default: the model's.",
        ),
    ] = None,
    low_threshold: Annotated[
        float | None,
        _long_option(
            help=f"A score that it does not fall below. Default: {_DEFAULT.low_threshold:g}, or the threshold if lower; with "
            "several labels four fifths of the class's threshold."
        ),
    ] = None,
    min_seconds: Annotated[float, _long_option(help="Shorter segments are left out.")] = _DEFAULT.min_seconds,
    max_gap_seconds: Annotated[
        float, _long_option(help="Segments of one label that are no further apart are joined.")
    ] = _DEFAULT.max_gap_seconds,
    background: Annotated[
        str | None, _long_option(help="The class that is no action. Default: background, if there is one.")
    ] = None,
    camera: Annotated[int | None, _stream_option(min=0, help="Follow a camera: 0 is the first.")] = None,
    frame_size: Annotated[
        str | None,
        _stream_option(help="WIDTHxHEIGHT of raw rgb24 frames on standard input; without it they are JPEGs."),
    ] = None,
    fps: Annotated[float, _stream_option(min=0.01, help="Frames a second on standard input.")] = 25.0,
    pace: Annotated[
        float | None,
        _stream_option(min=0.01, help="Frames a second that the network is shown. Default: as in training."),
    ] = None,
    examples: Annotated[
        str | None,
        typer.Option(
            help="TFRecord files of Examples, as ingest writes them; needs --output.", rich_help_panel="Stored Examples"
        ),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option(
            "--config",
            "-c",
            help="The configuration file (YAML) whose section beam says where that is done; default: on this machine.",
            rich_help_panel="Stored Examples",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        _output_option(
            "--output",
            "-o",
            help="A file to write, such as .csv or .json (.jsonl); of formats with a file for each video, also a folder.",
        ),
    ] = None,
    output_format: Annotated[
        Format | None, _output_option("--format", help="Default: what the file's name says.")
    ] = None,
    timeline: Annotated[Path | None, _output_option(help="A page of the segments to write, .html.")] = None,
    annotated: Annotated[Path | None, _output_option(help="A copy of the video to write, .mp4, with labels.")] = None,
    force: Annotated[bool, _output_option("--force", help="Overwrite files that exist already.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Recognise the action in a video, find all actions in long ones (--segments), or follow a stream."""
    sources = [bool(videos), camera is not None, examples is not None]
    if sum(sources) != 1:
        given = "; more than one was given" if any(sources) else ""
        raise UserError(f"name videos, or --camera, or --examples{given}")
    mode = _mode(camera is not None or videos == [Path("-")], examples is not None, segments)
    _check_options(context, mode)
    # These modules load NumPy, OpenCV or Beam, which mistakes in the options need not wait for.
    from pipeline.prediction.thresholds import parse_thresholds

    thresholds = parse_thresholds(threshold or [], low_threshold)
    if mode == _STORED:
        from pipeline.prediction.run_examples import predict_stored

        settings = load_config(config).beam if config else BeamConfig()
        if predict_stored(examples or "", model, output, thresholds, force, settings):
            raise typer.Exit(USER_ERROR)
        return
    if mode == _STREAM:
        from pipeline.prediction.run_stream import predict_stream

        predict_stream(model, camera, frame_size, fps, pace, thresholds, background, as_json)
        return
    from pipeline.prediction import run

    wanted = run.OutputFiles(output, output_format, timeline, annotated, as_json, force)
    if annotations:
        if start_seconds or end_seconds is not None:
            raise UserError("--start-seconds and --end-seconds: the rows of --annotations have times of their own")
        num_broken = run.predict_rows(videos or [], annotations, model, wanted, thresholds, metadata or ())
    elif not segments:
        num_broken = run.predict_clips(
            videos or [], model, wanted, thresholds, start_seconds, end_seconds, metadata or ()
        )
    else:
        wanted_segments = checked_segments(
            {
                "smoothing": smoothing,
                "smoothing_seconds": smoothing_seconds,
                "method": method,
                "min_seconds": min_seconds,
                "max_gap_seconds": max_gap_seconds,
                "background": background,
            }
        )
        num_broken = run.predict_segments(
            videos or [], model, wanted, wanted_segments, thresholds, window_seconds or [], step_seconds, metadata or ()
        )
    if num_broken:
        raise typer.Exit(USER_ERROR)


def _mode(is_stream: bool, is_examples: bool, segments: bool) -> str:
    if is_stream:
        return _STREAM
    if is_examples:
        return _STORED
    return _SEGMENTS if segments else _CLIPS


def _check_options(context: typer.Context, mode: str) -> None:
    """Refuse an option that was given and that the mode would ignore."""
    for parameter in context.command.params:
        name = parameter.name or ""
        source = context.get_parameter_source(name)
        # Compared by name, since typer brings a Click of its own, whose enum is another class.
        is_given = source is not None and source.name == "COMMANDLINE"
        if is_given and name in _MODES and mode not in _MODES[name]:
            raise UserError(f"{parameter.opts[0]} belongs to {' and '.join(_MODES[name])}, not to {mode}")
