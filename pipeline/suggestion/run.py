"""What `clipgate suggest` does: look at videos, choose, write, show."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.progress import BarColumn, TaskID, TextColumn
from rich.table import Table

from components.model_gate.verdict import Verdict
from components.storage.root import Root
from components.video.decoder import Decoder
from components.video.queues import Windows
from foundation.machine import num_cores
from foundation.messages.errors import UserError
from foundation.messages.wording import counted
from models.export_info import ExportInfo
from pipeline.bars import Bars, TimeColumn
from pipeline.commands.annotation_files import (
    content_of,
    refuse_output,
    require_one_video,
    say_what_is_not_written,
    write_annotations,
)
from pipeline.commands.terminal import (
    console,
    errors,
    escaped,
    folding_column,
    key_column,
    refuse_existing,
    whole_file,
)
from pipeline.crops import said_of_whole_frames
from pipeline.prediction.defaults import BACKGROUND, choose_background, choose_windows
from pipeline.prediction.model import find_model
from pipeline.prediction.reading import OnProgress
from pipeline.suggestion.choosing import choose
from pipeline.suggestion.gaps import gaps_of, gate_of_version
from pipeline.suggestion.looking import Found, Looking
from pipeline.suggestion.seeing import SeeingModel
from pipeline.suggestion.sources import Annotated, Sources, find_sources
from pipeline.suggestion.spans import Known, Suggestion
from pipeline.suggestion.writing import as_csv, as_json, as_segments

_OWN_FORMATS = ("csv", "json")


@dataclass(frozen=True)
class Output:
    """A file to write and its format; None: nothing but what is printed. `force`: over a file that exists."""

    path: Path | None = None
    format: str = "csv"
    as_json: bool = False
    force: bool = False


@dataclass(frozen=True)
class Wanted:
    """What is asked for. `windows`: lengths in seconds; empty: as the card of the model says."""

    videos: str
    root: Root
    model: Path
    count: int
    windows: Sequence[float] = ()
    beam_args: Sequence[str] = ()


def suggest(wanted: Wanted, annotated: Annotated | None, gate: Verdict | None, output: Output) -> int:
    """Print and write what to annotate next; returns how many videos could not be read to the end.

    Args:
      gate: what the gate said in a run; None: what it said of the model.

    Raises:
      UserError: the model, the videos or the file to write are none.
    """
    _windows(find_model(wanted.model)[1], wanted.windows)  # mistakes are told before anything is loaded
    sources = find_sources(wanted.root, annotated)
    num_wanted = sum(part.is_wanted for part in sources.parts)
    if not num_wanted:
        raise UserError(f"--videos: no video in {wanted.videos}")
    _refuse(output, min(num_wanted, wanted.count))
    model = SeeingModel(wanted.model)
    found = _look(model, _windows(model.info, wanted.windows), sources)
    verdict = gate or gate_of_version(model.version)
    known = Known(
        model.info.classes,
        found.known,
        _rows_of_classes(sources.num_annotated, model.info.classes),
        gaps_of(verdict) if verdict else {},
    )
    chosen = choose(found.free, known, wanted.count)
    _write(chosen, model, wanted, output)
    _show(chosen, model, output)
    _say(found, sources, model, verdict)
    return _name_broken({**sources.broken, **found.broken}, len(sources.parts) + len(sources.broken))


def _windows(info: ExportInfo, lengths: Sequence[float]) -> Windows:
    """Half a window from one to the next, so that each moment is seen twice."""
    chosen = choose_windows(info, choose_background(info.classes, None), lengths)
    return Windows(chosen.lengths_seconds, chosen.lengths_seconds[0] / 2)


def _look(model: SeeingModel, windows: Windows, sources: Sources) -> Found:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeColumn())
    with Decoder(num_cores()) as decoder, Bars(*columns, console=errors) as bar:
        looking = Looking(model.see, model.sampling, windows, decoder)
        task = bar.add_task("", total=len(sources.parts))
        for number, part in enumerate(sources.parts):
            bar.update(task, description=f"{number + 1}/{len(sources.parts)} {part.name}")
            looking.look(part, _show_progress(bar, task, number))
            bar.update(task, completed=number + 1)
    return looking.finish()


def _show_progress(bar: Bars, task: TaskID, number: int) -> OnProgress:
    return lambda done, total: bar.update(task, completed=number + (min(1.0, done / total) if total else 0))


def _rows_of_classes(num_annotated: Mapping[str, int], classes: Sequence[str]) -> dict[str, int]:
    """Rows by the model's classes; rows that state that no action happens are of the background."""
    named = {label or BACKGROUND: count for label, count in num_annotated.items()}
    return {label: named.get(label, 0) for label in classes} if named else {}


