"""Tells whether a run would do nothing, so that nothing has to be loaded to answer it: TFX alone takes longer than the rest.

A run that has left everything as it found it, which a push does not, leaves a note of that state. While all of it is as it
was, and what the run names is whole, the next one would be answered from the cache as a whole, and say the same.
"""

import hashlib
import json
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from components.pusher.destination import explained
from components.pusher.opening import open_destination
from components.pusher.versions import all_versions
from components.storage.writing import write_whole
from pipeline.plan import Plan
from pipeline.runs.surroundings import source_digest

_FILE = "standing.json"


class Standing(NamedTuple):
    """A run that another one would only repeat.

    Attributes:
      state: see `state_of`.
      metadata_run: its name in ML Metadata.
      nodes: names of all components, in order.
      summary: what `pipeline.lineage.run_summary` said of it.
    """

    state: str
    metadata_run: str
    nodes: Sequence[str]
    summary: dict[str, Any]


def state_of(plan: Plan) -> str:
    """Digest (hex) of all that decides what a run does: configuration, data, code, base model, and what was pushed."""
    destination = open_destination(plan.config.push_destination)
    with explained(destination.uri):
        versions = [f"{version.name} {version.is_withdrawn}" for version in all_versions(destination)]
    base = f"{plan.base.path} {plan.base.fingerprint}" if plan.base else ""
    parts = [plan.config.model_dump_json(), plan.data_digest, plan.previous_digest, base, source_digest()]
    return hashlib.sha256(json.dumps([parts, plan.classes, versions]).encode()).hexdigest()


def note(standing: Standing, output_dir: Path) -> None:
    """Leave a note of a run; a full disk loses it, and the next run takes longer."""
    with suppress(OSError):
        write_whole(output_dir / _FILE, json.dumps(standing._asdict()))


def read_note(output_dir: Path) -> Standing | None:
    """The last note; None if there is none that can be read."""
    try:
        return Standing(**json.loads((output_dir / _FILE).read_text()))
    except (OSError, ValueError, TypeError):
        return None
