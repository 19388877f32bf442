"""What `clipgate predict` does with video files: read, predict, write, show."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rich.progress import BarColumn, TaskID, TextColumn, TimeRemainingColumn

from components.video.config import SamplingConfig
from components.video.decoder import Decoder
from components.video.tasks import Span
from foundation.machine import num_cores
from foundation.messages.errors import UserError
from models.export_info import ExportInfo
from models.labelling import Labelling
from pipeline.bars import Bars
from pipeline.commands.annotation_files import (
    refuse_output,
    require_one_video,
    say_what_is_not_written,
    write_annotations,
)
from pipeline.commands.terminal import errors, escaped, refuse_existing, whole_file
from pipeline.crops import said_of_whole_frames
from pipeline.prediction.annotate import annotate
from pipeline.prediction.annotations import content_of
from pipeline.prediction.classifier import Classifier
from pipeline.prediction.config import Format, SegmentsConfig
from pipeline.prediction.defaults import choose_background, choose_windows
from pipeline.prediction.model import find_model
from pipeline.prediction.numbers import read_given, said_of_defaults
from pipeline.prediction.page import render
from pipeline.prediction.reading import OnProgress
from pipeline.prediction.records import VideoPrediction
from pipeline.prediction.rows import read_rows
from pipeline.prediction.terminal import show_clip, show_predictions
from pipeline.prediction.thresholds import Thresholds, choose_labelling, choose_rules, require_several
from pipeline.prediction.videos import LongVideos, VideoPredictor, videos_of
from pipeline.prediction.writers import WRITERS, choose_format

_NUM_SNAPSHOTS = 600

Predict = Callable[[VideoPredictor, Path, OnProgress], Sequence[VideoPrediction]]


class _Way(NamedTuple):
    """How probabilities become labels, and what is predicted with them."""

    labelling: Labelling
    predict: Predict


# It depends on the card of the model, which is known for certain when the model is loaded.
_WayBy = Callable[[ExportInfo], _Way]


@dataclass(frozen=True)
class OutputFiles:
    """Files to write, and how to print; `force`: over files that exist."""

    table: Path | None = None
    table_format: Format | None = None
    timeline: Path | None = None
    annotated: Path | None = None
    as_json: bool = False
    force: bool = False


class _Answer(NamedTuple):
    """The version of the model that was loaded, its card, and what it predicts."""

    version: Path
    info: ExportInfo
    labelling: Labelling
    predictions: Sequence[VideoPrediction]


def predict_clips(
    videos: Sequence[Path],
    model: Path,
    outputs: OutputFiles,
    thresholds: Thresholds,
    start_seconds: float,
    end_seconds: float | None,
    metadata: Sequence[str] = (),
) -> int:
    """Each video is one clip; returns how many could not be read."""
    if end_seconds is not None and end_seconds <= start_seconds:
        raise UserError(
            f"the segment ends at {end_seconds:g} s and starts at {start_seconds:g} s; swap or correct them"
        )
    span = Span(start_seconds, end_seconds)

    way_by = _way_of_clips(thresholds, lambda predictor, path, _: [predictor.predict_clip(path, span)])
    _, pushed = find_model(model)
    numbers = read_given(metadata, pushed.numbers_card)
    way_by(pushed)  # options that do not go with the model are told before it is loaded
    answer = _predict(model, _paths(videos, outputs), numbers, way_by)
    predictions = answer.predictions
    _write(answer, outputs)
    if len(predictions) == 1 and predictions[0].best:
        show_clip(answer.labelling, predictions[0].best.probabilities, outputs.as_json)
    else:
        show_predictions(predictions, answer.info.classes, outputs.as_json)
    return _name_broken(predictions)


def predict_rows(
    videos: Sequence[Path],
    annotations: Path,
    model: Path,
    outputs: OutputFiles,
    thresholds: Thresholds,
    metadata: Sequence[str] = (),
) -> int:
    """Each annotated row of videos in a folder is a clip; returns how many could not be read."""
    if len(videos) != 1 or not videos[0].is_dir():
        raise UserError("--annotations: name one folder, below which the videos of the rows lie")
    _, pushed = find_model(model)
    rows = read_rows(annotations, videos[0], SamplingConfig.model_validate(pushed.sampling))
    way_by = _way_of_clips(
        thresholds, lambda predictor, path, _: predictor.predict_rows(path, rows.clips[path], rows.root)
    )
    numbers = read_given(metadata, pushed.numbers_card)
    way_by(pushed)  # options that do not go with the model are told before it is loaded
    answer = _predict(model, _checked(list(rows.clips), outputs), numbers, way_by, by_rows=True)
    answer = answer._replace(predictions=[*answer.predictions, *rows.left_out])
    _write(answer, outputs)
    show_predictions(answer.predictions, answer.info.classes, outputs.as_json)
    return _name_broken(answer.predictions)


def predict_segments(
    videos: Sequence[Path],
    model: Path,
    outputs: OutputFiles,
    config: SegmentsConfig,
    thresholds: Thresholds,
    window_seconds: Sequence[float],
    step_seconds: float | None,
    metadata: Sequence[str] = (),
) -> int:
    """All actions of each video; returns how many could not be read to the end."""

    def way_by(info: ExportInfo) -> _Way:
        background = choose_background(info.classes, config.background)
        windows = choose_windows(info, background, window_seconds, step_seconds)
        labelling = choose_labelling(Labelling.of(info), thresholds)
        rules, levels = choose_rules(config.model_copy(update={"background": background}), labelling, thresholds)
        long_videos = LongVideos(windows, rules, levels)
        return _Way(labelling, lambda predictor, path, on: [predictor.predict_segments(path, long_videos, on)])

    _, pushed = find_model(model)
    numbers = read_given(metadata, pushed.numbers_card)
    paths = _paths(videos, outputs)
    way_by(pushed)  # options that do not go with the model are told before it is loaded
    answer = _predict(model, paths, numbers, way_by, num_snapshots=_NUM_SNAPSHOTS if outputs.timeline else 0)
    _write(answer, outputs)
    show_predictions(answer.predictions, answer.info.classes, outputs.as_json)
    return _name_broken(answer.predictions)


def _way_of_clips(thresholds: Thresholds, predict: Predict) -> _WayBy:
    """The way in which a model is asked about clips, once it is known which labels it gives."""

    def way_by(info: ExportInfo) -> _Way:
        labelling = choose_labelling(Labelling.of(info), thresholds)
        require_several(labelling, thresholds)
        return _Way(labelling, predict)

    return way_by


def _paths(videos: Sequence[Path], outputs: OutputFiles) -> list[Path]:
    """The files to read, after what can be said of the options without reading any."""
    if not videos:
        raise UserError("which video? Name files or folders")
    for video in videos:
        if not video.exists():
            raise UserError(f"{video} does not exist")
    paths = list(videos_of(videos))
    if not paths:
        raise UserError(f"no video in {', '.join(map(str, videos))}")
    return _checked(paths, outputs)


def _checked(paths: list[Path], outputs: OutputFiles) -> list[Path]:
    """The paths, if what is to be written can be."""
    if outputs.table:
        name = choose_format(outputs.table, outputs.table_format)
        if name not in WRITERS:
            refuse_output("--output", outputs.table, name, outputs.force)
            require_one_video("--output", outputs.table, name, len(paths))
    for option, path, suffix in (("--timeline", outputs.timeline, ".html"), ("--annotated", outputs.annotated, ".mp4")):
        if path and path.suffix != suffix:
            raise UserError(f"{option}: {path} has to end in {suffix}")
    if outputs.annotated and len(paths) != 1:
        raise UserError(f"--annotated: {outputs.annotated} can show one video; received {len(paths)}")
    for option, path in (
        ("--output", outputs.table),
        ("--timeline", outputs.timeline),
        ("--annotated", outputs.annotated),
    ):
        if path and not path.absolute().parent.is_dir():
            raise UserError(f"{option}: {path} cannot be written: its folder does not exist")
        if path and any(path.resolve() == video.resolve() for video in paths):
            raise UserError(f"{option}: {path} is one of the videos; choose another name")
        refuse_existing(option, path, outputs.force)
    return paths


def _predict(
    model: Path,
    paths: Sequence[Path],
    numbers: Mapping[str, float],
    way_by: _WayBy,
    num_snapshots: int = 0,
    by_rows: bool = False,
) -> _Answer:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeRemainingColumn())
    predictions: list[VideoPrediction] = []
    with Decoder(num_cores()) as decoder, Bars(*columns, console=errors) as bar:
        classifier = Classifier(model, numbers)
        if sentence := said_of_defaults(numbers, classifier.info.numbers_card):
            errors.print(escaped(sentence), highlight=False)
        if not by_rows and (sentence := said_of_whole_frames(classifier.sampling)):
            errors.print(escaped(f"{sentence}; rows with boxes are cut (--annotations)"), highlight=False)
        labelling, predict = way_by(classifier.info)
        predictor = VideoPredictor(classifier, decoder, labelling, num_snapshots=num_snapshots)
        for number, path in enumerate(paths, start=1):
            task = bar.add_task(f"{number}/{len(paths)} {path.name}", total=None)
            predictions += predict(predictor, path, _show_progress(bar, task))
            bar.remove_task(task)
    return _Answer(classifier.version, classifier.info, labelling, predictions)


def _show_progress(bar: Bars, task: TaskID) -> OnProgress:
    return lambda done, total: bar.update(task, completed=done, total=total or None)


def _write(answer: _Answer, outputs: OutputFiles) -> None:
    predictions, info = answer.predictions, answer.info
    name = choose_format(outputs.table, outputs.table_format) if outputs.table else ""
    if outputs.table and name in WRITERS:
        with (
            whole_file("--output", outputs.table) as partial,
            partial.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file,
        ):
            WRITERS[name](predictions, info.classes, file)
    elif outputs.table:
        _write_for_tool(outputs.table, name, answer)
    if outputs.timeline:
        with whole_file("--timeline", outputs.timeline) as partial:
            partial.write_text(render(predictions), encoding="utf-8", errors="backslashreplace")
    if outputs.annotated and predictions[0].timeline:
        with whole_file("--annotated", outputs.annotated) as partial:
            sampling = SamplingConfig.model_validate(info.sampling)
            annotate(Path(predictions[0].video), predictions[0].segments, sampling, partial)


def _write_for_tool(output: Path, name: str, answer: _Answer) -> None:
    content = content_of(answer.predictions, name, answer.version)
    if not content.segments:
        errors.print(f"{escaped(str(output))} was not written: no action was found", highlight=False)
        return
    write_annotations("--output", output, name, content)
    say_what_is_not_written(name, content)


def _name_broken(predictions: Sequence[VideoPrediction]) -> int:
    broken = [prediction for prediction in predictions if prediction.reason]
    for prediction in broken:
        place = f"{prediction.row}: {prediction.video}" if prediction.row else prediction.video
        errors.print(escaped(f"{place}: {prediction.reason}: {prediction.message}"), highlight=False)
    if broken:
        what = "rows have no answer" if predictions[0].row else "videos could not be read to the end"
        errors.print(f"{len(broken)} of {len(predictions)} {what}", highlight=False)
    return len(broken)
