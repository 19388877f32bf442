"""Whose the last run in an output directory is: two configurations may share one, and their name too, without knowing."""

import json
from contextlib import suppress
from pathlib import Path

from pipeline.config import Config

RUNS_FILE = "runs.json"


def record_run(config: Config) -> None:
    """Write down that a run of this configuration begins; where that cannot be written, nobody is warned later."""
    runs = {name: data for name, data in _runs(config).items() if name != config.name} | {config.name: _data(config)}
    with suppress(OSError):
        Path(config.output_dir, RUNS_FILE).write_text(json.dumps(runs, indent=2) + "\n")


def said_of_another_run(config: Config) -> str:
    """What has to be said if the last run of this name there was of other data; else nothing."""
    data = _runs(config).get(config.name)
    if data is None or data == _data(config):
        return ""
    found = ", ".join(f"{key} {place}" for key, place in data.items())
    return (
        f"the last run of {config.name} in {config.output_dir} was of {found}, and this configuration names others. If these "
        "are other data, give this configuration its own output_dir or name"
    )


def _data(config: Config) -> dict[str, str]:
    return {"data.annotations": config.data.annotations, "data.videos": config.data.videos}


def _runs(config: Config) -> dict[str, dict[str, str]]:
    with suppress(OSError, ValueError):
        runs = json.loads(Path(config.output_dir, RUNS_FILE).read_text())
        if isinstance(runs, dict) and all(isinstance(data, dict) for data in runs.values()):
            return runs
    return {}
