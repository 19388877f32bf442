"""clipgate versions, card and rollback: what was pushed, and the way back to an earlier version."""

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from components.pusher.card_files import MODEL_CARD_JSON, MODEL_CARD_MARKDOWN
from components.pusher.changes import roll_back, rollback_target
from components.pusher.destination import Destination, explained
from components.pusher.opening import open_destination
from components.pusher.versions import Version, all_versions, last_available
from components.pusher.whole import require_whole
from foundation.messages.errors import UserError
from pipeline.commands.terminal import (
    ConfigOption,
    JsonOption,
    SetOption,
    command_for,
    console,
    escaped,
    folding_column,
    key_column,
)
from pipeline.config import load_config

_KEY_LENGTH = 12


def versions(config: ConfigOption, as_json: JsonOption = False, changes: SetOption = None) -> None:
    """List the pushed versions: which one is served, which ones were withdrawn."""
    destination = _destination(config, changes)
    with explained(destination.uri):
        served = last_available(destination)
        rows = [_row(version, served) for version in all_versions(destination)]
    if as_json:
        print(json.dumps({"destination": destination.uri, "versions": rows}))
        return
    console.print(escaped(destination.uri if rows else f"{destination.uri}: nothing was pushed"), highlight=False)
    if rows:
        console.print(_table(rows))


def card(
    config: ConfigOption,
    version: Annotated[int | None, typer.Argument(help="Its number; default: the version that is served.")] = None,
    changes: SetOption = None,
) -> None:
    """Print the model card of a pushed version."""
    destination = _destination(config, changes)
    with explained(destination.uri):
        wanted = partial(rollback_target, destination, option="VERSION")
        found = last_available(destination) if version is None else wanted(version)
        if found is None:
            raise UserError(f"{destination.uri}: no model was pushed there, or all are withdrawn")
        if not destination.is_file(f"{found.folder}/{MODEL_CARD_MARKDOWN}"):
            raise UserError(f"{found.uri} has no model card; it was pushed by an earlier version of clipgate")
        print(destination.read_text(f"{found.folder}/{MODEL_CARD_MARKDOWN}"), end="")


def rollback(
    config: ConfigOption,
    to: Annotated[int | None, typer.Option(help="The version to be served; default: the one before.")] = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    changes: SetOption = None,
) -> None:
    """Withdraw newer versions, so that TensorFlow Serving loads an earlier one; or bring a withdrawn one back."""
    destination = _destination(config, changes)
    target = rollback_target(destination, to)
    with explained(destination.uri):
        served = last_available(destination)
    if served and served.folder == target.folder:
        console.print(f"version {target.name} is served already", highlight=False)
        return
    with explained(destination.uri):
        require_whole(target, "serve another one: clipgate versions lists them")
    what = f"version {target.name} instead of {served.name}" if served else f"version {target.name}"
    if not yes and not typer.confirm(f"{destination.uri}: serve {what}?"):
        raise typer.Exit(1)
    withdrawn = roll_back(destination, target.number)
    console.print(f"TensorFlow Serving will load version {target.name}", highlight=False)
    for version in withdrawn:
        console.print(
            f"withdrawn: {version.name}; a run that makes the same model will not push it; to serve it again: "
            f"{escaped(command_for('rollback', config))} --to {version.name}",
            highlight=False,
        )


def _destination(config: Path, changes: Sequence[str] | None) -> Destination:
    return open_destination(load_config(config, changes or ()).push_destination)


def _row(version: Version, served: Version | None) -> dict[str, Any]:
    row = {"version": version.number, "pushed_at": None, "accuracy": None, "state": "incomplete", "training_key": None}
    if not version.is_complete:
        return row
    place = f"{version.folder}/{MODEL_CARD_JSON}"
    if version.destination.is_file(place):
        values = json.loads(version.destination.read_text(place))
        row |= {"pushed_at": values["pushed_at"], "accuracy": values["evaluation"]["accuracy"]}
    state = "served" if version == served else "withdrawn" if version.is_withdrawn else "kept"
    return row | {"state": state, "training_key": version.info.training_key}


def _table(rows: list[dict[str, Any]]) -> Table:
    others = (
        folding_column("pushed"),
        folding_column("accuracy", "right"),
        *map(folding_column, ("state", "training key")),
    )
    table = Table(key_column("version"), *others, box=None, padding=(0, 2))
    for row in rows:
        accuracy = "-" if row["accuracy"] is None else f"{row['accuracy']:.3f}"
        key = (row["training_key"] or "-")[:_KEY_LENGTH]
        table.add_row(str(row["version"]), row["pushed_at"] or "-", accuracy, row["state"], escaped(key))
    return table
