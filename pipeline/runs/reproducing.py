"""The configuration of an earlier run, and whether what it was made of is still the same."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from components.annotations.files.fetch import load_records
from components.annotations.files.fingerprint import fingerprint_inputs
from components.pusher.model_card import software
from components.storage.known_digests import digests_kept_in
from components.storage.root import is_remote
from foundation.messages.errors import UserError
from pipeline.config import Config, check_config
from pipeline.plan import file_of_digests
from pipeline.runs.code import code_now
from pipeline.runs.differences import different, in_words
from pipeline.runs.record import RunRecord
from pipeline.runs.surroundings import source_digest

_PATHS = (
    ("data", "annotations"),
    ("data", "videos"),
    ("data", "label_map"),
    ("checks", "previous_annotations"),
    ("checks", "previous_videos"),
    ("checks", "decisions"),
    ("splits", "assignment"),
    ("serving", "directory"),
    ("push", "serving_config"),
    ("training", "warm_start", "model"),
)


class Part(NamedTuple):
    """What a run was made of: whether it is still the same, None if that cannot be told, and a sentence about it."""

    name: str
    is_same: bool | None
    words: str


def configuration_of(record: RunRecord, output_dir: Path) -> Config:
    """The configuration of a run, with its paths as they are now that its `output_dir` is `output_dir`.

    Raises:
      UserError: this release knows other keys.
    """
    values = dict(record.config)
    then = Path(values["output_dir"])
    values["output_dir"] = str(output_dir)
    if record.base_model:
        # The latest version is another one by now.
        base = str(output_dir / record.base_model)
        values["training"] = {**values["training"], "warm_start": {**values["training"]["warm_start"], "model": base}}
    for keys in _PATHS:
        _replace(values, keys, then, output_dir)
    return check_config(values, f"run {record.number}, of another release of clipgate")


def as_yaml(config: Config, record: RunRecord) -> str:
    """A configuration file with the values that are not this release's defaults, after what it is."""
    code = record.commits.get("code")
    heads = (
        f"# The configuration of run {record.number} of {record.name}, {record.began_at} ({record.verdict}).",
        f"# Its code was git commit {code}." if code else "",
    )
    values = yaml.safe_dump(config.model_dump(mode="json", exclude_defaults=True), sort_keys=False, allow_unicode=True)
    return "\n".join([*filter(None, heads), values])


def parts_of(record: RunRecord, config: Config) -> list[Part]:
    """Data, code, packages and base model of a run beside what there is now."""
    return [_data(record, config), _code(record), _packages(record), *_base(record, config)]


def _data(record: RunRecord, config: Config) -> Part:
    if not record.data_digest:
        return Part("data", None, "the run did not come to look at them")
    try:
        records = load_records(config.data, config.beam.args)
        with digests_kept_in(file_of_digests(config)) as known:
            digest = fingerprint_inputs(config.data, config.splits, records, config.beam.args, known)
    except UserError as error:
        return Part("data", None, str(error))
    is_same = digest == record.data_digest
    return Part(
        "data", is_same, "the same rows and videos" if is_same else "other rows or videos than those of the run"
    )


def _code(record: RunRecord) -> Part:
    commit = f"; the run's code was git commit {record.commits['code']}" if "code" in record.commits else ""
    if record.source_digest == source_digest():
        return Part("code", True, "the same, to the letter")
    if not record.code:
        return Part("code", False, f"other code than that of the run{commit}")
    now = code_now(record.code)
    changed = [component for component, digest in record.code.items() if now.get(component) != digest]
    if not changed:
        return Part("code", True, "the same in all that decides results")
    return Part("code", False, f"another of {', '.join(changed)}{commit}")


def _packages(record: RunRecord) -> Part:
    changed = [
        f"{each.what} {in_words(each.before)}, now {in_words(each.after)}"
        for each in different(record.software, software())
    ]
    return Part("packages", not changed, "; ".join(changed) or "the same versions")


def _base(record: RunRecord, config: Config) -> list[Part]:
    if not record.base_model or config.training.warm_start is None:
        return []
    path = Path(config.training.warm_start.model)
    is_there = path.exists()
    return [Part("base model", is_there or None, f"{path}{'' if is_there else ' was withdrawn or removed'}")]


def _replace(values: dict[str, Any], keys: tuple[str, ...], then: Path, now: Path) -> None:
    """Let a path lead where the file lies now, if it was moved together with the `output_dir`."""
    *sections, key = keys
    for name in sections:
        if not isinstance(values.get(name), Mapping):
            return
        values[name] = values = dict(values[name])
    path = values.get(key)
    if not isinstance(path, str) or is_remote(path) or not Path(path).is_absolute() or then == now:
        return
    moved = os.path.normpath(now / os.path.relpath(path, then))
    if Path(moved).exists():
        values[key] = moved