def _refuse(output: Output, most_videos: int) -> None:
    """Raise UserError if the file cannot be written for a reason that is known already."""
    if output.path is None:
        return
    if not output.path.absolute().parent.is_dir():
        raise UserError(f"--output: {output.path} cannot be written: its folder does not exist")
    if output.format in _OWN_FORMATS:
        refuse_existing("--output", output.path, output.force)
    else:
        refuse_output("--output", output.path, output.format, output.force)
        require_one_video("--output", output.path, output.format, most_videos)


def _write(chosen: Sequence[Suggestion], model: SeeingModel, wanted: Wanted, output: Output) -> None:
    if output.path is None:
        return
    if output.format in _OWN_FORMATS:
        name = _name_of(model.version)
        text = as_csv(chosen) if output.format == "csv" else as_json(chosen, model.info.classes, name)
        with whole_file("--output", output.path) as partial:
            partial.write_bytes(text.encode("utf-8", "backslashreplace"))
        return
    if not chosen:
        errors.print(f"{escaped(str(output.path))} was not written: nothing is left to annotate", highlight=False)
        return
    segments = as_segments(chosen, wanted.videos)
    content, _ = content_of(
        segments, output.format, wanted.videos, wanted.beam_args, "--videos", _name_of(model.version)
    )
    write_annotations("--output", output.path, output.format, content)
    if not output.as_json:
        say_what_is_not_written(output.format, content)


def _show(chosen: Sequence[Suggestion], model: SeeingModel, output: Output) -> None:
    if output.as_json:
        print(json.dumps(json.loads(as_json(chosen, model.info.classes, _name_of(model.version)))))
        return
    numbers = (folding_column(name, "right") for name in ("start", "end", "score"))
    table = Table(key_column("video"), *numbers, folding_column("label"), folding_column("why"), box=None)
    for each in chosen:
        span = each.span
        times = f"{span.start_seconds:.2f}", f"{span.end_seconds:.2f}"
        label = f"{each.label} {each.probability:.2f}"
        table.add_row(escaped(span.video), *times, f"{each.score:.2f}", escaped(label), escaped(each.why))
    console.print(table)


def _say(found: Found, sources: Sources, model: SeeingModel, verdict: Verdict | None) -> None:
    """Print what the choice was made of, and what was missing for it."""
    num_wanted = sum(part.is_wanted for part in sources.parts)
    lines = [
        f"{counted(found.num_free, 'span')} of {counted(num_wanted, 'video')} are not annotated; "
        f"{counted(len(found.known), 'annotated span')} stand beside them"
    ]
    if found.num_free > len(found.free):
        lines.append(f"chosen was among the {len(found.free)} of which the model is least sure")
    if not sources.num_annotated:
        lines.append("no annotations: nothing is left out, and no class counts as rare (--annotations or --config)")
    if sources.num_unused:
        lines.append(
            f"{counted(sources.num_unused, 'annotated row')} cannot be read, or name no video here; what they speak of may be "
            "suggested (clipgate check lists them)"
        )
    if verdict is None:
        lines.append(
            "no gate's verdict: no class counts as open (a pushed version's card has one, or a run of --config)"
        )
    if not model.has_features:
        lines.append(f"{model.version} gives no features: spans are alike if their probabilities are")
    if sentence := said_of_whole_frames(model.sampling):
        lines.append(sentence)
    for line in lines:
        errors.print(escaped(line), highlight=False)


def _name_of(version: Path) -> str:
    return f"{version.parent.name}/{version.name}"


def _name_broken(broken: Mapping[str, str], num_videos: int) -> int:
    for name, reason in sorted(broken.items()):
        errors.print(escaped(f"{name}: {reason}"), highlight=False)
    if broken:
        errors.print(f"{len(broken)} of {num_videos} videos could not be read to the end", highlight=False)
    return len(broken)
