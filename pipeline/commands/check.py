"""clipgate check"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import Enum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from components.annotation_validator.checks.catalogue import ANNOTATION_CHECKS
from components.annotation_validator.checks.finding import Check, CheckInputs, Finding, run_checks
from components.annotation_validator.checks.fix import Fixed, fix
from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.inspection import Inspection, look_at_production
from components.annotation_validator.page import render
from components.annotation_validator.previous import PreviousSpan, find_previous
from components.annotation_validator.report import as_json, as_sarif, failures
from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.readers.detect import annotation_files
from components.annotations.records.record import Record, Segment
from components.model_gate.config import GatesConfig
from components.storage.opening import open_root
from components.storage.root import Root, is_remote
from foundation.messages.errors import UserError
from models.export_info import ExportInfo
from pipeline.checks import make_inspection
from pipeline.commands.convert import converted, data_of_options, write_table
from pipeline.commands.findings import print_changes, print_findings
from pipeline.commands.terminal import DATA_FAULTS, console, errors, escaped
from pipeline.config import load_config
from pipeline.loading import load_tensorflow
from pipeline.prediction.model import find_model

if TYPE_CHECKING:
    from components.video.decoder_pool import DecoderPool

_FILE_WIDTH = 160


class OutputFormat(str, Enum):
    """How the findings are written."""

    TABLE = "table"
    JSON = "json"
    SARIF = "sarif"
    HTML = "html"


def check(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="A configuration, whose data and `checks` are taken.")
    ] = None,
    annotations: Annotated[str | None, typer.Option("--annotations", "-a", help="A file, folder or address.")] = None,
    videos: Annotated[
        str | None,
        typer.Option("--videos", help="The folder or address of the videos; without it only rows are checked."),
    ] = None,
    annotation_format: Annotated[str, typer.Option("--annotation-format", help="As data.format.")] = "auto",
    output_format: Annotated[OutputFormat, typer.Option("--format", help="How to write it.")] = OutputFormat.TABLE,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
    fixed: Annotated[
        Path | None, typer.Option("--fix", metavar="FILE", help="Write a corrected table: .csv or .jsonl.")
    ] = None,
    frames: Annotated[
        bool | None,
        typer.Option(
            "--frames/--no-frames", help="Also decode the videos, and check what is in them; as checks.frames."
        ),
    ] = None,
    production: Annotated[
        str | None,
        typer.Option("--like", metavar="DIR", help="Compare with videos such as the model is to work on."),
    ] = None,
    previous: Annotated[
        str | None,
        typer.Option("--previous", metavar="ANNOTATIONS", help="Compare with these; as checks.previous_annotations."),
    ] = None,
    previous_videos: Annotated[
        str | None, typer.Option("--previous-videos", metavar="DIR", help="As checks.previous_videos.")
    ] = None,
    model: Annotated[
        Path | None,
        typer.Option(
            "--model", "-m", help="With --frames: a pushed model; labels and bounds are held against what it sees."
        ),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", metavar="DIR", help="With --frames: draw what was found into this folder."),
    ] = None,
) -> None:
    """Find what is wrong with a training set before a run; exit code 0: nothing at or above checks.fail_on, 4: something."""
    if fixed and fixed.suffix not in (".csv", ".jsonl"):
        raise UserError(f"--fix: {fixed} has to end in .csv or .jsonl, which says what is written")
    task = _with_previous(_task(config, annotations, videos, annotation_format), previous, previous_videos)
    frames = task.checks.frames if frames is None else frames
    for option, is_wanted in (("--frames", frames), ("--like", production), ("--previous-videos", previous_videos)):
        if is_wanted and not task.has_videos:
            raise UserError(f"{option}: there is nothing to look at; say with --videos where the videos lie")
    if pictures and not frames:
        raise UserError("--pictures: they show what --frames measures; add it")
    if model and not frames:
        raise UserError("--model: its network looks at frames; add --frames")
    pushed = find_model(model) if model else None
    if fixed:
        _refuse_originals(fixed, task.data)
    records = task.read(in_seconds=fixed is not None)
    inputs = task.look(records, frames, production)
    if pushed:
        inputs = task.embed(inputs, *pushed)
    pixel_checks, pixel_corrections = _pixel_checks(frames)
    findings = run_checks((*ANNOTATION_CHECKS, *pixel_checks), inputs, task.checks)
    if pictures:
        _draw(pictures, inputs, findings)
    correction = fix((*ANNOTATION_CHECKS, *pixel_corrections), inputs, task.checks) if fixed else Fixed({}, ())
    if fixed:
        originals = [record for record in records if isinstance(record, Segment)]
        write_table(fixed, correction.records(originals, inputs))
    if output_format is OutputFormat.TABLE:
        shown = Console(file=StringIO(), width=_FILE_WIDTH) if output else console
        print_findings(shown, findings, inputs, task.checks)
        if fixed:
            print_changes(shown, correction.changes, fixed)
        if isinstance(shown.file, StringIO):
            _write(shown.file.getvalue(), output)
    elif output_format is OutputFormat.HTML:
        _write(render(task.data.annotations, findings, inputs, task.checks), output)
    elif output_format is OutputFormat.SARIF:
        _write(json.dumps(as_sarif(findings), indent=2), output)
    else:
        _write(json.dumps(as_json(findings, inputs, task.checks, correction.changes), indent=2), output)
    if failures(findings, task.checks):
        raise typer.Exit(DATA_FAULTS)


@dataclass(frozen=True)
class _Task:
    """What is to be checked, and how; `has_videos` is whether they are at hand."""

    data: DataConfig
    checks: ChecksConfig
    inspection: Inspection
    beam_args: Sequence[str] = ()
    has_videos: bool = True
    previous: PreviousSpan | None = None

    def read(self, in_seconds: bool) -> list[Record]:
        """The annotations; `in_seconds`: with times and boxes as the generic table has them."""
        records = load_annotations(self.data, self.beam_args)
        return converted(records, self.data, self.beam_args) if in_seconds else records

    def look(self, records: Sequence[Record], frames: bool, production: str | None) -> CheckInputs:
        """What checks look at; bars show how many headers were read, and how many videos decoded.

        `production`: a folder or address of videos to compare with.
        """
        if not self.has_videos:
            inputs = self.inspection.inputs(records, None, None)
            span = self.previous
            return replace(inputs, previous=span.look(self.inspection, None, None)) if span else inputs
        # OpenCV is loaded by what looks into videos.
        from components.video.decoder_pool import DecoderPool

        root = open_root(self.data.videos, "--videos", self.beam_args)
        with DecoderPool() as decoders:
            with _bar("reading headers") as show:
                inputs = self.inspection.inputs(records, root, decoders, show)
            if self.previous:
                inputs = replace(inputs, previous=self._look_at(self.previous, decoders, frames))
            if frames:
                inputs = self._measured(inputs, root, decoders)
            if production:
                root = open_root(production, "--like", self.beam_args)
                with _bar("reading headers of production") as show:
                    like = look_at_production(root, decoders, show)
                inputs = replace(inputs, production=self._measured(like, root, decoders) if frames else like)
        return inputs

    def _look_at(self, span: PreviousSpan, decoders: "DecoderPool", frames: bool) -> CheckInputs:
        root = span.open_videos(self.beam_args)
        with _bar("reading headers of the previous span") as show:
            inputs = span.look(self.inspection, root, decoders, self.beam_args, show)
        return self._measured(inputs, root, decoders) if frames and inputs.videos else inputs

    def _measured(self, inputs: CheckInputs, root: Root, decoders: "DecoderPool") -> CheckInputs:
        from components.annotation_validator.measuring import measure_videos

        with _bar("decoding") as show:
            return replace(inputs, measures=measure_videos(inputs, root, self.inspection.sampling, decoders, show))

    def embed(self, inputs: CheckInputs, model_dir: Path, info: ExportInfo) -> CheckInputs:
        """The inputs with what the model's network makes of the segments; a bar shows of how many videos."""
        load_tensorflow()
        from components.annotation_validator.embedding import embed_videos

        root = open_root(self.data.videos, "--videos", self.beam_args)
        with _bar("looking") as show:
            over_time = self.checks.is_on("doubtful_bounds")
            return embed_videos(inputs, root, model_dir, info, show, over_time=over_time)


