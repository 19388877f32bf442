"""clipgate verify"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from components.pusher.destination import Destination, explained, is_number
from components.pusher.opening import open_destination
from components.pusher.versions import Version, all_versions
from components.pusher.whole import version_differences
from components.storage.root import split_uri
from foundation.messages.errors import UserError
from pipeline.commands.terminal import (
    NOT_PUSHED,
    JsonOption,
    OptionalConfigOption,
    SetOption,
    console,
    escaped,
    require_config,
)
from pipeline.config import load_config


def verify(
    version: Annotated[
        str | None,
        typer.Argument(help="Its folder or address, or its number with --config; default: the newest one."),
    ] = None,
    config: OptionalConfigOption = None,
    as_json: JsonOption = False,
    changes: SetOption = None,
) -> None:
    """Compare each file of a pushed version with its model card; exit code 0: all is as it was pushed, 3: it is not."""
    require_config(config, changes)
    found = _find(version, config, changes or ())
    with explained(found.uri):
        differences = version_differences(found)
    if differences is None:
        raise UserError(
            f"{found.uri} has no model card with a list of files, so there is nothing to compare it with: an earlier release "
            "of clipgate pushed it, or something else did"
        )
    if as_json:
        print(json.dumps({"version": found.uri, "differences": [found._asdict() for found in differences]}))
    for difference in [] if as_json else differences:
        console.print(escaped(f"{found.uri}/{difference}"), highlight=False)
    if not differences and not as_json:
        console.print(escaped(f"{found.uri} is as it was pushed"), highlight=False)
    if differences:
        raise typer.Exit(NOT_PUSHED)


def _find(version: str | None, config: Path | None, changes: Sequence[str]) -> Version:
    """The version that the arguments name, complete or not; raises UserError if there is none."""
    if config is not None:
        destination = open_destination(load_config(config, changes).push_destination)
        if version is not None and not is_number(version):
            raise UserError(f"VERSION: {version} is no number; name a folder or an address without --config")
        return _in(destination, version)
    if version is None:
        raise UserError("name the folder or the address of a version, or the configuration with --config")
    folder, name = split_uri(version)
    return _in(open_destination(folder or "."), name) if is_number(name) else _in(open_destination(version), None)


def _in(destination: Destination, number: str | None) -> Version:
    """The version with this number; without a number, the newest one that was not withdrawn."""
    with explained(destination.uri):
        versions = all_versions(destination)
    wanted = [v for v in versions if (v.name == number if number else not v.is_withdrawn)]
    if not wanted:
        known = ", ".join(version.name for version in versions) or "none"
        what = f"no version {number}" if number else "no version that was not withdrawn"
        raise UserError(f"{destination.uri} holds {what}; the versions there: {known}")
    return wanted[-1]
