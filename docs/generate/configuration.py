"""docs/configuration.md: every key of the configuration, from the sections' JSON Schema."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from docs.generate.tables import table
from pipeline.config import Config

Schema = Mapping[str, Any]

_INTRODUCTION = """\
# The configuration, key by key

One YAML file, which commands read with `--config`. [examples/demo.yaml](../examples/demo.yaml) is one to copy. A key that
is not here, one that stands twice and a value that is not allowed are errors, found before anything runs. Relative paths
are relative to the file.

`make reference` makes this page from the code that reads the keys.
"""

# Where the keys of a section are explained at length.
_EXPLAINED = {
    "data": "data.md",
    "negatives": "data.md#negatives",
    "splits": "data.md#splits",
    "checks": "checks.md",
    "sampling": "sampling.md",
    "model": "models.md",
    "training": "training.md",
    "tuner": "tuning.md",
    "evaluation": "gates.md#what-is-measured",
    "gates": "gates.md",
    "push": "serving.md#what-is-pushed",
    "serving": "serving.md",
    "serving_validation": "serving.md#validation-before-the-push",
    "watch": "watch.md",
    "beam": "scale.md",
    "kubeflow": "kubeflow.md",
}


def configuration_page() -> str:
    """The page, as Markdown."""
    schema = Config.model_json_schema()
    lines = [_INTRODUCTION, *_table("", schema, schema["$defs"])]
    for key, section in sections(schema):
        more = _EXPLAINED.get(key)
        heading = ["", f"{'##' if '.' not in key else '###'} `{key}`", "", section["description"]]
        lines += heading + (["", f"More: [{more.partition('#')[0]}]({more})."] if more else [])
        lines += ["", *_table(key, section, schema["$defs"])]
    return "\n".join(lines) + "\n"


def sections(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """The path and the schema of each section below the top, in the order of the page."""
    yield from _sections_below("", schema, schema["$defs"])


def _sections_below(place: str, section: Schema, definitions: Schema) -> Iterator[tuple[str, Schema]]:
    for key, field in section["properties"].items():
        found = next(_references("", field), None)
        if found:
            suffix, name = found
            path = f"{place}.{key}".lstrip(".") + suffix
            if "properties" in definitions[name]:  # an enumeration is a definition too
                yield path, definitions[name]
                yield from _sections_below(path, definitions[name], definitions)


def _references(suffix: str, field: Schema) -> Iterator[tuple[str, str]]:
    """What follows the key in the path of a section that the field holds, and the name of the section's definition."""
    if "$ref" in field:
        yield suffix, _name(field)
    for choice in (*field.get("anyOf", ()), *field.get("oneOf", ())):
        yield from _references(suffix, choice)
    if isinstance(field.get("items"), dict):
        yield from _references(f"{suffix}[]", field["items"])
    if isinstance(field.get("additionalProperties"), dict):
        yield from _references(f"{suffix}.<name>", field["additionalProperties"])


def _table(place: str, section: Schema, definitions: Schema) -> list[str]:
    rows = []
    for key, field in section["properties"].items():
        required = key in section.get("required", ())
        rows.append(
            (f"`{key}`", kind(field, definitions), _default(field, required), _meaning(place, key, field, definitions))
        )
    return table(("key", "type", "default", "meaning"), rows)


def _meaning(place: str, key: str, field: Schema, definitions: Schema) -> str:
    text: str = field.get("description", "")
    suffix, name = next(_references("", field), ("", ""))
    if "properties" not in definitions.get(name, {}):
        return text
    path = f"{place}.{key}".lstrip(".") + suffix
    return f"{text or definitions[name]['description'].rstrip('.')}; see [`{path}`](#{anchor(path)})"


def anchor(heading: str) -> str:
    """How code hosts spell the heading of a path in links."""
    return "".join(letter for letter in heading.lower() if letter.isalnum() or letter in "_-")


def kind(field: Schema, definitions: Schema) -> str:
    """What a value may be, in words: `whole number, 1 to 512, or null`."""
    choices = [*field.get("anyOf", ()), *field.get("oneOf", ())]
    if choices:
        return ", or ".join(dict.fromkeys(kind(choice, definitions) for choice in choices))
    if "$ref" in field:
        definition = definitions[_name(field)]
        return "section" if "properties" in definition else kind(definition, definitions)
    if "const" in field or "enum" in field:
        return _listed([f"`{value}`" for value in field.get("enum", [field.get("const")])])
    if field.get("type") == "array":
        items = kind(field["items"], definitions)
        return f"list of {items}s" if items in _COUNTED else f"list, each: {items}"
    if field.get("type") == "object":
        values = field.get("additionalProperties") or next(iter(field["patternProperties"].values()))
        items = kind(values, definitions)
        return f"mapping of names to {items}s" if items in _COUNTED else f"mapping of names, each to: {items}"
    return _PLAIN.get(field.get("type", ""), "any value") + _limits(field)


_COUNTED = ("section", "text", "number", "any value")
_PLAIN = {
    "string": "text",
    "boolean": "`true` or `false`",
    "null": "`null`",
    "integer": "whole number",
    "number": "number",
}


def _limits(field: Schema) -> str:
    least, above = field.get("minimum"), field.get("exclusiveMinimum")
    most, below = field.get("maximum"), field.get("exclusiveMaximum")
    if least is not None and most is not None:
        return f", {_number(least)} to {_number(most)}"
    limits = (("from", least), ("above", above), ("up to", most), ("below", below))
    texts = [f"{word} {_number(value)}" for word, value in limits if value is not None]
    return f", {' and '.join(texts)}" if texts else ""


def _number(value: float | str) -> str:
    return f"{value:g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value


def _default(field: Schema, required: bool) -> str:
    if required:
        return "required"
    value = field.get("default")
    return "" if "$ref" in field and isinstance(value, dict) else f"`{_yaml(value)}`"


def _yaml(value: object) -> str:
    """A default as one would write it."""
    if isinstance(value, str):
        return value or '""'
    if isinstance(value, float):
        return f"{value:g}"
    return json.dumps(value)


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _name(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
