"""clipgate compare"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.progress import BarColumn, TextColumn
from rich.table import Table

from foundation.messages.wording import counted
from pipeline.bars import Bars
from pipeline.commands.runs import tell, verdict_in_words
from pipeline.commands.terminal import (
    ConfigOption,
    ForceOption,
    JsonOption,
    SetOption,
    command_for,
    console,
    errors,
    escaped,
    folding_column,
    key_column,
    refuse_existing,
    whole_file,
)
from pipeline.config import load_config
from pipeline.loading import load_tensorflow
from pipeline.runs.book import Book
from pipeline.runs.comparing import ALL, Change, ChangedClip, ClassRow, Comparison, Rate
from pipeline.runs.comparing import compare as compare_models
from pipeline.runs.data_changes import data_changes
from pipeline.runs.differences import different, in_words, settings
from pipeline.runs.measured import MeasuredRun, has_examples, read_ledger, read_measured
from pipeline.runs.record import RunRecord

if TYPE_CHECKING:  # what a page is made of is loaded when one is written
    from components.reporter.data import Strip

_NUM_SHOWN = 10
_SHORT = 12


def compare(
    first: Annotated[str, typer.Argument(metavar="A", help="The number of a run, or of a pushed version.")],
    second: Annotated[str, typer.Argument(metavar="B", help="Another one.")],
    config: ConfigOption,
    every: Annotated[bool, typer.Option("--all", help="List every clip that changed sides.")] = False,
    as_json: JsonOption = False,
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Also write a page of it, with pictures of these clips."),
    ] = None,
    force: ForceOption = False,
    changes: SetOption = None,
) -> None:
    """Compare two runs: what they were told, each class's rates with intervals, and the clips that changed sides."""
    refuse_existing("--html", html, force)
    book = Book(load_config(config, changes or ()), tell)
    runs = book.find(first), book.find(second)
    tested = [read_measured(book.output_dir, record) for record in runs]
    found = compare_models(tested[0], tested[1], tested[1].confidence)
    if html:
        _write_page(html, book, runs, tested, found)
    if as_json:
        print(json.dumps(_as_json(runs, found)))
        return
    console.print(_runs_table(book, *runs))
    console.print()
    console.print(_recall_table(found, *runs))
    console.print()
    console.print(_precision_table(found, *runs))
    _print_clips(found, *runs, every=every, config=config)


def _write_page(
    path: Path, book: Book, runs: tuple[RunRecord, RunRecord], tested: Sequence[MeasuredRun], found: Comparison
) -> None:
    # Matplotlib is loaded by what draws.
    from pipeline.runs.comparison_page import ComparedRun, pictured_clips, render

    first, second = (
        ComparedRun(record, verdict_in_words(book, record), each) for record, each in zip(runs, tested, strict=True)
    )
    ledgers = [read_ledger(book.output_dir, record) for record in runs]
    data = None if ledgers[0] is None or ledgers[1] is None else data_changes(ledgers[0], ledgers[1])
    strips = _pictures(book, runs, pictured_clips(found))
    page = render(runs[1].name, (first, second), found, data, strips)
    with whole_file("--html", path) as partial:
        # A file name that is no valid UTF-8 comes here as lone surrogates, which no encoding accepts.
        partial.write_bytes(page.encode("utf-8", "backslashreplace"))
    tell(f"page: {path}")


def _pictures(book: Book, runs: tuple[RunRecord, RunRecord], clip_ids: Sequence[str]) -> Mapping[str, "Strip"]:
    """Frames of these clips; TensorFlow, which reads them, is loaded only where there are any."""
    if not clip_ids or not any(has_examples(book.output_dir, record) for record in runs):
        return {}
    with Bars(TextColumn("{task.description}"), BarColumn(), console=errors) as bars:
        bars.add_task("looking for pictures", total=None)
        load_tensorflow()
        from pipeline.runs.pictures import read_pictures

        return read_pictures(book.output_dir, (runs[1], runs[0]), clip_ids)


def _runs_table(book: Book, first: RunRecord, second: RunRecord) -> Table:
    table = Table(
        key_column(""),
        *(folding_column(f"run {record.number}") for record in (first, second)),
        box=None,
        padding=(0, 1),
    )

    def add(what: str, *values: str) -> None:
        table.add_row(escaped(what), *map(escaped, values))

    add("began (UTC)", first.began, second.began)
    add("verdict", *(verdict_in_words(book, record) for record in (first, second)))
    for each in settings(first, second):
        add(each.what, in_words(each.before), in_words(each.after))
    if first.data_digest != second.data_digest:
        add("data", *(record.data_digest[:_SHORT] or "-" for record in (first, second)))
    for each in different(first.code, second.code):
        add(f"code of {each.what}", *((digest or "-")[:_SHORT] for digest in (each.before, each.after)))
    for each in different(first.software, second.software):
        add(each.what, each.before or "-", each.after or "-")
    return table


