"""The model card as Markdown, for people."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from components.model_gate.verdict import Verdict

# An underscore inside a word means nothing to Markdown.
_MARKUP = re.compile(r"[\\`*\[\]<>|#~&]|(?<![^\W_])_|_(?![^\W_])")


def to_markdown(card: Mapping[str, Any]) -> str:
    """Write the page of a card that `components.pusher.model_card.make_model_card` made."""
    sections = (
        ("Intended use and limits", _limits(card)),
        ("Data", _data(card["data"])),
        ("Test results", _evaluation(card["evaluation"])),
        ("Gates", _gates(card["gates"])),
        ("Training", _training(card["training"])),
        ("Lineage", _lineage(card["lineage"])),
        ("Software", _table(("package", "version"), card["software"].items())),
        ("Files", _files(card["files"])),
    )
    head = [
        f"# {_text(card['name'])}, version {card['version']}",
        "",
        f"Pushed {_text(card['pushed_at'])}. Licence: {_text(card['licence'] or 'none given')}.",
    ]
    lines = sum((["", f"## {title}", "", *content] for title, content in sections), head)
    return "\n".join(lines) + "\n"


def _limits(card: Mapping[str, Any]) -> list[str]:
    use = f"Recognises which of these actions a clip shows: {', '.join(map(_text, card['classes']))}."
    return [use, "", *(f"- {_text(sentence)}" for sentence in card["limits"])]


def _data(data: Mapping[str, Any]) -> list[str]:
    splits = data["splits"]
    nouns = ("clips", "videos", "groups")
    header = ("class", *(f"{split} {noun}" for split in splits for noun in nouns))
    labels = next(iter(splits.values()))["classes"]
    rows = [
        (label, *(splits[s]["classes"].get(label, {}).get(n, 0) for s in splits for n in nouns)) for label in labels
    ]
    rows.append(("all", *(splits[split][noun] for split in splits for noun in nouns)))
    return [
        f"- annotations: {_text(data['annotations'])}",
        f"- videos: {_text(data['videos'])}",
        f"- fingerprint: {_text(data['fingerprint'])}",
        f"- {data['rows_accepted']} of {data['rows_found']} annotation rows and {data['videos_used']} of "
        f"{data['videos_found']} videos were used",
        "",
        *_table(header, rows),
    ]


def _evaluation(evaluation: Mapping[str, Any]) -> list[str]:
    names = list(next(iter(evaluation["classes"].values())))
    rows = [(label, *(scores[name] for name in names)) for label, scores in evaluation["classes"].items()]
    accuracy = f"Accuracy {_number(evaluation['accuracy'])} on {evaluation['clips']} clips."
    if "mean_average_precision" in evaluation:
        accuracy = f"Mean average precision {_number(evaluation['mean_average_precision'])}. {accuracy}"
    header = ("class", *(name.replace("_", " ") for name in names))
    return [accuracy, "", *_table(header, rows)]


def _gates(gates: Mapping[str, Any]) -> list[str]:
    verdict = Verdict.from_json(gates)
    passed = len(verdict.findings) - len(verdict.failures)
    lines = [f"- {'passed' if found.passed else 'FAILED'}: {_text(found.sentence())}" for found in verdict.findings]
    return [f"{passed} of {len(verdict.findings)} rules passed.", "", *lines]


def _training(training: Mapping[str, Any]) -> list[str]:
    beginning = "pretrained" if "pretrained" in training["network"] else "random"
    rows = [
        *training["network"].items(),
        ("base model", training["base_model"] or f"none: {beginning} weights"),
        ("epochs", f"{training['epochs']}, of which {training['best_epoch']} was the best on the eval split"),
        ("training key", training["key"]),
        *_flat("training", training["settings"]),
        *_flat("model", training["model"]),
        *_flat("sampling", training["sampling"]),
    ]
    return _table(("what", "value"), rows)


def _lineage(lineage: Mapping[str, Any]) -> list[str]:
    ids = (f"- {name}: {_text(lineage[name])}" for name in ("pipeline", "run", "execution"))
    names = ("input", "id", "type", "producer", "uri")
    return [*ids, "", *_table(names, ([artifact[name] for name in names] for artifact in lineage["artifacts"]))]


def _files(files: Sequence[Mapping[str, Any]]) -> list[str]:
    names = ("file", "bytes", "sha256")
    return _table(names, ([file[name] for name in names] for file in files))


def _table(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[str]:
    lines = [header, ["---"] * len(header), *([_number(cell) for cell in row] for row in rows)]
    return [f"| {' | '.join(line)} |" for line in lines]


def _flat(key: str, value: Any) -> Iterator[tuple[str, Any]]:
    """Yield nested keys with dots between them, as the configuration's messages write them, and their values."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _flat(f"{key}.{name}", inner)
    else:
        yield key, value


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return "-" if value is None else _text(value)


def _text(value: Any) -> str:
    """Put a value on one line and escape it for Markdown and HTML: labels and file names are not trusted."""
    return _MARKUP.sub(r"\\\g<0>", " ".join(str(value).split()))