@contextmanager
def _bar(text: str) -> Iterator[Callable[[int, int], None]]:
    columns = (TextColumn(text), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=errors, transient=True, disable=not errors.is_terminal) as progress:
        task = progress.add_task("")
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _pixel_checks(is_wanted: bool) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
    """The checks of what frames show, and those of them that correct."""
    if not is_wanted:
        return (), ()
    from components.annotation_validator.checks.pixels import PIXEL_CHECKS, PIXEL_CORRECTIONS

    return PIXEL_CHECKS, PIXEL_CORRECTIONS


def _draw(folder: Path, inputs: CheckInputs, findings: Sequence[Finding]) -> None:
    from components.annotation_validator.pictures import write_pictures

    try:
        written = write_pictures(folder, inputs, findings)
    except OSError as error:
        raise UserError(f"--pictures: {folder} cannot be written: {error.strerror}") from error
    errors.print(f"{len(written)} pictures in {escaped(str(folder))}", highlight=False)


def _task(config: Path | None, annotations: str | None, videos: str | None, annotation_format: str) -> _Task:
    if config:
        if annotations or videos:
            raise UserError("--config says which annotations and videos; leave out --annotations and --videos")
        settings = load_config(config)
        return _Task(settings.data, settings.checks, make_inspection(settings), settings.beam.args)
    if not annotations:
        raise UserError("--annotations is needed, or --config")
    # Readers look for names beside the annotations where no folder of videos is named.
    data = data_of_options(annotations, videos or _folder_of(annotations), {"format": annotation_format})
    inspection = Inspection(negatives=NegativesConfig(), default_min_examples=GatesConfig().min_examples)
    return _Task(data, ChecksConfig(), inspection, has_videos=videos is not None)


