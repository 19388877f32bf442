"""clipgate ledger"""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from components.storage.opening import local_file
from components.storage.root import is_remote
from components.video_example_gen.ledger import REJECTED_FILE, SUMMARY_FILE
from foundation.messages.errors import UserError
from pipeline.commands.terminal import JsonOption, SetOption, command_for, console, escaped, require_config
from pipeline.config import load_config

_NUM_SHOWN = 3

Entry = Mapping[str, Any]


def ledger(
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="The configuration file: the ledger of its last run.")
    ] = None,
    folder: Annotated[
        str | None, typer.Option("--ledger", metavar="DIR", help="A ledger's folder or address, instead of --config.")
    ] = None,
    reason: Annotated[str | None, typer.Option(metavar="CODE", help="List all that was left out for it.")] = None,
    as_json: JsonOption = False,
    changes: SetOption = None,
) -> None:
    """Say what was left out, why, and what to do about it."""
    require_config(config, changes)
    if config and not folder:
        place = _of_last_run(config, changes or ())
    elif folder and not config:
        place = folder
    else:
        raise UserError("one of --config and --ledger is needed, and only one: which ledger is to be shown?")
    summary = json.loads(_read(place, SUMMARY_FILE).decode())
    by_reason: dict[str, list[Entry]] = defaultdict(list)
    for line in _read(place, REJECTED_FILE).splitlines():
        entry = json.loads(line)
        by_reason[entry["reason"]].append(entry)
    if reason and reason not in by_reason:
        raise UserError(
            f"--reason: nothing was left out for {reason!r}; the reasons here: {', '.join(sorted(by_reason))}"
        )
    chosen = {code: entries for code, entries in by_reason.items() if code == (reason or code)}
    ordered = dict(sorted(chosen.items(), key=lambda item: (-len(item[1]), item[0])))
    if as_json:
        reasons = [_as_json(code, entries) for code, entries in ordered.items()]
        print(json.dumps({"ledger": place, "summary": summary, "reasons": reasons}))
    elif reason:
        _print_entries(ordered[reason])
    else:
        _print_overview(place, summary, ordered)


def _of_last_run(config: Path, changes: Sequence[str]) -> str:
    from pipeline.lineage import uri_of_last_run

    settings = load_config(config, changes)
    place = uri_of_last_run(settings, "VideoExampleGen.ledger")
    if not Path(place, SUMMARY_FILE).is_file():
        raise UserError(f"{settings.output_dir}: no run has written a ledger yet; run: {command_for('run', config)}")
    return place


def _read(place: str, name: str) -> bytes:
    address = f"{place.rstrip('/')}/{name}"
    if not is_remote(place) and not Path(address).is_file():
        raise UserError(f"--ledger: {place} is no ledger's folder; expected {SUMMARY_FILE} and {REJECTED_FILE} in it")
    with local_file(address, "--ledger") as path:
        return path.read_bytes()


def _as_json(code: str, entries: Sequence[Entry]) -> dict[str, Any]:
    return {"reason": code, "remedy": entries[0]["remedy"], **_counts(entries), "entries": list(entries)}


def _counts(entries: Sequence[Entry]) -> dict[str, int]:
    return {f"{kind}s": sum(entry["kind"] == kind for entry in entries) for kind in ("row", "video")}


def _print_overview(place: str, summary: Mapping[str, Any], by_reason: Mapping[str, Sequence[Entry]]) -> None:
    console.print(
        f"{summary['rows_found']} annotation rows: {summary['rows_accepted']} became clips, "
        f"{summary['rows_rejected']} were left out\n"
        f"{summary['videos_found']} videos: {summary['videos_used']} are used, {summary['videos_rejected']} were left out",
        highlight=False,
    )
    if not by_reason:
        return
    numbers = (Column(name, justify="right") for name in ("rows", "videos"))
    remedy = Column("what to do", overflow="fold")
    table = Table(Column("reason", no_wrap=True), *numbers, remedy, box=None, padding=(0, 2))
    for code, entries in by_reason.items():
        counts = _counts(entries)
        table.add_row(escaped(code), str(counts["rows"]), str(counts["videos"]), escaped(entries[0]["remedy"]))
    console.print(table)
    for code, entries in by_reason.items():
        console.print(f"\n[bold]{escaped(code)}[/]", highlight=False)
        _print_entries(entries[:_NUM_SHOWN])
        if len(entries) > _NUM_SHOWN:
            console.print(f"  and {len(entries) - _NUM_SHOWN} more: --reason {escaped(code)}", highlight=False)
    console.print(f"\nall of it: {escaped(place)}/{REJECTED_FILE}", highlight=False)


def _print_entries(entries: Sequence[Entry]) -> None:
    for entry in entries:
        where = f"{entry['file']}, row {entry['row']}" if entry["row"] is not None else entry["file"]
        value = f" ({entry['value']})" if entry["value"] not in ("", entry["video"]) else ""
        video = f": {entry['video']}" if entry["kind"] == "row" and entry["video"] else ""
        console.print(escaped(f"  {where}{video}: {entry['message']}{value}"), highlight=False)
