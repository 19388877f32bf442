"""clipgate runs"""

import json
from collections.abc import Iterator
from typing import Any

from rich.table import Table

from components.storage.paths import METADATA_FILE
from foundation.messages.wording import counted
from pipeline.commands.terminal import (
    ConfigOption,
    JsonOption,
    SetOption,
    console,
    errors,
    escaped,
    folding_column,
    key_column,
)
from pipeline.config import load_config
from pipeline.runs.book import Book
from pipeline.runs.differences import differences
from pipeline.runs.record import RunRecord

_COLOURS = {"pushed": "green", "rejected": "red", "failed": "red", "open": "yellow"}


def runs(config: ConfigOption, as_json: JsonOption = False, changes: SetOption = None) -> None:
    """List the runs: when, what came of each, how good its model is, and what differs from the run before."""
    book = Book(load_config(config, changes or ()), tell)
    if as_json:
        rows = [
            {**record.model_dump(mode="json"), **_found(book, before, record)}
            for before, record in _with_those_before(book)
        ]
        print(json.dumps({"output_dir": str(book.output_dir), "runs": rows}))
        return
    where = f"{book.output_dir}: {counted(len(book.records), 'run')}"
    if not book.records:
        has_old = (book.output_dir / METADATA_FILE).is_file()
        where += "; earlier releases kept no records of theirs" if has_old else ""
    console.print(escaped(where), highlight=False)
    if book.records:
        console.print(_table(book))
        console.print()
        console.print(_table_of_differences(book))


def tell(sentence: str) -> None:
    """Print what people have to know beside the result."""
    errors.print(escaped(sentence), highlight=False)


def verdict_in_words(book: Book, record: RunRecord) -> str:
    """What came of a run, with the version of its model, and the run that trained it if that was another one."""
    words: str = record.verdict
    pusher = book.pusher_of(record)
    if pusher:
        is_own = pusher.number == record.number
        words = f"pushed {record.version_number}" if is_own else f"pushed already {record.version_number}"
    if record.resumed_after_epoch is not None:
        words += f", resumed after epoch {record.resumed_after_epoch}"
    trainer = book.trainer_of(record)
    return words if trainer is None or trainer.number == record.number else f"{words}, model of run {trainer.number}"


def _found(book: Book, before: RunRecord | None, record: RunRecord) -> dict[str, Any]:
    """What is known of a run by comparing it with others."""
    pusher, trainer = book.pusher_of(record), book.trainer_of(record)
    return {
        "differs": differences(before, record) if before else [],
        "pushed_by": pusher.number if pusher else None,
        "trained_by": trainer.number if trainer else None,
    }


def _with_those_before(book: Book) -> Iterator[tuple[RunRecord | None, RunRecord]]:
    """Each run after the one before it; None before the first."""
    return zip((None, *book.records), book.records, strict=False)


def _table(book: Book) -> Table:
    is_ranked = any(record.figures and record.figures.mean_average_precision is not None for record in book.records)
    table = Table(
        key_column("run"),
        key_column("began (UTC)"),
        folding_column("verdict"),
        *([folding_column("mAP", "right")] if is_ranked else []),
        folding_column("accuracy", "right"),
        folding_column("lowest recall"),
        box=None,
        padding=(0, 1),
    )
    for record in book.records:
        figures = record.figures
        worst = figures.worst if figures else None
        colour = _COLOURS.get(record.verdict, "default")
        table.add_row(
            str(record.number),
            record.began,
            f"[{colour}]{escaped(verdict_in_words(book, record))}[/]",
            *([_number(figures.mean_average_precision if figures else None)] if is_ranked else []),
            _number(figures.accuracy if figures else None),
            escaped(f"{worst[0]} {worst[1]:.2f}") if worst else "-",
        )
    return table


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _table_of_differences(book: Book) -> Table:
    table = Table(key_column("run"), folding_column("differs from the run before"), box=None, padding=(0, 1))
    for before, record in _with_those_before(book):
        differs = "; ".join(differences(before, record)) or "nothing" if before else "-"
        error = f"\n[red]{escaped(record.error)}[/]" if record.error else ""
        table.add_row(str(record.number), f"{escaped(differs)}{error}")
    return table