def _with_previous(task: _Task, annotations: str | None, videos: str | None) -> _Task:
    """The task with the span that options name, or else the configuration."""
    if annotations and not is_remote(annotations) and not Path(annotations).exists():
        raise UserError(f"--previous: {annotations} does not exist")
    given = {"previous_annotations": annotations, "previous_videos": videos}
    if annotations and not task.has_videos:
        given["previous_videos"] = _folder_of(annotations)
    checks = task.checks.model_copy(update={key: value for key, value in given.items() if value})
    span = find_previous(task.data, checks)
    if span is None:
        if videos:
            raise UserError("--previous-videos: say with --previous where their annotations are")
        return task
    span = replace(span, annotations_key="--previous") if annotations else span
    span = replace(span, videos_key="--previous-videos") if videos else span
    return replace(task, previous=span)


def _folder_of(annotations: str) -> str:
    return annotations if Path(annotations).is_dir() else str(Path(annotations).parent)


def _refuse_originals(fixed: Path, data: DataConfig) -> None:
    if is_remote(data.annotations):
        return
    if fixed.resolve() in {path.resolve() for path in annotation_files(data)}:
        raise UserError(f"--fix: {fixed} holds the annotations themselves; name another file")


def _write(text: str, output: Path | None) -> None:
    if output is None:
        print(text.rstrip())
        return
    try:
        # A file name that is no valid UTF-8 comes here as lone surrogates, which no encoding accepts.
        output.write_bytes(f"{text.rstrip()}\n".encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UserError(f"--output: {output} cannot be written: {error.strerror}") from error