def _recall_table(found: Comparison, first: RunRecord, second: RunRecord) -> Table:
    columns = [folding_column(name, "right") for name in ("clips", *_names("recall", first, second), "change", "p")]
    table = Table(key_column("class"), *columns, box=None, padding=(0, 1))
    for row in found.rows:
        clips = str(row.num_clips[0]) if len({*row.num_clips}) == 1 else f"{row.num_clips[0]}, {row.num_clips[1]}"
        change, p_value = (f"{row.change.gain:+.2f}", f"{row.change.p_value:.2g}") if row.change else ("-", "-")
        table.add_row(escaped(row.label or "all: accuracy"), clips, *map(_rate, row.recall), change, p_value)
    return table


def _precision_table(found: Comparison, first: RunRecord, second: RunRecord) -> Table:
    is_ranked = any(value is not None for value in found.rows[0].average_precision)
    names = [*_names("precision", first, second), *(_names("AP", first, second) if is_ranked else ())]
    table = Table(key_column("class"), *(folding_column(name, "right") for name in names), box=None, padding=(0, 1))
    for row in found.rows:
        values = [*map(_rate, row.precision), *(map(_number, row.average_precision) if is_ranked else ())]
        if row.label != ALL:
            table.add_row(escaped(row.label), *values)
        elif is_ranked:
            table.add_row("all: mean AP", *values)
    return table


def _names(rate: str, *runs: RunRecord) -> list[str]:
    return [f"{rate}, run {record.number}" for record in runs]


def _rate(rate: Rate | None) -> str:
    if rate is None or rate.value is None:
        return "-"
    interval = rate.interval
    return f"{rate.value:.2f}" if interval is None else f"{rate.value:.2f} ({interval.low:.2f}-{interval.high:.2f})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _print_clips(found: Comparison, first: RunRecord, second: RunRecord, *, every: bool, config: Path) -> None:
    overall = found.rows[0].change
    if found.changed is None:
        why = "one of these runs does not tell which clips it has missed, or its ledger was removed"
        console.print(f"\nnot compared clip by clip: {why}", highlight=False)
        return
    if overall is None:
        console.print("\nno test clip is common to both, so only the rates can be compared", highlight=False)
        return
    console.print(
        f"\n{counted(overall.num_clips, 'test clip')} of both; change: on these, run {second.number} less run "
        f"{first.number}; p: how often two equally good models differ so much, by exchanging whole groups",
        highlight=False,
    )
    for verb, clips in (
        ("lost", [c for c in found.changed if not c.is_won]),
        ("won", [c for c in found.changed if c.is_won]),
    ):
        console.print(f"\n[bold]{counted(len(clips), 'clip')} {verb}[/]", highlight=False)
        for clip in clips if every else clips[:_NUM_SHOWN]:
            segment = clip.segment
            which = second if verb == "lost" else first
            answer = ", ".join(clip.wrong_answer) or "nothing"
            line = f"  {', '.join(segment.labels)}: {segment}; run {which.number} said {answer}"
            console.print(escaped(line), highlight=False)
        if not every and len(clips) > _NUM_SHOWN:
            command = f"{command_for(f'compare {first.number} {second.number}', config)} --all"
            console.print(escaped(f"  and {len(clips) - _NUM_SHOWN} more: {command}"), highlight=False)


def _as_json(runs: tuple[RunRecord, RunRecord], found: Comparison) -> dict[str, Any]:
    return {
        "runs": [record.number for record in runs],
        "settings": [each._asdict() for each in settings(*runs)],
        "same_data": runs[0].data_digest == runs[1].data_digest,
        "classes": [_row_as_json(row) for row in found.rows],
        "changed": None if found.changed is None else [_clip_as_json(clip) for clip in found.changed],
    }


def _row_as_json(row: ClassRow) -> dict[str, Any]:
    def rate(value: Rate | None) -> dict[str, Any] | None:
        return value and {"value": value.value, "interval": value.interval and list(value.interval)}

    change: Change | None = row.change
    return {
        "class": row.label or None,
        "clips": row.num_clips,
        "recall": [rate(each) for each in row.recall],
        "precision": [rate(each) for each in row.precision],
        **({"average_precision": row.average_precision} if row.average_precision != (None, None) else {}),
        "change": change and change._asdict(),
    }


def _clip_as_json(clip: ChangedClip) -> dict[str, Any]:
    """A clip that has, and was given, one label has it as a text."""
    segment = clip.segment._asdict()
    labels, *answers = (each[0] if len(each) == 1 else each for each in (segment.pop("labels"), *clip.answers))
    return {"clip": clip.clip_id, "label": labels, **segment, "answers": answers}
