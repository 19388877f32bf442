"""clipgate check"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

from components.annotation_validator.config import ChecksConfig
from components.annotation_validator.fix import fix, unsafe_suggestions
from components.annotation_validator.inputs.inputs import CheckInputs
from components.annotation_validator.inspection import Inspection
from components.annotation_validator.previous import PreviousSpan, find_previous
from components.annotation_validator.report import failures
from components.annotation_validator.runner import run_checks
from components.annotations.config import DataConfig, NegativesConfig
from components.annotations.files.fetch import load_annotations
from components.annotations.records.record import Segment
from components.annotations.writers.content import Content
from components.model_gate.config import GatesConfig
from components.storage.opening import open_root
from components.storage.root import is_remote
from foundation.messages.errors import UserError
from foundation.messages.wording import counted
from models.training.duration import said_of_duration
from pipeline.bars import Bars
from pipeline.checks import make_inspection, with_looks
from pipeline.commands.annotation_files import refuse_originals, write_annotations
from pipeline.commands.convert import (
    DelimiterOption,
    GroupPatternOption,
    LabelFieldOption,
    converted,
    data_of_options,
    refuse_beside_config,
)
from pipeline.commands.decisions import find_decisions
from pipeline.commands.findings import Accepted, Fixes, OutputFormat, draw_findings, write_findings
from pipeline.commands.terminal import (
    DATA_FAULTS,
    FileArgument,
    ForceOption,
    SetOption,
    errors,
    escaped,
    one_config,
    refuse_existing,
    require_config,
)
from pipeline.config import Config, load_config
from pipeline.loading import load_tensorflow
from pipeline.prediction.model import find_model, use_model
from pipeline.pushed_classes import served_classes
from pipeline.training_time import measure_seconds_per_clip, training_seconds


def check(
    file: FileArgument = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="A configuration, whose data and `checks` are taken.")
    ] = None,
    annotations: Annotated[str | None, typer.Option("--annotations", "-a", help="A file, folder or address.")] = None,
    videos: Annotated[
        str | None,
        typer.Option("--videos", help="The folder or address of the videos; without it only rows are checked."),
    ] = None,
    annotation_format: Annotated[str, typer.Option("--annotation-format", help="As data.format.")] = "auto",
    label_field: LabelFieldOption = None,
    delimiter: DelimiterOption = None,
    group_pattern: GroupPatternOption = None,
    output_format: Annotated[OutputFormat, typer.Option("--format", help="How to write it.")] = OutputFormat.TABLE,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Write to this file instead.")] = None,
    fixed: Annotated[
        Path | None, typer.Option("--fix", metavar="FILE", help="Write a corrected table: .csv or .jsonl.")
    ] = None,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --fix: also do what should be looked at first.")
    ] = False,
    frames: Annotated[
        bool | None,
        typer.Option(
            "--frames/--no-frames", help="Also decode the videos, and check what they show; as checks.frames."
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
        typer.Option("--model", "-m", help="With --frames: a pushed model, which labels and bounds are held against."),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option("--pictures", metavar="DIR", help="With --frames: draw what was found into this folder."),
    ] = None,
    how_long: Annotated[
        bool | None,
        typer.Option(
            "--time/--no-time",
            help="With --config: also measure some steps of training, and say how long it takes here; default: in a terminal.",
        ),
    ] = None,
    show_all: Annotated[
        bool, typer.Option("--all", help="Also show what people accepted, which fails nothing.")
    ] = False,
    force: ForceOption = False,
    changes: SetOption = None,
) -> None:
    """Find what is wrong with a training set before a run; exit code 0: nothing at or above checks.fail_on, 4: something."""
    if fixed and fixed.suffix not in (".csv", ".jsonl"):
        raise UserError(f"--fix: {fixed} has to end in .csv or .jsonl, which says what is written")
    if unsafe_fixes and not fixed:
        raise UserError("--unsafe-fixes: there is nothing to write them to; say with --fix FILE where the table goes")
    config = one_config(file, config)
    require_config(config, changes)
    refuse_existing("--output", output, force)
    given = {
        "format": annotation_format,
        "label_field": label_field,
        "delimiter": delimiter,
        "group_pattern": group_pattern,
    }
    task = _task(config, changes or (), annotations, videos, given)
    span = _previous(task, previous, previous_videos)
    frames = task.checks.frames if frames is None else frames
    for option, is_wanted in (("--frames", frames), ("--like", production), ("--previous-videos", previous_videos)):
        if is_wanted and not task.has_videos:
            raise UserError(f"{option}: there is nothing to look at; say with --videos where the videos lie")
    if pictures and not frames:
        raise UserError("--pictures: they show what --frames measures; add it")
    if model and not frames:
        raise UserError("--model: its network looks at frames; add --frames")
    if model:
        find_model(model)
    if fixed:
        refuse_originals("--fix", fixed, task.data)
        refuse_existing("--fix", fixed, force)
    records, assumptions = load_annotations(task.data, task.beam_args)
    if fixed:
        records = converted(records, task.data, task.beam_args, task.videos_key)
    root = open_root(task.data.videos, task.videos_key, task.beam_args) if task.has_videos else None
    # OpenCV is loaded by what looks into videos.
    from components.annotation_validator.look import look

    with _bars() as progress:
        inputs = look(
            records,
            task.inspection,
            root,
            progress=progress,
            frames=frames,
            assumptions=assumptions,
            previous=span,
            production=open_root(production, "--like", task.beam_args) if production else None,
            beam_args=task.beam_args,
        )
        if model and root:
            load_tensorflow()
            from components.annotation_validator.measuring.network import embed_videos

            over_time = task.checks.bar("doubtful_bounds") is not None
            embed = partial(embed_videos, inputs, root, on_video=progress("looking"), over_time=over_time)
            inputs = use_model(model, embed)
        inputs = with_looks(inputs, task.checks, progress)
    found = run_checks(inputs, task.checks)
    decided = find_decisions(task.data, task.checks, inputs)
    findings = decided.reported(found)
    if pictures:
        draw_findings(pictures, inputs, findings)
    fixes = None
    if fixed:
        correction = fix(inputs, task.checks, with_unsafe=unsafe_fixes, decided=decided)
        originals = [record for record in records if isinstance(record, Segment)]
        corrected = Content(tuple(correction.records(originals, inputs)))
        write_annotations("--fix", fixed, fixed.suffix.removeprefix("."), corrected)
        left = {} if unsafe_fixes else unsafe_suggestions(findings)
        fixes = Fixes(correction.changes, left, fixed)
    accepted = Accepted(decided, decided.accepted(found), show_all)
    write_findings(output_format, output, task.data.annotations, findings, inputs, task.checks, fixes, accepted)
    if task.settings and (errors.is_terminal if how_long is None else how_long):
        _say_how_long(task.settings, inputs)
    if failures(findings, task.checks):
        raise typer.Exit(DATA_FAULTS)


@dataclass(frozen=True)
class _Task:
    """What is to be checked, and how; `has_videos` is whether they are at hand, `videos_key` what people call their folder."""

    data: DataConfig
    checks: ChecksConfig
    inspection: Inspection
    settings: Config | None = None
    beam_args: Sequence[str] = ()
    has_videos: bool = True
    videos_key: str = "data.videos"


def _say_how_long(settings: Config, inputs: CheckInputs) -> None:
    """Say what the training costs on this machine."""
    sizes = Counter(inputs.split_of(segment) or "" for segment in inputs.segments)
    if not sizes["train"]:
        return
    with _bars() as progress:
        progress("measuring some steps of training")
        (per_clip,) = measure_seconds_per_clip([settings.model], settings.training, max(2, len(inputs.by_label)))
    folds = settings.evaluation.folds
    seconds = training_seconds(per_clip, settings.model, settings.training, sizes, folds)
    learned = sizes["train"] + sizes["test"] if folds else sizes["train"]
    name = f"training {settings.model.network} {settings.model.preset}, {counted(learned, 'clip')}"
    if folds:
        name += f", {folds} times without a fold and once with all"
    for sentence in said_of_duration(name, settings.training.epochs, seconds):
        errors.print(escaped(sentence), highlight=False)


@contextmanager
def _bars() -> Iterator[Callable[[str], Callable[[int, int], None]]]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Bars(*columns, console=errors) as bars:

        def bar(title: str) -> Callable[[int, int], None]:
            task = bars.add_task(title)
            return lambda done, total: bars.update(task, completed=done, total=total)

        yield bar


def _task(
    config: Path | None,
    changes: Sequence[str],
    annotations: str | None,
    videos: str | None,
    given: Mapping[str, str | None],
) -> _Task:
    if config:
        if annotations or videos:
            raise UserError("--config says which annotations and videos; leave out --annotations and --videos")
        refuse_beside_config(given)
        settings = load_config(config, changes)
        inspection = make_inspection(settings).model_copy(update={"served_classes": _served_classes(settings)})
        return _Task(settings.data, settings.checks, inspection, settings, settings.beam.args)
    if not annotations:
        raise UserError("--annotations is needed, or --config")
    # Readers look for names beside the annotations where no folder of videos is named.
    data = data_of_options(annotations, videos or _folder_of(annotations), given)
    inspection = Inspection(negatives=NegativesConfig(), default_min_examples=GatesConfig().min_examples)
    return _Task(data, ChecksConfig(), inspection, has_videos=videos is not None, videos_key="--videos")


def _served_classes(settings: Config) -> tuple[str, ...]:
    try:
        return served_classes(settings)
    except UserError as error:
        errors.print(f"the served model is not looked at: {error}", markup=False, highlight=False)
        return ()


def _previous(task: _Task, annotations: str | None, videos: str | None) -> PreviousSpan | None:
    """The span that options name, or else the configuration."""
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
        return None
    span = replace(span, annotations_key="--previous") if annotations else span
    return replace(span, videos_key="--previous-videos") if videos else span


def _folder_of(annotations: str) -> str:
    return annotations if Path(annotations).is_dir() else str(Path(annotations).parent)
