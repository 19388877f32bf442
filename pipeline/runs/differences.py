"""What differs between two runs: values of the configuration, the data, the code, and packages. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from pipeline.runs.record import RunRecord

# Where things lie is no part of what they are.
_PLACES = frozenset(("output_dir", "serving.directory", "push.serving_config"))
# What lies there is in the digest of the data, if a run came to look at them.
_PLACES_OF_DATA = frozenset(("data.annotations", "data.videos", "data.label_map", "splits.assignment"))


class Difference(NamedTuple):
    """A key of the configuration, or what else a run is made of, and how it stands in both; None: there is none."""

    what: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.what}: {in_words(self.before)} → {in_words(self.after)}"


def in_words(value: Any) -> str:
    """A value of the configuration as people write it."""
    if value is None:
        return "none"
    if isinstance(value, float):
        return f"{value:g}"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def flat(config: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The values of a configuration by their dotted keys; an empty section is a value."""
    for key, value in config.items():
        if isinstance(value, Mapping) and value:
            yield from flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def settings(before: RunRecord, after: RunRecord) -> list[Difference]:
    """The keys of which the values differ, but for places."""
    told = _PLACES | _PLACES_OF_DATA if before.data_digest and after.data_digest else _PLACES
    return [each for each in different(dict(flat(before.config)), dict(flat(after.config))) if each.what not in told]


def differences(before: RunRecord, after: RunRecord) -> list[str]:
    """All that differs, in words; the data and the code are not compared where one of the runs was not planned."""
    found = [str(each) for each in settings(before, after)]
    if before.data_digest and after.data_digest and before.data_digest != after.data_digest:
        found.append("other data")
    if code := [each.what for each in different(before.code, after.code) if each.before and each.after]:
        found.append(f"other code of {', '.join(code)}")
    return found + [str(each) for each in different(before.software, after.software)]


def different(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """The keys of which the values differ, those of `before` first; a key that is missing has the value None."""
    keys = dict.fromkeys([*before, *after])
    return [Difference(key, before.get(key), after.get(key)) for key in keys if before.get(key) != after.get(key)]
